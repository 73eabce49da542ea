"""Annotations that read_voc refuses, and boxes, which it reads if asked to."""

import encodings.aliases
import tracemalloc

import pytest

import keras_multilabel as kml
from tests.paths import SHARED

VOC2007 = SHARED / "voc2007"

LEVELS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
HOSTILE = {
    "billion laughs": f'[<!ENTITY l0 "lol">{LEVELS}]',
    "one long entity": f'[<!ENTITY l9 "{"a" * 10**5}">]',
    "external entity": '[<!ENTITY l9 SYSTEM "file:///etc/passwd">]',
    "external document type": 'SYSTEM "file:///etc/passwd"',
    "parameter entity": '[<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]',
    "long default of an attribute": f'[<!ATTLIST object x CDATA "{"x" * 10**5}">]',
    "nothing": "",
}


def write(root, *files, sizes="<size><width>3</width><height>2</height></size>"):
    (root / "Annotations").mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(files):
        if isinstance(data, str):
            data = f"<annotation>\n{sizes}\n{data}</annotation>".encode()
        (root / "Annotations" / f"{number}.xml").write_bytes(data)
    return root


class TestDocumentTypes:
    @pytest.mark.parametrize("name", HOSTILE)
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
    def test_are_refused_before_they_are_parsed(self, tmp_path, name, encoding):
        objects = "<object><name>&l9;&l9;</name></object>" * 10**4
        text = (
            f"<!DOCTYPE annotation {HOSTILE[name]}><annotation>{objects}</annotation>"
        )
        data = text.encode(encoding)
        write(tmp_path, data)
        with pytest.raises(ValueError, match="DOCTYPE"):
            kml.read_voc(tmp_path)  # imports what it needs, which is not measured
        tracemalloc.start()
        try:
            with pytest.raises(ValueError, match=r"0\.xml has a <!DOCTYPE>.*Remove"):
                kml.read_voc(tmp_path)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < 3 * len(data) + 2e6

    def test_no_encoding_hides_them(self, tmp_path):
        """Those that the parser reads at all are those in which they are found."""
        texts = {
            name: f'<?xml version="1.0" encoding="{name}"?><!DOCTYPE annotation>'
            "<annotation/>"
            for name in sorted(set(encodings.aliases.aliases.values()))
        }
        for name, text in texts.items():
            try:
                data = text.encode(name)
            except (LookupError, TypeError, ValueError):  # of bytes to bytes
                continue
            with pytest.raises(ValueError, match=r"0\.xml (has|is|says)"):
                kml.read_voc(write(tmp_path, data))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is not well-formed XML"),
        (b"\0" * 100, "is not well-formed XML"),
        (b"<annotation><object>", "is not well-formed XML.*line 1"),
        (b"<annotation>\n&lol;</annotation>", "is not well-formed XML.*line 2"),
        (b"<annotation>\xff</annotation>", "is not well-formed XML.*line 1"),
        (b'<annotation a="1" a="2"/>', "is not well-formed XML.*duplicate"),
        (b"<annotation>&#0;</annotation>", "is not well-formed XML"),
        (b"<html/>", "must hold a VOC <annotation>"),
    ],
)
def test_what_is_no_annotation_is_named(tmp_path, data, message):
    with pytest.raises(ValueError, match=rf"0\.xml {message}"):
        kml.read_voc(write(tmp_path, data))


def test_deep_nesting_and_long_text_do_no_harm(tmp_path):
    deep = "<a>" * 10**5 + "</a>" * 10**5 + "x" * 10**6
    assert kml.read_voc(write(tmp_path, deep))["labels"].tolist() == [[]]


def test_a_byte_order_mark_and_crlf(tmp_path):
    text = "<annotation>\r\n<object>\r\n<name>cat\r\n</name></object></annotation>"
    write(tmp_path, b"\xef\xbb\xbf" + text.encode(), text.encode("utf-16"))
    assert kml.read_voc(tmp_path)["labels"].tolist() == [["cat"], ["cat"]]


@pytest.mark.parametrize("word", ["1", " 1 ", "true", "True"])
def test_difficult(tmp_path, word):
    write(tmp_path, f"<object><name>a</name><difficult>{word}</difficult></object>")
    assert kml.read_voc(tmp_path, difficult="negative")["labels"][0] == []


@pytest.mark.parametrize("word", ["0", "", " 0 ", "false", "Unspecified"])
def test_not_difficult(tmp_path, word):
    write(tmp_path, f"<object><name>a</name><difficult>{word}</difficult></object>")
    assert kml.read_voc(tmp_path, difficult="negative")["labels"][0] == ["a"]


def test_neither_difficult_nor_not_is_named_with_its_line(tmp_path):
    good = "<object><name>a</name><part><object/></part></object>\n"
    bad = "<object><name>a</name><difficult>2</difficult></object>"
    with pytest.raises(ValueError, match=r"0\.xml, line 5, .*0 or 1; got '2'"):
        kml.read_voc(write(tmp_path, good * 2 + bad))


class TestBoxes:
    OBJECT = (
        "<object><name>{}</name><part><bndbox><xmin>9</xmin></bndbox></part>"
        "<difficult>1</difficult><bndbox><xmax>3.5</xmax><xmin>1</xmin><ymin>2</ymin>"
        "<ymax>4</ymax></bndbox></object>\n"
    )

    def test_are_a_column_if_asked_for(self, tmp_path):
        objects = self.OBJECT.format("a") + self.OBJECT.format("a")
        write(tmp_path, objects, "")
        table = kml.read_voc(tmp_path, boxes=True, difficult="negative")
        assert table["boxes"].tolist() == [[("a", 1.0, 2.0, 3.5, 4.0)] * 2, []]
        assert table["labels"].tolist() == [[], []]
        assert table.columns[-1] == "boxes"
        assert "boxes" not in kml.read_voc(tmp_path)

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("<xmin>1<", "<xmin>nan<"),
            ("<xmin>1<", "<xmin>inf<"),
            ("<xmin>1<", "<xmin>left<"),
            ("<xmin>1<", "<xmin><"),
            ("<ymax>4</ymax>", ""),
            ("bndbox>", "box>"),
        ],
    )
    def test_what_is_no_box_is_named_with_its_line(self, tmp_path, old, new):
        good = self.OBJECT.format("a")
        write(tmp_path, good + good.replace(old, new))
        with pytest.raises(ValueError, match=r"0\.xml, line 4, .*<bndbox>.*boxes=F"):
            kml.read_voc(tmp_path, boxes=True)
        assert kml.read_voc(tmp_path)["n_objects"].tolist() == [2]


@pytest.mark.skipif(not VOC2007.is_dir(), reason=f"no real photographs in {VOC2007}")
def test_boxes_of_voc2007_lie_in_their_pictures():
    table = kml.read_voc(VOC2007, boxes=True, unique=False)
    for row in table.itertuples():
        assert [box[0] for box in row.boxes] == row.labels
        for _, left, top, right, bottom in row.boxes:
            assert 1 <= left < right <= row.width
            assert 1 <= top < bottom <= row.height


def test_image_sets_of_other_folders(tmp_path):
    write(tmp_path, "", "")
    sets = tmp_path / "ImageSets" / "Segmentation"
    sets.mkdir(parents=True)
    (sets / "val.txt").write_text("1\n")
    table = kml.read_voc(tmp_path, "Segmentation/val")
    assert table["filename"].tolist() == ["1.jpg"]


def test_the_folder_that_the_archive_makes(tmp_path):
    write(tmp_path / "VOCdevkit" / "VOC2012", "")
    assert len(kml.read_voc(tmp_path)) == 1
