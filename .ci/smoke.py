"""Run by `make wheel` in a clean environment: ``smoke.py [EXTRA]``, the one installed.

Without an extra there is no backend, and no name may need more than it says.
"""

import os
import subprocess
import sys
import tempfile
from importlib import resources
from pathlib import Path

import numpy as np

import keras_multilabel as kml

Y_TRUE = np.array([[1, 0], [0, 1], [1, 1], [0, 0]] * 5)
Y_SCORE = np.array([[0.9, 0.2], [0.3, 0.7], [0.6, 0.4], [0.1, 0.5]] * 5)


def core():
    counts = kml.confusion_counts([[1, 0], [1, 1]], [[1, 1], [0, 1]])
    assert kml.f1_score(counts, average="micro") == 2 / 3
    assert kml.encode_labels([["cat"], []])[0].tolist() == [[1], [0]]
    assert kml.tune_thresholds([[1], [0]], [[0.8], [0.2]]).values.tolist() == [0.5]
    assert "MultiLabelMetrics" in dir(kml)
    assert not {"keras", "matplotlib", "pandas"} & set(sys.modules)
    # Files that are no modules: types for type checkers, and the page of a report.
    package = resources.files("keras_multilabel")
    assert (package / "py.typed").is_file()
    assert (package / "__init__.pyi").is_file()
    page = package / "evaluation" / "page"
    assert {"page.html.j2", "page.css", "page.js"} <= {f.name for f in page.iterdir()}
    # The command is installed beside Python.
    program = Path(sys.executable).with_name("keras-multilabel")
    answer = subprocess.run([program, "--version"], capture_output=True, text=True)
    assert answer.stdout.strip() == kml.__version__, answer.stderr


def none():
    core()
    for extra, use in {
        "plot": "kml.plot_label_counts([[1, 0]])",
        "report": "kml.evaluation_report(Y, S).to_html('page.html')",
        "images": "kml.read_label_folders('.')",
        "tensorflow": "kml.MultiLabelScores",
    }.items():
        code = (
            f"import keras_multilabel as kml; Y, S = [[1], [0]], [[0.9], [0.1]]; {use}"
        )
        answer = subprocess.run([sys.executable, "-c", code], capture_output=True)
        expected = f'pip install "keras-multilabel[{extra}]"'
        assert expected in answer.stderr.decode(), (extra, answer.stderr.decode())


def plot():
    os.environ["MPLBACKEND"] = "Agg"
    kml.plot_precision_recall(Y_TRUE, Y_SCORE)
    kml.plot_label_counts(Y_TRUE)


def images():
    from PIL import Image

    for name in ("cat", "dog"):
        Path(name).mkdir()
        Image.new("RGB", (20, 10)).save(f"{name}/{name}.png")
    table = kml.read_label_folders(".")
    assert len(table) == 2
    assert "20" in str(kml.describe_images(table))
    np.savez("scores.npz", y_true=Y_TRUE, y_score=Y_SCORE)
    program = Path(sys.executable).with_name("keras-multilabel")
    subprocess.run([program, "report", "scores.npz"], check=True, capture_output=True)


def report():
    kml.evaluation_report(Y_TRUE, Y_SCORE).to_html("page.html")
    assert "<html" in Path("page.html").read_text(encoding="utf-8")


def dask():
    import dask.array as da

    y_true = da.from_array(Y_TRUE, chunks=(5, 2))
    counts = kml.confusion_counts(y_true, da.from_array(Y_SCORE >= 0.5, chunks=(5, 2)))
    assert counts.tp.tolist() == [10, 5]


def backend():
    import keras

    model = keras.Sequential([keras.layers.Dense(2, "sigmoid")])
    weight = kml.compute_class_weight(Y_TRUE)
    model.compile("sgd", kml.WeightedBinaryCrossentropy(weight))
    metrics = kml.MultiLabelMetrics((Y_SCORE, Y_TRUE), threshold="tune")
    logs = model.fit(Y_SCORE, Y_TRUE, verbose=0, callbacks=[metrics]).history
    assert 0 <= logs["val_f1_score"][0] <= 1
    kml.with_decisions(model, metrics.thresholds).save("model.keras")
    keras.models.load_model("model.keras")


CHECKS = {"": none, "plot": plot, "images": images, "report": report, "dask": dask}


if __name__ == "__main__":
    extra = sys.argv[1] if len(sys.argv) > 1 else ""
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        CHECKS.get(extra, backend)()
        os.chdir("/")
