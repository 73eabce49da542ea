"""What all rooms share: checked arguments, optional imports, threads, Dask.

It imports nothing of ours.
"""
