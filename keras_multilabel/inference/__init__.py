"""Data of any kind, and one pass of a model over it.

It imports ``utils``.
"""
