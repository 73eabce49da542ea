"""A table of images and labels -> batches.

It imports ``labels``, ``model_selection`` and ``utils``.
"""
