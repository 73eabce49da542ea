"""Counts, histograms, sorted scores, and every score that rests on them.

It imports ``utils``.
"""
