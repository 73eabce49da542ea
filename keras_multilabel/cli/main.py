"""The command line: arguments, errors and exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from keras_multilabel.cli.arguments import parser

# Exit codes: argparse also exits with 2 for a wrong option.
BAD_INPUT = 1
BAD_OPTION = 2
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        arguments: The arguments. Default: those of the command line, ``sys.argv``.

    Returns:
        The exit code: 0, 1 if a file or the data in it is wrong, or 2 for options that
        do not go together. (argparse exits with 2 for other wrong options.)
    """
    options = parser().parse_args(arguments)
    # The modules for evaluation are not loaded for --help.
    from keras_multilabel.cli import commands
    from keras_multilabel.cli.score_file import BadInput, BadOption

    for stream in (sys.stdout, sys.stderr):
        # A name that the terminal cannot show is no reason to stop.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        commands.COMMANDS[options.command](options)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of the output, such as head, has enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        return INTERRUPTED
    except BadOption as error:
        print(f"keras-multilabel {options.command}: error: {error}", file=sys.stderr)
        return BAD_OPTION
    except (BadInput, OSError, ImportError, ValueError, TypeError) as error:
        print(f"keras-multilabel {options.command}: error: {error}", file=sys.stderr)
        return BAD_INPUT
    return 0
