"""What importing the package costs, and that its list of names is right."""

import re
import subprocess
import sys
import tomllib
from itertools import chain

import keras_multilabel as kml
from tests.paths import ROOT

HEAVY = ("keras", "tensorflow", "jax", "torch", "matplotlib", "pandas", "sklearn")


def run(code):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout


def test_importing_loads_nothing_heavy():
    code = (
        f"import sys, keras_multilabel; print([m for m in {HEAVY} if m in sys.modules])"
    )
    assert run(code).strip() == "[]"


def test_the_core_needs_neither_keras_nor_matplotlib():
    code = (
        "import sys, keras_multilabel as kml;"
        "kml.f1_score([[1]], [[1]]); kml.roc_auc_score([[1], [0]], [[1], [0]]);"
        "kml.encode_labels([['a']]); kml.tune_thresholds([[1]], [[1]]);"
        "kml.compute_sample_weight([[1], [0]]); kml.plot_label_counts;"
        f"print([m for m in {HEAVY[:-1]} if m in sys.modules])"
    )
    assert run(code).strip() == "[]"


def test_importing_is_quick():
    """A budget of 0.5 s, here in modules, since clocks of shared machines lie."""
    code = "import sys, keras_multilabel; print(len(sys.modules))"
    bare = int(run("import sys; print(len(sys.modules))"))
    assert int(run(code)) - bare < 60


def test_every_public_name_is_there():
    for name in kml.__all__:
        assert getattr(kml, name) is not None


def test_the_lowest_versions_allowed_are_those_of_make_lowest():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    used = [extras[name] for name in ("jax", "plot", "images", "report")]
    allowed = [*project["dependencies"], *chain.from_iterable(used)]
    pins = (ROOT / "constraints-min.txt").read_text()
    tested = dict(re.findall(r"^([\w-]+)==(\S+)", pins.lower(), re.MULTILINE))
    for one in allowed:
        name, _, version = one.partition(">=")
        assert tested[name] == version


def test_every_library_that_is_imported_at_the_top_is_asked_for():
    """Not only by what else is installed: scipy and joblib come with scikit-learn."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = {re.split(r">=", one)[0] for one in project["dependencies"]}
    names = {"sklearn": "scikit-learn", "lazy_loader": "lazy-loader"}
    # Each module of the core, without a backend.
    code = (
        "import sys, keras_multilabel as kml; kml.tune_thresholds, kml.score_intervals,"
        "kml.multilabel_train_test_split, kml.LabelCalibrator, kml.ThresholdTuner;"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    loaded = {names.get(name, name) for name in run(code).split()}
    third = {"numpy", "scipy", "joblib", "threadpoolctl", "narwhals", "scikit-learn"}
    assert loaded & third <= asked


def test_the_release_is_that_of_changelog_and_citation():
    changelog = (ROOT / "CHANGELOG.md").read_text()
    version, date = re.search(r"^## \[(\d.*)\] - (\S+)$", changelog, re.M).groups()
    citation = (ROOT / "CITATION.cff").read_text()
    assert version == kml.__version__
    assert f"\nversion: {version}\n" in citation
    assert f'\ndate-released: "{date}"\n' in citation
