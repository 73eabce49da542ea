"""`MultiLabelMetrics`, and its two ways of validating.

It imports ``evaluation``, ``inference``, ``metrics``, ``thresholds`` and ``utils``.
"""
