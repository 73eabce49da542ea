"""Honest validation metrics, thresholds, weights and data for multi-label Keras.

The public names are listed in ``__init__.pyi`` and loaded when first used
(Scientific Python SPEC 1), so importing the package loads neither keras nor
matplotlib.
"""

import lazy_loader

from keras_multilabel import registration
from keras_multilabel._version import __version__ as __version__

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

registration.install()
