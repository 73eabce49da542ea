"""Pictures of data and decisions, one file each, in one style.

It imports ``labels``, ``metrics`` and ``utils``.
"""
