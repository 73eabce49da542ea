"""The tests of this folder that read images do it in each format."""

import importlib.util

import pytest

from tests.images import reading

NO_TENSORFLOW = importlib.util.find_spec("tensorflow") is None
FORMATS = [
    pytest.param("tf", marks=pytest.mark.skipif(NO_TENSORFLOW, reason="no tf.data")),
    pytest.param("pydataset", marks=pytest.mark.keras),
]


@pytest.fixture(params=FORMATS)
def each_format(request, monkeypatch):
    """The format in which `reading.read` reads."""
    monkeypatch.setattr(reading, "FORMAT", request.param)
    return request.param
