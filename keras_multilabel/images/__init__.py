"""A table of images and labels -> batches.

It imports ``labels`` and ``utils``.
"""
