"""Optional dependencies, imported when first needed."""

import importlib
from typing import Any


def require(module: str, *, extra: str) -> Any:
    """Import ``module``, or raise an ImportError that says which extra brings it."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise ImportError(
            f"This needs {module.partition('.')[0]}, which is not installed. "
            f'Install it with: pip install "keras-multilabel[{extra}]"'
        ) from error
