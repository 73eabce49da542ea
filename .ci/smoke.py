"""Run by `make wheel` in a clean environment that holds the wheel and no backend."""

import subprocess
import sys
from importlib import resources
from pathlib import Path

import keras_multilabel as kml

counts = kml.confusion_counts([[1, 0], [1, 1]], [[1, 1], [0, 1]])
assert kml.f1_score(counts, average="micro") == 2 / 3
assert kml.encode_labels([["cat"], []])[0].tolist() == [[1], [0]]
assert kml.tune_thresholds([[1], [0]], [[0.8], [0.2]]).values.tolist() == [0.5]
assert "MultiLabelMetrics" in dir(kml)
assert not {"keras", "matplotlib", "pandas"} & set(sys.modules)

# The page of a report is made of files that are no modules.
page = resources.files("keras_multilabel.evaluation.page")
assert {"page.html.j2", "page.css", "page.js"} <= {file.name for file in page.iterdir()}

# Without its extra a name says which one it needs.
missing = "import keras_multilabel as kml; kml.plot_label_counts([[1, 0]])"
answer = subprocess.run([sys.executable, "-c", missing], capture_output=True, text=True)
assert 'pip install "keras-multilabel[plot]"' in answer.stderr, answer.stderr

# The command is installed beside Python.
program = Path(sys.executable).with_name("keras-multilabel")
answer = subprocess.run([program, "--version"], capture_output=True, text=True)
assert answer.stdout.strip() == kml.__version__, answer.stderr
print("The wheel works: 1 passed, 0 failed")
