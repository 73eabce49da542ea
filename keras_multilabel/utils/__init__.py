"""Shared by all rooms: checked arguments, optional imports, threads, Dask.

It imports nothing of ours.
"""
