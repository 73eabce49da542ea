"""read_label_strings against files written here."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import keras_multilabel as kml
from tests.strategies import examples

NIH = """\
Image Index,Finding Labels,Patient Age
00000001_000.png,Cardiomegaly|Emphysema,58
00000002_000.png,No Finding,81
"""
OPTIONS = {"filename_col": "Image Index", "labels_col": "Finding Labels", "sep": "|"}


def write(path, text):
    file = path / "labels.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_nih(tmp_path):
    file = write(tmp_path, NIH)
    table = kml.read_label_strings(file, **OPTIONS)
    assert list(table.columns) == ["filename", "labels", "unknown", "width", "height"]
    assert table["labels"].tolist() == [["Cardiomegaly", "Emphysema"], ["No Finding"]]
    assert table["unknown"].tolist() == [[], []]
    assert table.attrs == {"directory": str(tmp_path)}
    table = kml.read_label_strings(file, **OPTIONS, no_label="No Finding")
    assert table["labels"].tolist() == [["Cardiomegaly", "Emphysema"], []]


def test_spaces_repeated_labels_and_empty_cells(tmp_path):
    file = write(tmp_path, "filename,labels\na.jpg, cat  dog cat \nb.jpg,\n")
    table = kml.read_label_strings(file, sep=" ", directory="x")
    assert table["labels"].tolist() == [["cat", "dog"], []]
    assert table.attrs["directory"] == "x"


def test_unknown_labels(tmp_path):
    file = write(tmp_path, 'filename,labels,maybe\na.jpg,"cat,dog",cow\n')
    table = kml.read_label_strings(file, sep=",", unknown_col="maybe")
    assert table["unknown"].tolist() == [["cow"]]
    y, _ = kml.encode_labels(table["labels"], unknown=table["unknown"])
    assert y.tolist() == [[1, -1, 1]]


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        (NIH, {}, "labels_col must.*'Image Index', 'Finding Labels'"),
        ("filename,x\na,b\n", {}, "labels_col must name columns.*no 'labels'"),
        ("filename,labels\na,b\n", {"unknown_col": "u"}, "unknown_col must.*no 'u'"),
        ("filename,labels\na,b\n", {"sep": ""}, "sep must be"),
        ("filename,labels\na,b\na,c\n", {}, "line 3, names 'a', which line 2 does"),
        (
            "filename,labels\na,b|none\n",
            {"no_label": "none"},
            r"line 2, has 'none'.*beside others: \['b', 'none'\]",
        ),
        (
            "filename,labels,u\na,b|c,c\n",
            {"unknown_col": "u"},
            r"line 2, has labels that are both present and unknown: \['c'\]",
        ),
        ("filename,labels\nb\n", {}, "line 2, must have 2 cells"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, text, options, message):
    with pytest.raises(ValueError, match=message):
        kml.read_label_strings(write(tmp_path, text), **{"sep": "|", **options})


LABELS = st.text(st.characters(codec="utf-8", exclude_characters="|\0"), max_size=4)


@settings(max_examples=examples(40))
@given(st.lists(st.lists(LABELS, max_size=3), min_size=1, max_size=5))
def test_what_was_written_is_read(tmp_path_factory, rows):
    import pandas as pd

    rows = [
        [*dict.fromkeys(clean for label in row if (clean := label.strip()))]
        for row in rows
    ]
    file = tmp_path_factory.mktemp("strings") / "labels.csv"
    names = [f"{number}.jpg" for number in range(len(rows))]
    strings = ["|".join(row) for row in rows]
    written = pd.DataFrame({"filename": names, "labels": strings})
    written.to_csv(file, index=False, quoting=1)
    assert kml.read_label_strings(file, sep="|")["labels"].tolist() == rows
