"""Optional dependencies, imported when first needed."""

import importlib
import importlib.util
import os
from typing import Any

BACKENDS = ("tensorflow", "jax", "torch")


def require(module: str, *, extra: str) -> Any:
    """Import ``module``, or raise an ImportError that names the extra to install."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise ImportError(
            f"This needs {module.partition('.')[0]}, which is not installed. "
            f"Install it with: {_install(extra)}"
        ) from error


def explain_backend(error: ModuleNotFoundError) -> None:
    """Raise an ImportError in place of Keras's own if its backend is missing."""
    missing = (error.name or "").partition(".")[0]
    if missing not in BACKENDS:
        return
    installed = [name for name in BACKENDS if importlib.util.find_spec(name)]
    if missing in installed:  # but broken: its own error says more
        return
    if not installed:
        raise ImportError(
            "This needs Keras with a backend, and none is installed. Install one of "
            f"{', '.join(map(_install, BACKENDS))}. For another than tensorflow, set "
            "the environment variable KERAS_BACKEND to its name before Keras is "
            "imported."
        ) from error
    chosen = os.environ.get("KERAS_BACKEND")
    origin = f"KERAS_BACKEND={chosen}" if chosen else "its default or keras.json"
    raise ImportError(
        f"Keras is to run on {missing} ({origin}), which is not installed, but "
        f"{' and '.join(installed)} is: set the environment variable KERAS_BACKEND="
        f"{installed[0]} before Keras is imported. Or install {missing}: "
        f"{_install(missing)}."
    ) from error


def _install(extra: str) -> str:
    return f'pip install "keras-multilabel[{extra}]"'
