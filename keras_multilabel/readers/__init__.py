"""Data sets on disk -> one table, a row per image.

It imports ``utils``.
"""
