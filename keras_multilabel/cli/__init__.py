"""The command ``keras-multilabel``, thin over the public functions.

It imports ``all`` public names, and ``utils``.
"""
