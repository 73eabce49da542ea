"""`check_setup`: the traps that a compiled model and its data would fall into.

It imports ``inference``, ``losses`` and ``utils``.
"""
