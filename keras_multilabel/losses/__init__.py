"""Keras losses that leave unknown entries out.

It imports ``utils``.
"""
