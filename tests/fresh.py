"""Code run as by a new process, in a fork of one that has imported what takes long.

That is a backend of Keras, if one is asked for, and libraries; not Keras itself, nor
this package. A process that imports them itself takes 4 s of CPU for it, a fork 0.3 s.
"""

import atexit
import functools
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import traceback
from importlib.machinery import PathFinder
from pathlib import Path

from tests.paths import ROOT

# Of Keras and of this package.
LIBRARIES = (
    "h5py",
    "joblib",
    "matplotlib.pyplot",
    "narwhals",
    "optree",
    "pandas",
    "rich",
    "scipy.optimize",
    "scipy.stats",
    "sklearn.isotonic",
    "sklearn.model_selection",
)
# Seconds, after which a run is ended.
PATIENCE = 240
STREAMS = ("out", "errors")


def run(code, *arguments, backend=None, variables=()):
    """What ``code`` prints; if it fails, the test does.

    Args:
        code: Python's source.
        arguments: What follows in ``sys.argv``.
        backend: The backend that has been imported.
        variables: Of the environment, by name; None removes one.
    """
    return run_side_by_side(code, [(arguments, variables)], backend)[0]


def run_side_by_side(code, processes, backend):
    """What each process prints; each has its arguments and its variables."""
    server = _server(backend)
    cases = [[list(map(str, each)), dict(variables)] for each, variables in processes]
    server.stdin.write(json.dumps([code, cases]) + "\n")
    server.stdin.flush()
    outcomes = json.loads(server.stdout.readline())
    for status, _, errors in outcomes:
        assert status == 0, errors
    return [out for _, out, _ in outcomes]


@functools.cache
def _server(backend):
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fresh", *filter(None, [backend])],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    # It ends with its input.
    atexit.register(process.communicate)
    return process


def serve(backend):
    """Answer each request, a line, with the outcome of its run."""
    prepare([backend, *LIBRARIES] if backend else LIBRARIES)
    # What runs or libraries print to 1 goes elsewhere.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        print(json.dumps(outcomes(*json.loads(line))), file=answers, flush=True)


def prepare(libraries):
    """Import all, while they find no Keras."""
    finders = list(sys.meta_path)
    sys.meta_path[:] = [
        WithoutKeras if finder is PathFinder else finder for finder in finders
    ]
    for name in libraries:
        importlib.import_module(name)
    sys.meta_path[:] = finders
    assert not {"keras", "keras_multilabel"} & set(sys.modules)


class WithoutKeras:
    """Finds all but Keras."""

    @staticmethod
    def find_spec(name, *arguments):
        if name.partition(".")[0] != "keras":
            return PathFinder.find_spec(name, *arguments)
        return None


def outcomes(code, cases):
    """The exit status, output and errors of each of the runs."""
    with tempfile.TemporaryDirectory() as folder:
        places = [Path(folder, str(index)) for index in range(len(cases))]
        children = [
            start(code, *case, place) for case, place in zip(cases, places, strict=True)
        ]
        return [finish(*each) for each in zip(children, places, strict=True)]


def start(code, arguments, variables, place):
    """The number of a process that runs ``code`` and writes into a new folder."""
    place.mkdir()
    files = [os.open(place / name, os.O_CREAT | os.O_WRONLY) for name in STREAMS]
    child = os.fork()
    if not child:
        signal.alarm(PATIENCE)
        for number, file in enumerate(files, 1):
            os.dup2(file, number)
        os._exit(execute(code, arguments, variables))
    for file in files:
        os.close(file)
    return child


def finish(child, place):
    """The exit status of a process, and what it has written."""
    _, status = os.waitpid(child, 0)
    texts = [(place / name).read_text(errors="replace") for name in STREAMS]
    return [os.waitstatus_to_exitcode(status), *texts]


def execute(code, arguments, variables):
    """The exit status of ``code``."""
    sys.argv[1:] = arguments
    for name, value in variables.items():
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value
    try:
        exec(compile(code, "<fresh>", "exec"), {"__name__": "__main__"})
        status = 0
    except BaseException:
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return status


if __name__ == "__main__":
    serve(*sys.argv[1:] or [None])
