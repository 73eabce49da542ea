"""Names in a table -> paths of existing files, none of them twice."""

import os
from collections import defaultdict
from collections.abc import Sequence
from itertools import islice
from typing import Any

from keras_multilabel.utils.arguments import listed

# Below this number, files are checked one by one; a folder is listed if it has at most
# this many times as many entries as files wanted.
_FEW, _MANY = 32, 10
_PLAIN = os.sep == "/"


def paths_of(names: Sequence[Any], folder: str | os.PathLike[str] | None) -> list[str]:
    """Return the path of each name; relative ones start from ``folder``."""
    for row, name in enumerate(names):
        if not isinstance(name, (str, os.PathLike)) or not os.fspath(name):
            raise ValueError(f"Each row must name a file; row {row} has {name!r}.")
    start = os.path.join(os.fspath(folder), "") if folder else ""
    if _PLAIN:  # what os.path.join does, in a fifth of the time
        texts = map(os.fspath, names)
        return [text if text[0] == "/" else start + text for text in texts]
    return [os.path.join(start, os.fspath(name)) for name in names]


def check_no_repeats(paths: Sequence[str]) -> None:
    """Raise if two paths are spellings of the same file."""
    here = os.path.join(os.getcwd(), "")
    keys = [_spelled_out(path, here) for path in paths]
    if len(set(keys)) == len(keys):
        return
    by_file: defaultdict[str, list[str]] = defaultdict(list)
    for key, path in zip(keys, paths, strict=True):
        by_file[key].append(path)
    repeated = [same for same in by_file.values() if len(same) > 1]
    written = dict.fromkeys(path for same in repeated for path in same)
    raise ValueError(
        f"Each image must have one row; {len(repeated)} have more: "
        f"{listed([*written])}. If df has one row per label, gather them: "
        'df.groupby("filename", as_index=False)["labels"].agg(list).'
    )


def _spelled_out(path: str, here: str) -> str:
    """The absolute path without detours; links count as their own files."""
    if _PLAIN and "//" not in path and "/." not in path and path[0] != ".":
        return path if path[0] == "/" else here + path
    return os.path.normcase(os.path.abspath(path))


def missing_rows(paths: Sequence[str]) -> list[int]:
    """The rows whose file does not exist, or is not a file.

    A folder is listed once, unless it holds far more than the files wanted.
    """
    wanted: defaultdict[str, list[int]] = defaultdict(list)
    parts = [path.rpartition(os.sep) for path in paths]
    for row, (folder, sep, _) in enumerate(parts):
        wanted[folder + sep].append(row)
    unsure: list[int] = []
    for folder, rows in wanted.items():
        there = _files_in(folder, _MANY * len(rows)) if len(rows) > _FEW else set()
        unsure += [row for row in rows if parts[row][2] not in there]
    # Listings may spell a name differently (case, Unicode), so ask the system too.
    return sorted(row for row in unsure if not os.path.isfile(paths[row]))


def _files_in(folder: str, most: int) -> set[str]:
    """The names of files in a folder, among its first ``most`` entries at least."""
    try:
        with os.scandir(folder or ".") as entries:
            return {entry.name for entry in islice(entries, most) if entry.is_file()}
    except OSError:
        return set()


def where_they_were_sought(directory: Any, own: Any) -> str:
    """How to fix missing files."""
    if directory is not None:
        return f"directory= ({directory!r}) is put before each file name."
    if own is not None:
        return (
            f'The table names their folder, attrs["directory"]={own!r}: pass '
            "directory=, the folder that file names start from, if it is another."
        )
    return (
        f"File names start from the current folder, {os.getcwd()!r}: pass directory=, "
        "the folder that they start from. (The table of read_voc names its own in "
        'attrs["directory"], which merge, groupby and files lose.)'
    )
