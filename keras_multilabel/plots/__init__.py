"""Pictures of data and decisions, one file each, in one style.

It imports ``evaluation``, ``labels``, ``metrics`` and ``utils``.
"""
