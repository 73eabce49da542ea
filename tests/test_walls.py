"""The house: what each room may import, which modules may import Keras, and sizes."""

import ast
import re
from pathlib import Path

import pytest

import keras_multilabel
from tests.paths import ROOT

PACKAGE = ROOT / "keras_multilabel"
MAY_IMPORT = {
    "utils": set(),
    "metrics": {"utils"},
    "labels": {"metrics", "utils"},
    "weights": {"labels", "metrics", "utils"},
    "model_selection": {"labels", "utils"},
    "thresholds": {"metrics", "model_selection", "utils"},
    "calibration": {"metrics", "utils"},
    "losses": {"utils"},
    "layers": {"calibration", "thresholds", "utils"},
    "inference": {"utils"},
    "callbacks": {"evaluation", "inference", "metrics", "thresholds", "utils"},
    "checks": {"inference", "losses", "utils"},
    "readers": {"utils"},
    "images": {"labels", "model_selection", "utils"},
    "evaluation": {"metrics", "thresholds", "utils"},
    "plots": {"evaluation", "labels", "metrics", "utils"},
    # Thin over the public names.
    "cli": {"all", "utils"},
    # The root: the list of public names, registration and datasets.
    "": {"utils", "registration", "_version", "all"},
}
# All others run without Keras.
IMPORT_KERAS = {
    "calibration/operations",
    "callbacks/averaged_weights",
    "callbacks/keras_pass",
    "callbacks/multi_label_metrics",
    "callbacks/validation",
    "checks/check_setup",
    "checks/compiled",
    "checks/head",
    "checks/rows",
    "checks/setup",
    "images/augment",
    "images/py_dataset",
    "inference/calling",
    "inference/outputs",
    "inference/scoring_pass",
    "inference/sources",
    "layers/decision",
    "layers/label_names",
    "layers/threshold_decision",
    "layers/with_decisions",
    "losses/asymmetric",
    "losses/base",
    "losses/distribution_balanced",
    "losses/softmax_crossentropy",
    "losses/torch_ops",
    "losses/two_way",
    "losses/weighted_binary_crossentropy",
    "losses/zlpr",
    "metrics/keras_ops",
    "metrics/keras_state",
    "metrics/multi_label_scores",
    "utils/keras_internals",
    "utils/positions",
    "weights/weighted",
}
# Tested by themselves: what Keras may move, algorithms with many cases, and the command
# line, which is public as a program.
TESTED_INSIDE = (
    "utils.keras_internals",
    "images.buckets",
    "utils.image_headers",
    "utils.parallel",
    "cli",
    "evaluation.page",
    "losses.torch_ops",
)
MODULES = sorted(PACKAGE.rglob("*.py"))
# What Keras does not document: allowed in one module, in which each has its function.
HOOKS = (
    r"(?<!add_)train_function|\btrain_step\b|stateless_call|jax_state_sync"
    r"|_keras_(logits|mask)|vars\(\w*model"
)
OURS = "keras_multilabel"


def name_of(path):
    return path.relative_to(PACKAGE).with_suffix("").as_posix()


def imports_of(path):
    """The modules that a file imports, wherever in it, by their full names."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            if node.module != OURS:
                yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def rooms_of(path):
    """What of ours a file imports from: rooms, or names of the public face."""
    ours = (name.split(".") for name in imports_of(path))
    return {parts[1] if len(parts) > 1 else "all" for parts in ours if parts[0] == OURS}


def test_the_rooms_are_those_of_the_table():
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert folders == set(MAY_IMPORT) - {""}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_room_imports_only_from_those_it_may(path):
    room = path.relative_to(PACKAGE).parts[0] if path.parent != PACKAGE else ""
    assert rooms_of(path) <= MAY_IMPORT[room] | {room}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_the_shell_imports_keras(path):
    heavy = {name.split(".")[0] for name in imports_of(path)}
    assert ("keras" in heavy) == (name_of(path) in IMPORT_KERAS)


def test_the_walls_hold_no_circle():
    """The table itself is in an order in which rooms import only earlier ones."""
    # The public names are loaded when they are used.
    built = {"all"}
    waiting = {room: needs for room, needs in MAY_IMPORT.items() if room}
    while waiting:
        ready = [room for room, needs in waiting.items() if needs <= built]
        assert ready, f"a circle among {sorted(waiting)}"
        built.update(ready)
        for room in ready:
            del waiting[room]


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("*/__init__.py")), ids=name_of)
def test_a_room_says_what_lives_there_and_what_it_may_import(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert len(tree.body) == 1
    told = set(re.findall(r"``(\w+)``", ast.get_docstring(tree)))
    assert told == MAY_IMPORT[path.parent.name]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_hooks_into_keras_sit_in_one_module(path):
    if name_of(path) == "utils/keras_internals":
        return
    code = ast.unparse(without_docstrings(path))
    assert not re.search(HOOKS, code)


def without_docstrings(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value = ast.Constant(None)
    return tree


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_nothing_private_of_others_is_imported(path):
    for name in imports_of(path):
        others = not name.startswith("keras_multilabel")
        assert not (others and re.search(r"\.src\b|\._", name)), name


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_modules_and_functions_are_short(path):
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") <= 300
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            lines = body[-1].end_lineno - body[0].lineno + 1 if body else 0
            assert lines <= 40, f"{node.name} has {lines} lines"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_test_file_stands_at_the_same_place_in_tests(path):
    """Each public name's module; what it is made of may be tested through it."""
    stub = (PACKAGE / "__init__.pyi").read_text(encoding="utf-8")
    public = {match.replace(".", "/") for match in re.findall(r"from \.([\w.]+)", stub)}
    if name_of(path) in public - {"_version"}:
        test = Path("tests") / path.relative_to(PACKAGE).parent / f"test_{path.name}"
        assert (ROOT / test).exists(), f"{test} is missing"


@pytest.mark.parametrize(
    "path", sorted((ROOT / "tests").rglob("*.py")), ids=lambda path: path.stem
)
def test_tests_are_short_and_use_public_names(path):
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") < 400
    public = {"keras_multilabel", "keras_multilabel.utils"}
    for name in imports_of(path):
        if name.startswith("keras_multilabel"):
            allowed = name in public or hasattr(keras_multilabel, name.split(".")[-1])
            inside = name.removeprefix("keras_multilabel.").startswith(TESTED_INSIDE)
            assert allowed or inside, name
