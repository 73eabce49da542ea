"""Threads of ours, in which BLAS starts none of its own."""

from threading import Barrier, Thread

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController

from keras_multilabel.utils.parallel import map_threads


def blas_threads():
    found = ThreadpoolController().select(internal_api="openblas").info()
    return [each["num_threads"] for each in found]


@pytest.fixture
def two_cores(monkeypatch):
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", "2")


@pytest.mark.usefixtures("two_cores")
def test_blas_has_one_thread_inside_and_all_of_them_after():
    before = blas_threads()
    inside = map_threads(lambda _: blas_threads(), range(4))
    assert {n for found in inside for n in found} <= {1}
    assert blas_threads() == before


@pytest.mark.usefixtures("two_cores")
def test_so_it_is_where_threads_start_threads_and_one_fails():
    before = blas_threads()

    def nested(item):
        map_threads(np.sqrt, [1.0, 2.0])
        assert set(blas_threads()) <= {1}
        if item == 3:
            raise ValueError("three")

    with pytest.raises(ValueError, match="three"):
        map_threads(nested, range(6))
    assert blas_threads() == before


@pytest.mark.usefixtures("two_cores")
def test_two_callers_that_overlap_leave_it_as_it_was():
    before = blas_threads()
    first_is_in, second_is_in = Barrier(2), Barrier(2)

    def first():
        map_threads(lambda k: k or (first_is_in.wait(9), second_is_in.wait(9)), [0, 1])

    caller = Thread(target=first)
    caller.start()
    first_is_in.wait(9)
    # This one ends after the other.
    map_threads(lambda k: k or (second_is_in.wait(9), caller.join(9)), [0, 1])
    assert blas_threads() == before
