"""The command ``keras-multilabel``, a thin layer over the public functions.

It imports ``all`` public names, and ``utils``.
"""
