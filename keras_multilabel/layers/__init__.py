"""Thresholds inside a Keras model.

It imports ``thresholds`` and ``utils``.
"""
