"""The program as it is started: its streams, its exit code, what it loads."""

import importlib
import os
import subprocess
import sys
import tomllib

import numpy as np
import pytest

import keras_multilabel as kml
from tests.paths import ROOT

PROGRAM = [sys.executable, "-m", "keras_multilabel.cli"]


@pytest.fixture
def folder(tmp_path):
    y_true = np.eye(3, dtype=int)
    names = ["cat", "dog", "牛"]
    np.savez(tmp_path / "a.npz", y_true=y_true, y_score=y_true * 0.8, label_names=names)
    return tmp_path


def start(command, folder, **options):
    environment = os.environ | {"PYTHONPATH": str(ROOT)} | options
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, check=False
    )


def test_the_entry_point_is_there():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    module, name = project["project"]["scripts"]["keras-multilabel"].split(":")
    assert callable(getattr(importlib.import_module(module), name))


def test_a_report_on_a_terminal_that_knows_ascii_alone(folder):
    done = start([*PROGRAM, "report", "a.npz"], folder, PYTHONIOENCODING="ascii")
    assert (done.returncode, b"rror" in done.stderr) == (0, False)
    assert b"\\u725b      1.000" in done.stdout


def test_errors_go_to_stderr_and_the_exit_code_says_so(folder):
    done = start([*PROGRAM, "report", "b.npz"], folder)
    assert (done.returncode, done.stdout) == (1, b"")
    expected = "keras-multilabel report: error: b.npz: No such file or directory"
    assert done.stderr.decode().splitlines()[-1] == expected


def test_what_takes_long_says_so(folder):
    code = (
        "import sys, time; from keras_multilabel.cli import main, progress;"
        "progress.PATIENCE = 0.0; sys.exit(main.main(sys.argv[1:]))"
    )
    done = start([sys.executable, "-c", code, "report", "a.npz"], folder)
    assert done.returncode == 0
    said = done.stderr.decode().splitlines()
    assert any(line.startswith("Reading a.npz: 0.") for line in said)
    assert any(line.startswith("Evaluating a.npz: ") for line in said)


def test_help_loads_little_and_a_reader_that_has_enough_is_no_error(folder):
    code = (
        "import sys, atexit; from keras_multilabel.cli.main import main;"
        "atexit.register(lambda: print([m for m in ('sklearn', 'keras', 'pandas')"
        "if m in sys.modules])); main(['--version'])"
    )
    done = start([sys.executable, "-c", code], folder)
    assert done.stdout.decode().split("\n")[:2] == [kml.__version__, "[]"]
    piped = subprocess.Popen(
        [*PROGRAM, "report", "a.npz"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    piped.stdout.close()
    assert b"rror" not in piped.stderr.read()
    assert piped.wait() == 0
    piped.stderr.close()
