"""The chosen output of a model, and its part of structures with one per output."""

from dataclasses import dataclass
from typing import Any

import keras


@dataclass(frozen=True)
class Output:
    """One output of a model.

    Attributes:
        names: The names of all outputs, in their order; empty if the model has no
            names.
        name: The chosen one; None if there is one output without a name.
    """

    names: list[str]
    name: str | None

    def select(self, structure: Any, what: str) -> Any:
        """Its part of a dict, or of a list with one element per output."""
        if isinstance(structure, dict):
            if self.name not in structure:
                raise ValueError(f"{what} has no {self.name!r}; got {[*structure]}.")
            return structure[self.name]
        if not isinstance(structure, (list, tuple)):
            return structure
        if len(self.names) > 1:
            if len(structure) != len(self.names):
                raise ValueError(
                    f"{what} must have one element per output, {self.names}; got "
                    f"{len(structure)}."
                )
            return structure[self.names.index(str(self.name))]
        # A list of one array holds that of the one output; else it is rows.
        is_one = len(structure) == 1 and hasattr(structure[0], "shape")
        return structure[0] if is_one else structure

    def setting(self, given: Any) -> Any:
        """Its part of a loss, or of metrics, as given to ``compile``."""
        if isinstance(given, dict):
            only = next(iter(given.values())) if len(given) == 1 else None
            return given.get(self.name, only)
        if isinstance(given, (list, tuple)) and len(given) == len(self.names):
            return given[self.names.index(str(self.name))]
        return given


def chosen_output(names: list[str], output_name: str | None) -> Output:
    """The output called ``output_name``, or the only one."""
    if output_name is None and len(names) > 1:
        raise ValueError(
            f"The model has the outputs {names}: pass output_name, the one that is "
            "meant."
        )
    if output_name is not None and names and output_name not in names:
        raise ValueError(f"output_name must be one of {names}; got {output_name!r}.")
    return Output(names, output_name or next(iter(names), None))


def declared_names(model: keras.Model) -> list[str]:
    """The names of the model's outputs; a subclassed one has none."""
    return list(getattr(model, "output_names", None) or [])


def names_of(model: keras.Model, y_pred: Any) -> list[str]:
    """The names of the outputs of a model that returned ``y_pred``."""
    declared = declared_names(model)
    if isinstance(y_pred, dict):
        return list(y_pred)
    if isinstance(y_pred, (list, tuple)):
        return declared or [f"output_{index}" for index in range(len(y_pred))]
    return (declared or ["output"])[:1]
