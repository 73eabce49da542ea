"""Defaults that can be distinguished from equal values passed by the user."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, eq=False)
class Default:
    """A default; it shows as its value in signatures."""

    value: Any

    def __repr__(self) -> str:
        return repr(self.value)


def default(value: Any) -> Any:
    """The default of an argument, of any type."""
    return Default(value)


def given(options: dict[str, Any]) -> list[str]:
    """The names of the options that the user passed."""
    return [name for name, value in options.items() if not isinstance(value, Default)]


def resolved(options: dict[str, Any]) -> dict[str, Any]:
    """The options, with the values of their defaults."""
    return {
        name: value.value if isinstance(value, Default) else value
        for name, value in options.items()
    }
