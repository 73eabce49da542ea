"""Honest validation metrics, thresholds, weights and data for multi-label Keras.

The public names are listed in ``__init__.pyi`` and loaded when first used
(Scientific Python SPEC 1), so importing the package loads neither keras nor
matplotlib.
"""

from typing import Any

import lazy_loader

from keras_multilabel import registration
from keras_multilabel._version import __version__ as __version__
from keras_multilabel.utils.optional import explain_backend

_load, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> Any:
    """Load a public name; if Keras has no backend, say how to install one."""
    try:
        return _load(name)
    except ModuleNotFoundError as error:
        explain_backend(error)
        raise


registration.install()
