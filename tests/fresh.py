"""Code run as by a new process, in a fork of one that has imported what takes long.

That is a backend of Keras, if one is asked for, and libraries; not Keras itself, nor
this package. A process that imports them itself takes 4 s of CPU for it, a fork 0.3 s.
"""

import atexit
import functools
import importlib
import json
import os
import subprocess
import sys
import tempfile
import traceback
from importlib.machinery import PathFinder

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


def run(code, *arguments, backend=None, variables=()):
    """What ``code`` prints; if it fails, the test does.

    Args:
        code: Python's source.
        arguments: What follows in ``sys.argv``.
        backend: The backend that has been imported.
        variables: Of the environment, by name; None removes one.
    """
    process = _server(backend)
    request = [code, [str(each) for each in arguments], dict(variables)]
    process.stdin.write(json.dumps(request) + "\n")
    process.stdin.flush()
    status, out, errors = json.loads(process.stdout.readline())
    assert status == 0, errors
    return out


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
        print(json.dumps(outcome(*json.loads(line))), file=answers, flush=True)


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


def outcome(code, arguments, variables):
    """The exit status, output and errors of a run."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        child = os.fork()
        if not child:
            os.dup2(out.fileno(), 1)
            os.dup2(errors.fileno(), 2)
            os._exit(execute(code, arguments, variables))
        _, status = os.waitpid(child, 0)
        texts = []
        for file in (out, errors):
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
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
