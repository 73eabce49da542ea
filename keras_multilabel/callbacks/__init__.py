"""`MultiLabelMetrics`, and the two ways in which it validates.

It imports ``inference``, ``metrics``, ``thresholds`` and ``utils``.
"""
