"""Lists of labels, multi-hot arrays, and counts of labels.

It imports ``metrics`` and ``utils``.
"""
