"""Counts over several devices and processes are those of one.

Devices are fixed when a backend starts, so each case is a script in ``devices``.
"""

import json
import socket

import keras
import numpy as np
import pytest

from tests import fresh

pytestmark = pytest.mark.keras
ON_CPUS = {"CUDA_VISIBLE_DEVICES": "-1"}


def only_on(backend):
    return pytest.mark.skipif(
        keras.backend.backend() != backend, reason=f"runs on {backend}"
    )


def run(script, *processes):
    """What each process prints last; each has its arguments and its environment."""
    code = f"import runpy; runpy.run_module('tests.devices.{script}')"
    outputs = fresh.run_side_by_side(
        code,
        [(each, {**ON_CPUS, **variables}) for each, variables in processes],
        keras.backend.backend(),
    )
    return [json.loads(output.splitlines()[-1]) for output in outputs]


def free_ports(n):
    sockets = [socket.create_server(("localhost", 0)) for _ in range(n)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def check(report):
    """Evaluated with the same weights; and fitted."""
    for one, several in zip(report["one"], report["several"], strict=True):
        assert several[1] == one[1]
        assert several[0] == pytest.approx(one[0], rel=1e-6)
    fitted = report["fitted"]
    # Training has changed what is counted.
    assert fitted["predicted"] != report["one"][0][1]
    for state, expected in zip(fitted["metrics"], fitted["predicted"], strict=True):
        assert_alike(state, expected)
    for state in fitted["callbacks"]:
        assert_alike(state, fitted["predicted"][0])


def assert_alike(state, expected):
    """Equal, but for a score that batches of another size round into the next bin."""
    counts, histogram = state
    assert counts == expected[0]
    moved = sums_of_bins(histogram) - sums_of_bins(expected[1])
    assert (np.abs(moved) > 1e-9).sum() <= 1


def sums_of_bins(text):
    """What is in the bins up to each, for negatives and positives of each label."""
    state = json.loads(text)
    bins = np.zeros((len(state["cells"]), state["bins"]))
    for row, (places, counts) in zip(bins, state["cells"], strict=True):
        row[places] = counts
    return bins.cumsum(1)


@only_on("tensorflow")
def test_a_mirrored_strategy_counts_as_one_device():
    (report,) = run("mirrored", ([], {}))
    check(report)
    logs = report["fitted"]["logs"]
    assert logs["val_plain_f1_score"] == pytest.approx(logs["val_f1_score"])


@only_on("tensorflow")
def test_several_workers_fail_in_keras_alone():
    """Red when Keras has fixed it: then make this a case as the mirrored one is.

    And say so in docs/guide/devices.rst.
    """
    workers = [f"localhost:{port}" for port in free_ports(2)]
    processes = [
        (
            [],
            {
                "TF_CONFIG": json.dumps(
                    {
                        "cluster": {"worker": workers},
                        "task": {"type": "worker", "index": index},
                    }
                )
            },
        )
        for index in range(2)
    ]
    for outcome in run("multi_worker", *processes):
        assert outcome.startswith("Attempt to convert a value (PerReplica:")


@only_on("jax")
def test_data_parallel_counts_as_one_device():
    flags = "--xla_force_host_platform_device_count=2"
    (report,) = run("data_parallel", ([], {"XLA_FLAGS": flags}))
    check(report)
    logs = report["fitted"]["logs"]
    assert logs["val_plain_f1_score"] == pytest.approx(logs["val_f1_score"])
    # Red when Keras has fixed it: then nothing needs padded rows any more.
    assert "should evenly divide the shape" in report["uneven"]


@only_on("jax")
def test_processes_of_jax_count_as_one_device():
    address = f"localhost:{free_ports(1)[0]}"
    first, second = run("jax_processes", *(([rank, address], {}) for rank in range(2)))
    check(first)
    assert second == first
    # Red when Keras has fixed it: then MultiLabelMetrics with data may run there too.
    assert "spans non-addressable" in first["predict"]


@only_on("torch")
def test_processes_of_torch_count_as_one_device(tmp_path):
    file = tmp_path / "rendezvous"
    reports = run("torch_processes", *(([rank, file], {}) for rank in range(2)))
    for report in reports:
        for state, expected in zip(report["reduced"], report["predicted"], strict=True):
            assert_alike(state, expected)
        assert_alike(report["gathered"], report["predicted"][0])
    assert reports[0] == reports[1]
    assert np.isfinite(list(reports[0]["logs"].values())).all()
