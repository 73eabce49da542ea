"""Lists of labels, multi-hot arrays, and how many there are of each.

It imports ``metrics`` and ``utils``.
"""
