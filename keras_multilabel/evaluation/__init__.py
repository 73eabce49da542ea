"""Confidence intervals of scores, comparison of two models, and the report.

It imports ``metrics``, ``thresholds`` and ``utils``.
"""
