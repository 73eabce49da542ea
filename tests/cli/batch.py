"""Runs commands, one after the other, in one process: each start takes seconds.

Reads lists of arguments as JSON from standard input, and writes for each its exit
code, output and errors.
"""

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout

from keras_multilabel.cli import progress
from keras_multilabel.cli.main import main


def run(arguments):
    streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2)]
    with redirect_stdout(streams[0]), redirect_stderr(streams[1]):
        try:
            code = main(arguments)
        except SystemExit as stop:
            code = stop.code
    texts = []
    for stream in streams:
        stream.flush()
        texts.append(stream.buffer.getvalue().decode())
    return [code, *texts]


if __name__ == "__main__":
    # On a busy machine all takes longer than a second.
    progress.PATIENCE = 1e9
    json.dump([run(arguments) for arguments in json.load(sys.stdin)], sys.stdout)
