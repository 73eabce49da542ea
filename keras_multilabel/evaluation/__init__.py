"""How sure a score is, which of two models is better, and the report.

It imports ``metrics``, ``thresholds`` and ``utils``.
"""
