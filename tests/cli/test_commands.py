"""The command line: what each command prints and writes, and what it says of errors.

All commands of this file run in one process; how the program starts and ends is
tested in test_main.py.
"""

import json
import os
import subprocess
import sys
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import keras_multilabel as kml
from tests.paths import ROOT

NAMES = ["person", "chair", "a, b", "<i>牛"]


class Done(NamedTuple):
    code: int
    out: str
    err: str


class Cases:
    """Commands by name, all run when the first result is asked for."""

    def __init__(self, folder):
        self.folder, self.results = folder, {}

    def __getitem__(self, name):
        if not self.results:
            arguments = {name: [str(a) for a in COMMANDS[name]] for name in COMMANDS}
            done = subprocess.run(
                [sys.executable, ROOT / "tests/cli/batch.py"],
                input=json.dumps(list(arguments.values())),
                cwd=self.folder,
                env=os.environ | {"PYTHONPATH": str(ROOT)},
                capture_output=True,
                text=True,
                check=True,
            )
            results = [Done(*each) for each in json.loads(done.stdout)]
            self.results = dict(zip(COMMANDS, results, strict=True))
        return self.results[name]


FDR = ["--confidence", 0.9, "--correction", "fdr_bh"]
PAIR = ["compare", "scores.npz", "other.csv"]
COMMANDS = {
    "help": ["--help"],
    "report help": ["report", "--help"],
    "report": ["report", "scores.npz"],
    "csv": ["report", "scores.csv", "-o", "csv.json", "--confidence", 0.9],
    "parquet": ["report", "scores.parquet", "--thresholds", 0.25, "-o", "p.csv"],
    "cv": ["report", "scores.npz", "--thresholds", "cv", "--seed", 3, "-o", "cv.json"],
    "predictions": ["report", "predictions.npz", "-q", "-o", "predictions.json"],
    "zero division": ["report", "scores.npz", "--zero-division", "nan", "-q"],
    "thresholds": ["thresholds", "scores.npz", "--cv", 3, "-o", "thresholds.json"],
    "tuned": ["report", "scores.csv", "--thresholds", "thresholds.json"],
    "costs": ["thresholds", "scores.csv", "--objective", "cost", "--costs", 1, 20],
    "no cv": ["thresholds", "scores.csv", "--cv", 0, "--one-for-all"],
    "grouped": ["thresholds", "grouped.npz", "-o", "grouped.json"],
    "report of groups": ["report", "grouped.npz"],
    "describe": ["describe", "scores.csv", "-o", "labels.csv"],
    "strings": ["describe", "strings.csv", "--sep", "|"],
    "one-hot": ["describe", "onehot.csv"],
    "voc": ["describe", "scenes", "--images"],
    "compare": [*PAIR, "-o", "compared.csv"],
    "compare scores": [*PAIR, "--metric", "roc_auc", "--average", "weighted", *FDR],
    "compare at": [*PAIR, "--thresholds", "cv", "-q", "-o", "compared.html"],
    "in a folder": ["report", "part/scores.csv", "-q", "-o", "part.html"],
    # What goes wrong
    "no command": [],
    "unknown option": ["report", "scores.npz", "--threshold"],
    "wrong ending": ["report", "scores.npz", "-o", "report.pdf"],
    "missing": ["report", "nothere.npz"],
    "missing thresholds": ["report", "scores.npz", "--thresholds", "nothere.json"],
    "no thresholds": ["report", "scores.npz", "--thresholds", "scores.csv"],
    "other file": ["report", "notes.txt"],
    "no npz": ["report", "broken.npz"],
    "pickle": ["report", "pickle.npz"],
    "no truth": ["report", "nothing.npz"],
    "three columns": ["report", "soft.npz"],
    "no columns": ["report", "onehot.csv"],
    "columns apart": ["report", "apart.csv"],
    "words": ["report", "words.csv"],
    "booleans": ["report", "booleans.csv"],
    "semicolons": ["report", "semicolons.csv"],
    "no list": ["report", "nolist.npz"],
    "no rows": ["report", "norows.csv"],
    "logits": ["report", "logits.npz"],
    "logits at 0": ["report", "logits.npz", "--thresholds", 0],
    "other groups": ["compare", "grouped.npz", "regrouped.npz"],
    "groups of one": ["compare", "scores.npz", "grouped.npz"],
    "twice": ["report", "twice.csv"],
    "latin": ["report", "latin.csv"],
    "empty": ["report", "empty.csv"],
    "no scores": ["thresholds", "predictions.npz"],
    "no scores to cut": ["report", "predictions.npz", "--thresholds", 0.5],
    "confidence": ["report", "scores.npz", "--confidence", 2],
    "no floor": ["thresholds", "scores.npz", "--objective", "recall"],
    "floor": ["thresholds", "nothere.npz", "--min-precision", 0.9],
    "slip": ["report", "slip_name.csv"],
    "other name": ["report", "other_name.csv"],
    "truth alone": ["report", "truth.csv"],
    "pictures": ["report", "scores.csv", "-q", "-o", "pictures.html"],
    "no separator": ["describe", "strings.csv"],
    "no file names": ["describe", "nameless.csv"],
    "no folder": ["describe", "nothere"],
    "no images": ["describe", "scores.npz", "--images"],
    "other labels": ["compare", "scores.npz", "predictions.npz"],
    "other truth": ["compare", "scores.npz", "shuffled.csv"],
    "fewer rows": ["compare", "scores.npz", "fewer.csv"],
    "nothing to rank": ["compare", *["predictions.npz"] * 2, "--metric", "roc_auc"],
    "no room": ["report", "scores.npz", "-q", "-o", "nothere/report.json"],
}


def truth_and_scores():
    rng = np.random.default_rng(0)
    y_true = (rng.random((200, 4)) < [0.5, 0.3, 0.2, 0.1]).astype(float)
    y_true[3, 1] = np.nan
    known = np.nan_to_num(y_true)
    y_score = 1 / (1 + np.exp(1.5 - 2 * known + rng.normal(size=known.shape)))
    return y_true, y_score


Y_TRUE, Y_SCORE = truth_and_scores()
GROUPS, WEIGHT = np.arange(200) // 5, np.linspace(0.5, 2, 200)
OTHER = (Y_SCORE + np.random.default_rng(1).random(Y_SCORE.shape)) / 2


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli")
    data = {"y_true": Y_TRUE, "y_score": Y_SCORE, "label_names": NAMES}
    np.savez(folder / "scores.npz", **data)
    np.savez(folder / "grouped.npz", **data, groups=GROUPS, sample_weight=WEIGHT)
    np.savez(folder / "predictions.npz", y_true=Y_TRUE, y_pred=Y_SCORE > 0.4)
    np.savez(folder / "nolist.npz", **data | {"label_names": "abcd"})
    np.savez(folder / "regrouped.npz", **data, groups=GROUPS[::-1])
    np.savez(folder / "logits.npz", y_true=Y_TRUE, y_score=9 * Y_SCORE - 4)
    np.savez(folder / "nothing.npz", scores=Y_SCORE)
    np.savez(folder / "soft.npz", y_true=Y_TRUE / 2, y_score=Y_SCORE)
    np.savez(folder / "pickle.npz", y_true=np.array([None]), y_score=Y_SCORE)
    (folder / "broken.npz").write_text("no zip")
    (folder / "notes.txt").write_text("notes")
    write_tables(folder)
    kml.datasets.digit_scenes(folder / "scenes", n_scenes=12)
    return Cases(folder)


def write_tables(folder):
    truth = pd.DataFrame(Y_TRUE, columns=NAMES).add_prefix("true/")
    # In another order: columns belong together by their names.
    scores = pd.DataFrame(Y_SCORE, columns=NAMES).add_prefix("score/").iloc[:, ::-1]
    table = pd.concat([scores, truth], axis=1).assign(image="x.jpg", note="ignored")
    table.to_csv(folder / "scores.csv", index=False)
    table.to_parquet(folder / "scores.parquet")
    table.iloc[::-1].to_csv(folder / "shuffled.csv", index=False)
    table[:-1].to_csv(folder / "fewer.csv", index=False)
    other = {f"score/{name}": OTHER[:, at] for at, name in enumerate(NAMES)}
    table.assign(**other).to_csv(folder / "other.csv", index=False)
    table.drop(columns="score/chair").to_csv(folder / "apart.csv", index=False)
    table.to_csv(folder / "semicolons.csv", index=False, sep=";")
    mixed = [None, True, False, *[True] * (len(table) - 3)]
    table.assign(**{"true/chair": mixed}).to_csv(folder / "booleans.csv", index=False)
    table[["true/chair"]].to_csv(folder / "truth.csv", index=False)
    for file, name in (("slip", "scroe/chair"), ("other", "score/chiar")):
        renamed = table.rename(columns={"score/chair": name})
        renamed.to_csv(folder / f"{file}_name.csv", index=False)
    table[:0].to_csv(folder / "norows.csv", index=False)
    (folder / "part").mkdir()
    Image.new("RGB", (8, 8)).save(folder / "part/x.jpg")
    table.iloc[:20].to_csv(folder / "part/scores.csv", index=False)
    table["true/chair"] = ["1", "yes"] * 100
    table.to_csv(folder / "words.csv", index=False)
    (folder / "nameless.csv").write_text("image,cat\na.jpg,1\n")
    (folder / "twice.csv").write_text("true/a,score/a,true/a,score/a\n1,0.5,0,0.1\n")
    (folder / "latin.csv").write_bytes("true/é,score/é\n1,0.5\n".encode("latin-1"))
    (folder / "empty.csv").write_text("")
    (folder / "strings.csv").write_text("filename,labels\na.jpg,cat|dog\nb.jpg,cat\n")
    (folder / "onehot.csv").write_text("filename,cat,dog\na.jpg,1,0\nb.jpg,1,u\n")


def test_help_has_examples(done):
    assert done["help"].code == done["report help"].code == 0
    for command in ("report", "thresholds", "describe", "compare"):
        assert command in done["help"].out
    assert (
        "keras-multilabel report scores.npz --thresholds cv" in done["report help"].out
    )
    assert "true/NAME" in done["report help"].out


def read(done, name):
    return json.loads((done.folder / name).read_text(encoding="utf-8"))


def test_the_report_is_printed(done):
    expected = kml.evaluation_report(Y_TRUE, Y_SCORE, label_names=NAMES)
    assert done["report"] == (0, f"{expected}\n", "")


def test_csv_parquet_and_npz_are_the_same(done):
    expected = kml.evaluation_report(Y_TRUE, Y_SCORE, label_names=NAMES, confidence=0.9)
    assert done["csv"] == (0, f"{expected}\n", "")
    assert read(done, "csv.json") == json.loads(json.dumps(expected.to_dict()))
    report = kml.evaluation_report(Y_TRUE, Y_SCORE, 0.25, label_names=NAMES)
    assert done["parquet"] == (0, f"{report}\n", "")
    frame = pd.read_csv(done.folder / "p.csv", index_col="label")
    pd.testing.assert_frame_equal(
        frame, report.to_frame(averages=True), check_dtype=False, check_index_type=False
    )


def test_cross_fitted_and_given_decisions(done):
    assert done["cv"].code == 0
    expected = kml.evaluation_report(
        Y_TRUE, Y_SCORE, "cv", random_state=3, label_names=NAMES
    )
    assert read(done, "cv.json") == json.loads(json.dumps(expected.to_dict()))
    assert done["predictions"] == (0, "", "")
    found = read(done, "predictions.json")
    assert found["tuned_on"] == "not known; the predictions were given"
    assert list(found["labels"]) == [f"label {index}" for index in range(4)]


def test_groups_and_weights_are_read(done):
    expected = kml.evaluation_report(
        Y_TRUE, Y_SCORE, label_names=NAMES, groups=GROUPS, sample_weight=WEIGHT
    )
    assert done["report of groups"] == (0, f"{expected}\n", "")


def test_thresholds_are_tuned_written_and_used(done):
    tuned = kml.tune_thresholds(
        Y_TRUE, Y_SCORE, cv=3, label_names=NAMES, random_state=0
    )
    assert done["thresholds"] == (0, f"{tuned}\n", "")
    text = (done.folder / "thresholds.json").read_text()
    assert text == tuned.to_json()
    report = kml.evaluation_report(Y_TRUE, Y_SCORE, tuned, label_names=NAMES)
    assert done["tuned"] == (0, f"{report}\n", "")


def test_what_to_tune_for(done):
    by_cost = kml.tune_thresholds(
        Y_TRUE, Y_SCORE, "cost", costs=(1, 20), cv=5, label_names=NAMES, random_state=0
    )
    assert done["costs"].out == f"{by_cost}\n"
    one = kml.tune_thresholds(Y_TRUE, Y_SCORE, per_label=False, label_names=NAMES)
    assert done["no cv"].out == f"{one}\n"
    folds = kml.MultilabelStratifiedGroupKFold(5, shuffle=True, random_state=0)
    grouped = kml.tune_thresholds(
        Y_TRUE,
        Y_SCORE,
        cv=list(folds.split(Y_TRUE, Y_TRUE, GROUPS)),
        label_names=NAMES,
        sample_weight=WEIGHT,
    )
    assert (done.folder / "grouped.json").read_text() == grouped.to_json()


def test_labels_are_described(done):
    summary = kml.describe_labels(Y_TRUE, NAMES)
    assert done["describe"] == (0, f"{summary}\n", "")
    frame = pd.read_csv(done.folder / "labels.csv", index_col="label")
    assert frame["positive"].tolist() == summary.positive.tolist()
    assert done["strings"].out == f"{kml.describe_labels([['cat', 'dog'], ['cat']])}\n"
    named = kml.describe_labels([[1, 0], [1, -1]], ["cat", "dog"])
    assert done["one-hot"].out == f"{named}\n"
    assert done["voc"].code == 0
    assert "in 12 samples" in done["voc"].out
    assert "ImageSummary of 12 images" in done["voc"].out


def test_models_are_compared(done):
    options = {"label_names": NAMES, "random_state": 0}
    pair = (Y_SCORE >= 0.5, OTHER >= 0.5)
    expected = kml.compare_models(Y_TRUE, *pair, **options)
    assert done["compare"] == (0, f"{expected}\n", "")
    frame = pd.read_csv(done.folder / "compared.csv", index_col="label")
    assert frame["difference"].tolist() == pytest.approx(
        expected.per_label.difference.tolist()
    )
    ranked = kml.compare_models(
        Y_TRUE,
        Y_SCORE,
        OTHER,
        metric="roc_auc",
        average="weighted",
        confidence=0.9,
        correction="fdr_bh",
        **options,
    )
    assert done["compare scores"] == (0, f"{ranked}\n", "")
    assert done["compare at"] == (0, "", "")
    page = (done.folder / "compared.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")


def test_names_of_images_start_from_the_folder_of_the_file(done):
    assert done["in a folder"] == (0, "", "")
    webp = "UklGR"  # RIFF, which WebP begins with, in base64
    assert webp in (done.folder / "part.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("no command", 2, "COMMAND"),
        ("unknown option", 2, "--threshold"),
        ("wrong ending", 2, "'report.pdf' must end in .html or .json or .csv"),
        ("missing", 1, "nothere.npz: No such file"),
        ("missing thresholds", 1, "nothere.json: No such file"),
        ("no thresholds", 1, "scores.csv: "),
        ("other file", 1, "notes.txt: expected a file that ends in .npz"),
        ("no npz", 1, "broken.npz: it is no .npz file of NumPy"),
        ("pickle", 1, "pickle.npz: it holds what cannot be read (Object arrays"),
        ("no truth", 1, "nothing.npz: it has no array y_true; it has 'scores'"),
        ("three columns", 1, "soft.npz: y_true must hold 0 and 1"),
        ("no columns", 1, "onehot.csv: it has no column true/NAME"),
        ("booleans", 1, "'true/chair' must hold numbers; row 2 has True."),
        ("semicolons", 1, "semicolons.csv: its columns must be separated by commas"),
        ("no list", 1, "nolist.npz: label_names must be one name per label; got"),
        ("other groups", 1, "regrouped.npz: its groups must be those of grouped.npz"),
        ("groups of one", 1, "row by row; one of the files has none"),
        ("columns apart", 1, "of the same labels; it has no 'score/chair'.\n"),
        ("slip", 1, "it has no 'score/chair'. Is it 'scroe/chair'?"),
        ("other name", 1, "it has no 'score/chair', 'true/chiar'.\n"),
        ("words", 1, "column 'true/chair' must hold numbers; row 2 has 'yes'"),
        ("no rows", 1, "norows.csv: it has no rows"),
        ("truth alone", 1, "score/NAME; it has neither scores nor predictions"),
        ("pictures", 1, "Names of images start from its folder"),
        ("twice", 1, "twice.csv: its columns must differ; it repeats 'true/a'"),
        ("latin", 1, "latin.csv: 'utf-8' codec"),
        ("empty", 1, "empty.csv: "),
        ("no scores", 1, "predictions.npz: thresholds need scores"),
        ("no scores to cut", 1, "predictions.npz: thresholds need scores"),
        ("confidence", 2, "argument --confidence: 2 is not between 0 and 1"),
        ("no floor", 2, "--objective recall needs --min-precision"),
        ("floor", 2, "--min-precision goes with --objective recall"),
        ("no separator", 1, "strings.csv: its column 'labels' holds names; pass"),
        ("no file names", 1, "nameless.csv: it must have the column 'filename'"),
        ("no folder", 1, "nothere: there is no such file or folder"),
        ("no images", 1, "scores.npz: it names no images"),
        ("other labels", 1, "predictions.npz: its labels must be those of scores.npz"),
        ("other truth", 1, "shuffled.csv: its truth must be that of scores.npz"),
        ("fewer rows", 1, "fewer.csv: its truth must have the shape"),
        ("nothing to rank", 1, "predictions.npz: this metric needs scores"),
        ("no room", 1, "nothere"),
    ],
)
def test_errors_name_the_file_and_have_an_exit_code(done, name, code, said):
    found = done[name]
    assert (found.code, found.out) == (code, "" if name != "no images" else found.out)
    last = found.err.splitlines()[-1]
    assert last.startswith("keras-multilabel")
    assert said in found.err
    assert "Traceback" not in found.err


def test_scores_that_are_no_probabilities_are_warned_of(done):
    logits, at_0 = done["logits"], done["logits at 0"]
    assert logits.code == at_0.code == 0
    assert logits.err.startswith("logits.npz: warning: y_score goes from -")
    assert logits.err.count("\n") == 1
    assert at_0.err == ""
