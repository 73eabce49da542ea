"""What importing the package costs, and that its list of names is right."""

import subprocess
import sys

import keras_multilabel as kml

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
