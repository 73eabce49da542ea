"""read_one_hot against files written here."""

import numpy as np
import pytest
from PIL import Image

import keras_multilabel as kml

# As CheXpert's train.csv.
CHEXPERT = """\
Path,Sex,Age,Frontal/Lateral,AP/PA,No Finding,Edema,Support Devices
CheXpert-v1.0/train/p1/view1.jpg,Female,68,Frontal,AP,1.0,,1.0
CheXpert-v1.0/train/p2/view1.jpg,Male,1,Lateral,,,-1.0,0.0
"""
OPTIONS = {
    "filename_col": "Path",
    "label_cols": slice("No Finding", None),
    "blank": "negative",
}


def write(path, text, **options):
    file = path / "train.csv"
    file.write_bytes(text.encode(**options))
    return file


def columns_of(table):
    return table["labels"].tolist(), table["unknown"].tolist()


def test_chexpert(tmp_path):
    table = kml.read_one_hot(write(tmp_path, CHEXPERT), **OPTIONS)
    assert list(table.columns) == ["filename", "labels", "unknown", "width", "height"]
    assert table["filename"][0] == "CheXpert-v1.0/train/p1/view1.jpg"
    assert columns_of(table) == (
        [["No Finding", "Support Devices"], []],
        [[], ["Edema"]],
    )
    assert table[["width", "height"]].isna().all(axis=None)
    assert table["width"].dtype == "Int64"
    assert table.attrs["directory"] == str(tmp_path)
    assert table.attrs["classes"] == ["No Finding", "Edema", "Support Devices"]


def test_it_goes_on_to_labels(tmp_path):
    table = kml.read_one_hot(write(tmp_path, CHEXPERT), **OPTIONS)
    y, _ = kml.encode_labels(
        table["labels"], table.attrs["classes"], unknown=table["unknown"]
    )
    np.testing.assert_array_equal(y, [[1, 0, 1], [0, -1, 0]])


def test_columns_that_are_no_labels_are_named(tmp_path):
    with pytest.raises(
        ValueError, match=r"train\.csv, line 2, .*'Sex'; got 'Female'.*label_cols="
    ):
        kml.read_one_hot(write(tmp_path, CHEXPERT), filename_col="Path")


@pytest.mark.parametrize(
    ("uncertain", "labels", "unknown"),
    [
        ("unknown", [], ["a", "b"]),
        ("positive", ["a", "b"], []),
        ("negative", [], []),
        ({"a": "positive"}, ["a"], ["b"]),
        ({"a": "negative", "b": "positive"}, ["b"], []),
    ],
)
def test_uncertain_cells(tmp_path, uncertain, labels, unknown):
    file = write(tmp_path, "filename,a,b\nx.jpg,-1,u\n")
    assert columns_of(kml.read_one_hot(file, uncertain=uncertain)) == (
        [labels],
        [unknown],
    )


@pytest.mark.parametrize("blank", ["", " ", "nan", "NaN", "NA", "None", "null"])
def test_blank_cells_need_a_choice(tmp_path, blank):
    file = write(tmp_path, f"filename,a,b\nx.jpg,1,0\ny.jpg,1,{blank}\n")
    with pytest.raises(ValueError, match=r"line 3, has a blank cell in column 'b'"):
        kml.read_one_hot(file)
    assert columns_of(kml.read_one_hot(file, blank="negative"))[1] == [[], []]
    assert columns_of(kml.read_one_hot(file, blank="unknown"))[1] == [[], ["b"]]


@pytest.mark.parametrize("one", ["1", "1.0", "true", "TRUE", " 1 "])
@pytest.mark.parametrize("zero", ["0", "0.0", "False", " 0"])
def test_ways_to_write_them(tmp_path, one, zero):
    file = write(tmp_path, f"filename,a,b\nx.jpg,{one},{zero}\n")
    assert columns_of(kml.read_one_hot(file)) == ([["a"]], [[]])


@pytest.mark.parametrize("cell", ["2", "0.5", "-2", "inf", "1e400", "yes", "1,0"])
def test_other_cells_are_named(tmp_path, cell):
    file = write(tmp_path, f'filename,a\nx.jpg,"{cell}"\n')
    with pytest.raises(ValueError, match=rf"line 2, must .*'a'; got '{cell}'"):
        kml.read_one_hot(file)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"label_cols": ["a", "x"]}, "label_cols must name columns.*'x'.*'a', 'b'"),
        ({"label_cols": slice("x", None)}, "label_cols must name columns.*no 'x'"),
        ({"label_cols": slice("a", "b", 2)}, "no step"),
        ({"label_cols": slice(None)}, "not that of the files"),
        ({"label_cols": ["a", "a"]}, "each once"),
        ({"label_cols": []}, "at least one"),
        ({"filename_col": "Path"}, "filename_col must.*'Path'.*'filename', 'a'"),
        ({"uncertain": "maybe"}, "uncertain must be one of"),
        ({"uncertain": {"a": "maybe"}}, "uncertain must be one of"),
        ({"uncertain": {"c": "positive"}}, "uncertain must name labels; 'c'"),
        ({"blank": "positive"}, "blank must be one of"),
        ({"delimiter": ";;"}, "delimiter must be one character"),
    ],
)
def test_bad_options(tmp_path, options, message):
    file = write(tmp_path, "filename,a,b\nx.jpg,1,0\n")
    with pytest.raises(ValueError, match=message):
        kml.read_one_hot(file, **options)


def test_one_name_is_no_list(tmp_path):
    with pytest.raises(TypeError, match="label_cols must be a list"):
        kml.read_one_hot(write(tmp_path, "filename,a\n"), label_cols="a")


def test_a_slice_includes_both_ends(tmp_path):
    file = write(tmp_path, "filename;a;b;c\nx.jpg;1;1;1\n")
    table = kml.read_one_hot(file, label_cols=slice("a", "b"), delimiter=";")
    assert table.attrs["classes"] == ["a", "b"]


class TestCsv:
    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "must start with a header; it is empty"),
            ("filename,a\n", "at least one row"),
            ("filename,a,a\nx.jpg,1,1\n", "repeats 'a'"),
            ("filename,a\nx.jpg,1\ny.jpg\n", "line 3, must have 2 cells.* got 1"),
            ("filename,a\nx.jpg,1,1\n", "line 2, must have 2 cells.* got 3"),
            ("filename,a\n,1\n", "line 2, must name a file; got ''"),
            ("filename,a\nx\0.jpg,1\n", r"line 2, .*(NUL|x\\x00\.jpg)"),
            ('filename,a\nx.jpg,"1\n', "line 2, is not CSV"),
            ("filename,a\n" + "x" * 200_000 + ",1\n", "line 2, is not CSV.*limit"),
            ("filename,a\nx.jpg,1\n\ny.jpg,1\nx.jpg,0\n", "line 5, .*'x.jpg'.* line 2"),
        ],
    )
    def test_what_is_wrong_is_named_with_the_line(self, tmp_path, text, message):
        with pytest.raises(ValueError, match=rf"train\.csv.*{message}"):
            kml.read_one_hot(write(tmp_path, text))

    def test_a_byte_order_mark_crlf_and_line_breaks_in_quotes(self, tmp_path):
        text = '\ufefffilename,"a\nb",c\r\nx.jpg,1,0\r\ny.jpg,1,2\r\n'
        file = write(tmp_path, text)
        with pytest.raises(ValueError, match=r"line 4, must have 1.*'c'; got '2'"):
            kml.read_one_hot(file)
        table = kml.read_one_hot(write(tmp_path, text.replace("2", "1")))
        assert table["labels"].tolist() == [["a\nb"], ["a\nb", "c"]]

    @pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16"])
    def test_other_encodings(self, tmp_path, encoding):
        file = write(tmp_path, "filename,a\nx.jpg,1\ncafé.jpg,1\n", encoding=encoding)
        line = 1 if encoding == "utf-16" else 3
        with pytest.raises(ValueError, match=f"line {line}, must be text in UTF-8"):
            kml.read_one_hot(file)


class TestMeasure:
    def test_sizes_are_those_of_upright_images(self, tmp_path):
        image = Image.new("RGB", (30, 20))
        exif = Image.Exif()
        exif[0x0112] = 6
        image.save(tmp_path / "turned.jpg", exif=exif)
        image.save(tmp_path / "plain.png")
        text = "filename,a\nturned.jpg,1\nplain.png,1\nmissing.jpg,1\n"
        table = kml.read_one_hot(write(tmp_path, text), measure=True)
        assert table["width"].tolist()[:2] == [20, 30]
        assert table["height"].tolist()[:2] == [30, 20]
        assert table["width"].isna().tolist() == [False, False, True]

    def test_what_cannot_be_measured_is_named(self, tmp_path):
        (tmp_path / "x.jpg").write_bytes(b"text")
        with pytest.raises(ValueError, match=r"Cannot measure .*x\.jpg"):
            kml.read_one_hot(write(tmp_path, "filename,a\nx.jpg,1\n"), measure=True)
