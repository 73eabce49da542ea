"""`MultiLabelMetrics`, and the two ways in which it validates.

It imports ``evaluation``, ``inference``, ``metrics``, ``thresholds`` and ``utils``.
"""
