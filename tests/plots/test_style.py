"""What all pictures share: matplotlib is loaded by the first one that is drawn."""

import subprocess
import sys

import pytest

CALLS = {
    "plot_confusion_matrices": "([[1]], [[1]])",
    "plot_label_counts": "([['a']])",
}


def run_fresh(code):
    """What a new process prints last."""
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


@pytest.mark.parametrize("name", CALLS)
def test_importing_loads_no_matplotlib(name):
    heavy = "{'matplotlib', 'keras', 'pandas'}"
    code = f"import sys, keras_multilabel as kml; kml.{name}"
    assert run_fresh(f"{code}; print({heavy} & set(sys.modules))") == "set()"


@pytest.mark.parametrize("name", CALLS)
def test_without_matplotlib_the_error_says_how_to_get_it(name):
    message = run_fresh(
        "import sys; sys.modules['matplotlib'] = None\n"
        "import keras_multilabel as kml\n"
        f"try: kml.{name}{CALLS[name]}\n"
        "except ImportError as error: print(error)"
    )
    assert 'pip install "keras-multilabel[plot]"' in message
