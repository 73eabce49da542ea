import base64
import hashlib
import json

import numpy as np
import pytest

from keras_multilabel.evaluation.page.encoding import (
    csp_hash,
    packed,
    plain,
    script_json,
    varints,
)
from tests.evaluation.page.decoding import unpacked


@pytest.mark.parametrize(
    "numbers", [[], [0], [127, 128], [2**31, 2**53, 2**62], list(range(300))]
)
def test_packed_numbers_come_back(numbers):
    assert unpacked(packed(np.array(numbers))) == numbers


def test_small_numbers_take_a_byte():
    assert len(varints(np.arange(128))) == 128
    assert len(varints(np.array([128]))) == 2


def test_json_cannot_end_its_element():
    label = "</script><script>alert(1)</script><!--"
    text = script_json([label])
    assert "<" not in text
    assert json.loads(text) == [label]


def test_json_refuses_what_is_no_json():
    with pytest.raises(ValueError, match="JSON"):
        script_json([float("nan")])


def test_the_hash_is_what_browsers_compare():
    digest = base64.b64encode(hashlib.sha256(b"let a = 1;").digest()).decode()
    assert csp_hash("let a = 1;") == f"'sha256-{digest}'"


def test_numbers_are_rounded_and_nan_is_none():
    assert plain([[0.123456789, np.nan], [1, np.inf]]) == [[0.12346, None], [1.0, None]]
    assert plain(np.float32(0.5)) == 0.5
    assert plain(None) is None
