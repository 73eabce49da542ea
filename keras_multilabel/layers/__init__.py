"""Thresholds inside a Keras model.

It imports ``calibration``, ``thresholds`` and ``utils``.
"""
