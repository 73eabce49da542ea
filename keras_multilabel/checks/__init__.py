"""`check_setup`: common mistakes in a compiled model and its data.

It imports ``inference``, ``losses`` and ``utils``.
"""
