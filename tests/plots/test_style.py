"""What all pictures share: matplotlib is loaded by the first one that is drawn."""

import subprocess
import sys

import matplotlib
import pytest
from matplotlib.text import Text

import keras_multilabel as kml
from tests.plots.figures import ODD_NAMES, draws_as_mathematics

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


PLOTS = {
    "plot_confusion_matrices": lambda names: kml.plot_confusion_matrices(
        [[1] * len(names)], [[0] * len(names)], label_names=names
    )[0],
    "plot_label_counts": lambda names: (
        kml.plot_label_counts([[1] * len(names)], label_names=names).figure
    ),
}


@pytest.mark.parametrize("name", PLOTS)
@pytest.mark.parametrize("file", ["$x$.png", "$.svg", "a$b_c$^.pdf"])
def test_names_of_labels_are_drawn_as_they_are(name, file, tmp_path):
    figure = PLOTS[name](ODD_NAMES)
    assert draws_as_mathematics("$x$")  # as matplotlib would
    assert not any(draws_as_mathematics(text) for text in texts_of(figure))
    shown = {line for text in texts_of(figure) for line in text.get_text().split("\n")}
    assert set("\n".join(ODD_NAMES).split("\n")) <= shown
    figure.savefig(tmp_path / file)
    assert (tmp_path / file).stat().st_size > 0


@pytest.mark.parametrize("name", PLOTS)
def test_each_name_that_matplotlib_could_not_parse_is_drawn_alone(name):
    for odd in ODD_NAMES:
        shown = [text.get_text() for text in texts_of(PLOTS[name]([odd]))]
        assert any(odd in text for text in shown)


@pytest.mark.parametrize("name", PLOTS)
def test_names_of_labels_are_no_tex_either(name):
    with matplotlib.rc_context({"text.usetex": True}):
        figure = PLOTS[name](ODD_NAMES)
    # Not drawn: that would need LaTeX for the numbers.
    texts = [text for text in figure.findobj(Text) if "$" in text.get_text()]
    assert texts
    assert not any(text.get_usetex() for text in texts)


def texts_of(figure):
    figure.draw_without_rendering()
    return figure.findobj(Text)
