"""How an object was made, in scikit-learn's style: only what differs from defaults."""

import inspect
from typing import Any

import numpy as np

from keras_multilabel.utils.defaults import Default

# Longer lists are cut to a few entries, and longer values to their type.
MOST = 8
LONGEST = 80


def constructor_repr(
    kind: type, options: dict[str, Any], usual: dict[str, Any] | None = None
) -> str:
    """``Kind(option=value, ...)`` of the options that differ from the default.

    Args:
        kind: What was constructed.
        options: Its options.
        usual: The values that some defaults stand for.
    """
    parameters = inspect.signature(kind).parameters
    defaults = {name: parameter.default for name, parameter in parameters.items()}
    shown = [
        f"{name}={_shown(options[name])}"
        for name, default in (defaults | (usual or {})).items()
        if name in options and not _same(options[name], default)
    ]
    return f"{kind.__name__}({', '.join(shown)})"


def _same(value: Any, default: Any) -> bool:
    default = default.value if isinstance(default, Default) else default
    if default is inspect.Parameter.empty:
        return False
    return bool(_plain(value) == _plain(default))


def _plain(value: Any) -> Any:
    """Arrays and tuples as lists, whose comparison gives one truth value."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    # Tensors and data frames are never defaults, and give no single truth value.
    return object() if _has_axes(value) else value


def _has_axes(value: Any) -> bool:
    return len(getattr(value, "shape", ())) > 0


def _shown(value: Any) -> str:
    if isinstance(value, np.ndarray) and value.ndim <= 1 and value.size <= MOST:
        value = value.tolist()
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key!r}: {_shown(it)}' for key, it in value.items())}}}"
    if isinstance(value, (list, tuple)):
        return _listed(value)
    if _has_axes(value):
        return f"<{type(value).__name__} of shape {tuple(value.shape)}>"
    if inspect.isroutine(value):
        return value.__name__
    text = repr(value)
    is_short = len(text) <= LONGEST and "\n" not in text and " at 0x" not in text
    return text if is_short else f"<{type(value).__name__}>"


def _listed(values: list[Any] | tuple[Any, ...]) -> str:
    entries = [_shown(value) for value in values[:MOST]]
    entries += ["..."] if len(values) > MOST else []
    if isinstance(values, list):
        return f"[{', '.join(entries)}]"
    return f"({', '.join(entries)}{',' if len(entries) == 1 else ''})"
