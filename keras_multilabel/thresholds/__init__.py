"""Decision thresholds: the value, how it is applied, and how it is tuned.

It imports ``metrics``, ``model_selection`` and ``utils``.
"""
