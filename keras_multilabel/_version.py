"""The version, read by the build and by ``keras_multilabel.__version__``."""

__version__ = "0.1.0"
