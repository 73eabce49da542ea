"""Stratified splits and folds of multi-label data.

It imports ``labels`` and ``utils``.
"""
