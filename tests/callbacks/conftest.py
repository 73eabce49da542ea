"""The validation data of the tests of callbacks."""

import pytest

from tests.fits import make_data


@pytest.fixture
def data():
    return make_data()
