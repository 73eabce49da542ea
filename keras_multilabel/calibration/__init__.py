"""Scores that become probabilities: a calibrator per label.

It imports ``metrics`` and ``utils``.
"""
