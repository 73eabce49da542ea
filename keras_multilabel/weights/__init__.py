"""Class and sample weights for imbalanced labels.

It imports ``labels``, ``metrics`` and ``utils``.
"""
