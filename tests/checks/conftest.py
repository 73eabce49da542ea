"""The data of a sound setup."""

import pytest

from tests.checks.setups import make_data


@pytest.fixture
def data():
    return make_data()
