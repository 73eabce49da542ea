"""read_coco against files written here."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import keras_multilabel as kml
from tests.strategies import examples

IMAGES = [
    {"id": 5, "file_name": "b.jpg", "width": 60, "height": 40},
    {"id": 2, "file_name": "a.jpg", "width": 30, "height": 20},
    {"id": 9, "file_name": "c.jpg"},
]
CATEGORIES = [{"id": 90, "name": "dog"}, {"id": 1, "name": "cat"}]


def an_annotation(image, category, **fields):
    return {"image_id": image, "category_id": category, **fields}


ANNOTATIONS = [an_annotation(5, 1), an_annotation(5, 90), an_annotation(5, 1)]


def write(path, annotations=ANNOTATIONS, images=IMAGES, categories=CATEGORIES):
    file = path / "instances.json"
    parts = {"images": images, "annotations": annotations, "categories": categories}
    file.write_text(json.dumps({"info": {"year": 2017}, **parts}))
    return file


def row_of(path, annotations, **options):
    """(labels, unknown, n_objects) of the first image."""
    row = kml.read_coco(write(path, annotations), **options).iloc[0]
    return row["labels"], row["unknown"], row["n_objects"]


def test_one_row_per_image_in_the_order_of_the_file(tmp_path):
    table = kml.read_coco(write(tmp_path))
    assert list(table.columns) == [
        *("filename", "labels", "unknown", "width", "height"),
        *("image_id", "n_objects"),
    ]
    assert table["filename"].tolist() == ["b.jpg", "a.jpg", "c.jpg"]
    assert table["labels"].tolist() == [["cat", "dog"], [], []]
    assert table["unknown"].tolist() == [[], [], []]
    assert table["width"].isna().tolist() == [False, False, True]
    assert table["height"].tolist()[:2] == [40, 20]
    assert table["image_id"].tolist() == [5, 2, 9]
    assert table["n_objects"].tolist() == [3, 0, 0]
    assert table.attrs["classes"] == ["dog", "cat"]


def test_labels_may_be_one_per_annotation(tmp_path):
    table = kml.read_coco(write(tmp_path), unique=False)
    assert table["labels"][0] == ["cat", "dog", "cat"]


@pytest.mark.parametrize(
    ("crowd", "expected"),
    [
        ("positive", (["cat", "dog"], [])),
        ("unknown", (["dog"], ["cat"])),
        ("negative", (["dog"], [])),
    ],
)
def test_crowds(tmp_path, crowd, expected):
    annotations = [
        an_annotation(5, 1, iscrowd=1),
        an_annotation(5, 90, iscrowd=1),
        an_annotation(5, 90, iscrowd=0),
    ]
    assert row_of(tmp_path, annotations, crowd=crowd) == (*expected, 3)


def test_small_objects_are_unknown(tmp_path):
    annotations = [
        *(an_annotation(5, 1, area=9.9), an_annotation(5, 90, area=9.9)),
        an_annotation(5, 90, area=10),
    ]
    assert row_of(tmp_path, annotations, min_area=10) == (["dog"], ["cat"], 3)
    assert row_of(tmp_path, annotations) == (["cat", "dog"], [], 3)


def test_small_crowds_that_are_ignored_stay_so(tmp_path):
    annotations = [an_annotation(5, 1, area=1, iscrowd=1)]
    got = row_of(tmp_path, annotations, min_area=10, crowd="negative")
    assert got == ([], [], 1)


def test_the_table_goes_on_to_labels_and_images(tmp_path):
    table = kml.read_coco(write(tmp_path, [an_annotation(5, 1, iscrowd=1)]))
    y, classes = kml.encode_labels(
        table["labels"], table.attrs["classes"], unknown=table["unknown"]
    )
    assert classes == ["dog", "cat"]
    np.testing.assert_array_equal(y, [[0, 1], [0, 0], [0, 0]])


class TestDirectory:
    def test_that_of_the_file(self, tmp_path):
        table = kml.read_coco(str(write(tmp_path)))
        assert table.attrs["directory"] == str(tmp_path)

    def test_cocos_own_layout(self, tmp_path):
        (tmp_path / "annotations").mkdir()
        (tmp_path / "val2017").mkdir()
        file = write(tmp_path).rename(
            tmp_path / "annotations" / "instances_val2017.json"
        )
        assert kml.read_coco(file).attrs["directory"] == str(tmp_path / "val2017")

    def test_given(self, tmp_path):
        assert kml.read_coco(write(tmp_path), directory="x").attrs["directory"] == "x"


class TestContradictions:
    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"images": [*IMAGES, {"id": 5, "file_name": "d.jpg"}]}, "ids of im.* 5"),
            ({"images": [*IMAGES, {"id": 6, "file_name": "a.jpg"}]}, "once.* 'a.jpg'"),
            (
                {"categories": [*CATEGORIES, {"id": 3, "name": "cat"}]},
                "names of categories; it repeats 'cat'",
            ),
            (
                {"categories": [*CATEGORIES, {"id": 1, "name": "cow"}]},
                "ids of categories; it repeats 1",
            ),
            (
                {"annotations": [an_annotation(7, 1), an_annotation(8, 1)]},
                "of images that it does not list, with 2 ids: 7, 8",
            ),
            (
                {"annotations": [an_annotation(5, 77), an_annotation(5, "x")]},
                "of categories that it does not list, with 2 ids: 77, 'x'",
            ),
            ({"images": [], "annotations": []}, "at least one image"),
        ],
    )
    def test_are_named(self, tmp_path, options, message):
        with pytest.raises(ValueError, match=rf"instances\.json .*{message}"):
            kml.read_coco(write(tmp_path, **options))


class TestRecords:
    @pytest.mark.parametrize(
        "field",
        [
            {"id": None},
            {"id": True},
            {"id": 1.0},
            {"id": [1]},
            {"file_name": 3},
            {"file_name": " "},
            {"file_name": "a\0.jpg"},
            {"file_name": "\ud800.jpg"},
            {"width": 2**31},
            {"width": 10**400},
            {"height": float("nan")},
            {"height": float("inf")},
            {"height": "tall"},
            {"height": True},
            {"height": [3]},
        ],
    )
    def test_bad_images_are_named(self, tmp_path, field):
        image = {"id": 1, "file_name": "a.jpg", "width": 3, "height": 2, **field}
        name = "width" if "height" in field else next(iter(field))
        file = write(tmp_path, images=[*IMAGES, image])
        with pytest.raises(ValueError, match=rf'line 1, images\[3\]: "{name}".*got'):
            kml.read_coco(file)

    @pytest.mark.parametrize("size", [(0, 4), (-3, 4), (4, -(2**40)), (None, 4)])
    def test_sizes_not_above_zero_are_missing(self, tmp_path, size):
        image = {"id": 1, "file_name": "a.jpg", "width": size[0], "height": size[1]}
        table = kml.read_coco(write(tmp_path, [], [image]))
        assert table[["width", "height"]].isna().all(axis=None)

    @pytest.mark.parametrize(
        ("annotation", "message"),
        [
            ({"image_id": 5}, '"category_id" must be .*missing'),
            ({"category_id": 1}, '"image_id" must be .*missing'),
            (an_annotation(5, 1, iscrowd=2), '"iscrowd" must be 0 or 1; got 2'),
            (an_annotation(5, 1, iscrowd=[]), r'"iscrowd" must be 0 or 1; got \[\]'),
            (an_annotation(5, 1), '"area" must be .*missing'),
            (an_annotation(5, 1, area=-1), '"area" must be .*got -1'),
            (an_annotation(5, 1, area=float("nan")), '"area" must be .*got nan'),
            (an_annotation(5, 1, area="9"), "\"area\" must be .*got '9'"),
            ([1], r"expected an object of fields; got \[1\]"),
            (None, "expected an object of fields; got None"),
        ],
    )
    def test_bad_annotations_are_named(self, tmp_path, annotation, message):
        good = an_annotation(5, 1, area=3)
        file = write(tmp_path, [good, annotation])
        with pytest.raises(ValueError, match=rf"line 1, annotations\[1\]: {message}"):
            kml.read_coco(file, min_area=1)

    def test_a_category_without_a_name(self, tmp_path):
        file = write(tmp_path, categories=[{"id": 1, "name": ""}])
        with pytest.raises(ValueError, match=r'categories\[0\]: "name" must be text'):
            kml.read_coco(file)

    def test_the_line_is_that_of_the_record(self, tmp_path):
        file = write(tmp_path, [*ANNOTATIONS, {}])
        file.write_text(json.dumps(json.loads(file.read_text()), indent=0))
        at_end_of_record = file.read_text().split("{}")[0].count("\n") + 1
        with pytest.raises(ValueError, match=rf"line {at_end_of_record}, annotations"):
            kml.read_coco(file)


WHOLE = '{"images": [], "annotations": [], "categories": []}'
BAD_JSON = {
    "empty": ("", "the file ends where a JSON object should follow"),
    "list": ("[]", r"expected a JSON object; got '\['"),
    "null": ("null", "expected a JSON object; got 'n'"),
    "other keys": ('{"a": 1}', 'it lacks "images", "annotations", "categories"'),
    "no annotations": ('{"images": [], "categories": []}', 'it lacks "annotations"'),
    "no array": ('{"images": {}}', "expected an array as 'images'; got '{'"),
    "null array": ('{"images": null}', "expected an array as 'images'; got 'n'"),
    "array twice": (WHOLE[:-1] + ', "images": []}', "key 'images' is given twice"),
    "key twice": ('{"images": [{"id": 1, "id": 2}]}', "key 'id' is given twice in one"),
    "key twice below": ('{"info": {"a": [{"b": 1, "b": 1}]}}', "'b' is given twice"),
    "more after the end": (WHOLE + " {}", "more after the end"),
    "number as key": ('{1: "a"}', "expected a key, a string; got 1"),
    "no colon": ('{"images" []}', r"expected ':'; got '\['"),
    "no comma": ('{"info": 1 "images": []}', r"expected ',' or '\}'; got '\"'"),
    "comma at the end": ('{"images": [],}', "Expecting value"),
    "single quotes": ("{'images': []}", "Expecting value"),
    "unclosed string": ('{"images": [{"id": "a', "Unterminated string"),
    "NUL bytes": ("\0" * 50, r"expected a JSON object; got '\\x00'"),
    "NUL in a string": ('{"a": "\0"}', "Invalid control character"),
    "deep arrays": ('{"a": ' + "[" * 10**5, "nested too deeply"),
    "deep objects": ('{"images": [' + '{"a":' * 10**5, "nested too deeply"),
    "a number of many digits": ('{"a": ' + "9" * 10**4 + "}", "limit"),
}


class TestBadJson:
    @pytest.mark.parametrize("name", BAD_JSON)
    def test_is_named(self, tmp_path, name):
        text, message = BAD_JSON[name]
        file = tmp_path / "x.json"
        file.write_text(text)
        with pytest.raises(ValueError, match=rf"x\.json[\s\S]*{message}"):
            kml.read_coco(file)

    def test_wherever_it_is_cut_off(self, tmp_path):
        file = write(tmp_path)
        text = file.read_text()
        for end in range(0, len(text), 11):
            file.write_text(text[:end])
            with pytest.raises(ValueError, match=r"instances\.json, line 1"):
                kml.read_coco(file)

    def test_the_line(self, tmp_path):
        file = tmp_path / "x.json"
        file.write_text('{\r\n"info": [\r\n{},\r\n}')
        with pytest.raises(ValueError, match=r"line 4.*Expecting value"):
            kml.read_coco(file)

    @pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "utf-32"])
    def test_other_encodings(self, tmp_path, encoding):
        file = tmp_path / "x.json"
        file.write_text('{\n"café": 1}', encoding=encoding)
        with pytest.raises(ValueError, match=r"line \d, must be text in UTF-8"):
            kml.read_coco(file)

    def test_a_byte_order_mark_and_crlf(self, tmp_path):
        file = write(tmp_path)
        text = json.dumps(json.loads(file.read_text()), indent=1)
        file.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
        assert kml.read_coco(file)["labels"][0] == ["cat", "dog"]

    @pytest.mark.parametrize("before", range(2**20 - 20, 2**20, 3))
    def test_a_number_in_two_parts_is_one(self, tmp_path, before):
        file = write(tmp_path)
        text = file.read_text().replace("{", '{"a": 1234567890123,', 1)
        # The file is read a million characters at a time.
        file.write_text(" " * before + text)
        assert len(kml.read_coco(file)) == 3

    def test_no_file(self, tmp_path):
        with pytest.raises(FileNotFoundError, match=r"no\.json"):
            kml.read_coco(tmp_path / "no.json")


@pytest.mark.parametrize("min_area", [-1, float("nan"), float("inf"), True])
def test_min_area_must_be_a_number(tmp_path, min_area):
    with pytest.raises(ValueError, match="min_area must be a number"):
        kml.read_coco(write(tmp_path), min_area=min_area)


def test_crowd_must_be_one_of_three(tmp_path):
    with pytest.raises(ValueError, match=r"crowd must be one of.*'maybe'"):
        kml.read_coco(write(tmp_path), crowd="maybe")


def test_without_pandas_the_error_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    with pytest.raises(ImportError, match=r'pip install "keras-multilabel\[images\]"'):
        kml.read_coco(tmp_path)


@settings(max_examples=examples(40))
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), max_size=12),
    st.permutations(["images", "annotations", "categories", "extra"]),
    st.integers(2**20 - 700, 2**20) | st.sampled_from([0, 2**21]),
    st.sampled_from([None, 0, 3]),
)
def test_all_is_read_whatever_the_order_and_wherever_a_part_ends(
    tmp_path_factory, pairs, order, length, indent
):
    # The file is read a million characters at a time.
    parts = {
        "images": [{"id": i, "file_name": f"{i}.jpg", "width": 9} for i in range(4)],
        "annotations": [an_annotation(*pair) for pair in pairs],
        "categories": [{"id": i, "name": f"ø {i}"} for i in range(3)],
        "extra": [-1.5e3, 12345, None, "]}", {"images": [{}]}],
    }
    file = tmp_path_factory.mktemp("coco") / "x.json"
    parts = {"padding": "x" * length} | {key: parts[key] for key in order}
    text = json.dumps(parts, indent=indent, ensure_ascii=len(pairs) % 2 == 0)
    file.write_text(text, encoding="utf-8")
    table = kml.read_coco(file, unique=False)
    expected = [[f"ø {c}" for i, c in pairs if i == image] for image in range(4)]
    assert table["labels"].tolist() == expected
