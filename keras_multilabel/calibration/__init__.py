"""Turning scores into probabilities: a calibrator per label.

It imports ``metrics`` and ``utils``.
"""
