"""Counts, histograms, sorted scores, and all scores computed from them.

It imports ``utils``.
"""
