"""What the page shows of a comparison with a second model."""

from typing import Any


def compared(comparison: Any, n_labels: int) -> dict[str, Any] | None:
    """The difference of all and of each label, with p-values; None without one."""
    if comparison is None:
        return None
    raise NotImplementedError
