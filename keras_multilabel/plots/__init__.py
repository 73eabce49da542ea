"""Plots of data and predictions, one file each, in one style.

It imports ``evaluation``, ``labels``, ``metrics`` and ``utils``.
"""
