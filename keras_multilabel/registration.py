"""Lets Keras find our classes in saved models before they are loaded.

Keras looks a class in a file up by its registered name. Ours register when their
modules are imported, which happens when they are first used; a process that only loads
a model uses none. So each name gets a stand-in, which fetches the class when Keras asks
for it: at once if Keras is loaded, else as soon as it is.
"""

import importlib
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

import keras_multilabel

PACKAGE = "keras_multilabel"
SERIALIZED = (
    "AsymmetricLoss",
    "DistributionBalancedLoss",
    "MultiLabelScores",
    "MultiLabelSoftmaxCrossentropy",
    "ThresholdDecision",
    "TwoWayLoss",
    "WeightedBinaryCrossentropy",
    "ZLPRLoss",
)
# Where the table of custom objects is public, in Keras 3.8 and 3.9 by the second name;
# importing any part of Keras loads it.
WATCHED = ("keras.saving", "keras.api.saving")


def install() -> None:
    """Register now if Keras is loaded, else when it is imported."""
    loaded = [name for name in WATCHED if name in sys.modules]
    for name in loaded:
        # Another thread may be in the middle of it: this waits for its end.
        _register(importlib.import_module(name))
    if not loaded:
        sys.meta_path.insert(0, _Watch())


def _register(saving: ModuleType) -> None:
    custom_objects = saving.get_custom_objects()
    for name in SERIALIZED:
        # A class that is loaded has already taken its place.
        custom_objects.setdefault(f"{PACKAGE}>{name}", _stand_in(name))


def _stand_in(name: str) -> type:
    """A class that makes objects of our class with this name, loaded when needed."""

    class StandIn:
        def __new__(cls, *args: Any, **kwargs: Any) -> Any:
            return getattr(keras_multilabel, name)(*args, **kwargs)

        @classmethod
        def from_config(cls, config: dict[str, Any]) -> Any:
            return getattr(keras_multilabel, name).from_config(config)

    StandIn.__name__ = StandIn.__qualname__ = name
    return StandIn


class _Watch:
    """A finder that finds nothing: it notices when ``keras.saving`` is imported.

    It stays in ``sys.meta_path``: removing an entry while another thread searches makes
    that thread skip the next entry. Its cost is two comparisons per import.
    """

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        if fullname not in WATCHED:
            return None
        spec = self._found_by_others(fullname, path, target)
        if spec is not None and hasattr(spec.loader, "exec_module"):
            _then_register(spec.loader)
        return spec

    def _found_by_others(self, *arguments: Any) -> ModuleSpec | None:
        # Only the finders after this one: two watches that ask each other never end.
        finders = list(sys.meta_path)
        after = finders.index(self) + 1 if self in finders else 0
        for finder in finders[after:]:
            find_spec = getattr(finder, "find_spec", None)
            spec = find_spec(*arguments) if find_spec else None
            if spec is not None:
                return spec
        return None


def _then_register(loader: Any) -> None:
    """Let a loader register our classes once it has loaded its module.

    The loader stays what it is, for everything that reads source or data through it.
    One that takes no attributes, as in compiled programs, loads Keras without
    registering.
    """
    load = loader.exec_module

    def exec_module(module: ModuleType) -> None:
        load(module)
        _register(module)
        vars(loader).pop("exec_module", None)

    with suppress(AttributeError, TypeError):
        loader.exec_module = exec_module
