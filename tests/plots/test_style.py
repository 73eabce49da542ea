"""What all pictures share: matplotlib is loaded by the first one that is drawn."""

import json
import subprocess
import sys

import matplotlib
import pytest
from matplotlib.text import Text

import keras_multilabel as kml
from tests.plots.figures import ODD_NAMES, draws_as_mathematics, figures_of

CALLS = {
    "plot_confusion_matrices": "([[1]], [[1]])",
    "plot_cooccurrence": "([['a']])",
    "plot_history": "({'loss': [1.0]})",
    "plot_image_sizes": "(types.SimpleNamespace(width=[1], height=[1]))",
    "plot_label_confusion": "([[1]], [[1]])",
    "plot_label_counts": "([['a']])",
    "plot_label_outcomes": "([[1]], [[1]])",
    "plot_label_scores": "([[1]], [[1]])",
    "plot_precision_recall": "([[1]], [[1]])",
    "plot_reliability": "([[1]], [[1]])",
    "plot_roc": "([[1], [0]], [[1], [0]])",
    "plot_thresholds": "([[1]], [[1]])",
}


def run_fresh(code):
    """What a new process prints last, as JSON."""
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def loaded():
    """What the name of each plot, one after the other, has loaded of what is heavy."""
    return run_fresh(
        "import json, sys, keras_multilabel as kml\n"
        "loaded = {}\n"
        f"for name in {list(CALLS)}:\n"
        "    getattr(kml, name)\n"
        "    loaded[name] = [m for m in ('matplotlib', 'keras', 'pandas')"
        " if m in sys.modules]\n"
        "print(json.dumps(loaded))"
    )


@pytest.mark.parametrize("name", CALLS)
def test_importing_loads_no_matplotlib(loaded, name):
    assert loaded[name] == []


@pytest.fixture(scope="module")
def messages():
    """What the call of each plot says in a process that finds no matplotlib."""
    calls = [
        f"try: kml.{name}{call}\n"
        f"except ImportError as error: messages[{name!r}] = str(error)"
        for name, call in CALLS.items()
    ]
    return run_fresh(
        "import json, sys, types; sys.modules['matplotlib'] = None\n"
        "import keras_multilabel as kml; messages = {}\n"
        + "\n".join([*calls, "print(json.dumps(messages))"])
    )


@pytest.mark.parametrize("name", CALLS)
def test_without_matplotlib_the_error_says_how_to_get_it(messages, name):
    assert 'pip install "keras-multilabel[plot]"' in messages[name]


TAKES_NAMES = [
    name for name in CALLS if name not in {"plot_image_sizes", "plot_history"}
]


def drawn(name, label_names):
    """The figure of two samples, one with all labels and one with none."""
    data = [[1] * len(label_names), [0] * len(label_names)]
    both = name not in {"plot_label_counts", "plot_cooccurrence"}
    result = getattr(kml, name)(*[data] * (1 + both), label_names=label_names)
    return figures_of(result)[0]


def names_shown(texts):
    """All that is written, on one line as names are."""
    return {line for text in texts for line in text.get_text().split("\n")}


@pytest.mark.parametrize("name", TAKES_NAMES)
def test_names_of_labels_are_drawn_as_they_are(name, tmp_path):
    figure = drawn(name, ODD_NAMES)
    texts = texts_of(figure)
    assert draws_as_mathematics("$x$")  # as matplotlib would
    assert not any(draws_as_mathematics(text) for text in texts)
    written = {name.replace("\n", r"\n") for name in ODD_NAMES}
    assert written <= names_shown(texts)
    for file in ("$x$.png", "$.svg", "a$b_c$^.pdf"):
        figure.savefig(tmp_path / file)
        assert (tmp_path / file).stat().st_size > 0, file


@pytest.mark.parametrize("name", TAKES_NAMES)
def test_an_odd_name_is_drawn_alone(name):
    """One of each kind: mathematics, what matplotlib cannot parse, nothing, lines."""
    for odd in ("a$b$c", "$$", "", "two\nlines"):
        assert odd in ODD_NAMES
        shown = [text.get_text() for text in texts_of(drawn(name, [odd]))]
        assert any(odd.replace("\n", r"\n") in text for text in shown)


@pytest.mark.parametrize("name", TAKES_NAMES)
def test_names_of_labels_are_no_tex_either(name):
    with matplotlib.rc_context({"text.usetex": True}):
        figure = drawn(name, ODD_NAMES)
    # Not drawn: that would need LaTeX for the numbers.
    texts = [text for text in figure.findobj(Text) if "$" in text.get_text()]
    assert texts
    assert not any(text.get_usetex() for text in texts)


def texts_of(figure):
    figure.draw_without_rendering()
    return figure.findobj(Text)
