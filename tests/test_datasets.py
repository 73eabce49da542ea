"""digit_scenes: a real VOC folder, the same each time, whole or not there."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

import keras_multilabel as kml


@pytest.fixture(scope="module")
def scenes(tmp_path_factory):
    return kml.datasets.digit_scenes(tmp_path_factory.mktemp("scenes") / "new", 600)


@pytest.fixture(scope="module")
def table(scenes):
    return kml.read_voc(scenes, difficult="unknown")


def contents(root):
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


def test_it_is_a_voc_folder_of_images(scenes, table):
    assert len(table) == 600
    assert set(table["width"]) == set(table["height"]) == {kml.datasets.IMAGE_SIZE}
    for name in table["filename"]:
        with Image.open(scenes / "JPEGImages" / name) as image:
            assert (image.size, image.mode) == ((64, 64), "RGB")
            image.load()


def test_scenes_hold_none_to_four_digits_some_of_them_twice(scenes, table):
    assert set(table["n_objects"]) == {0, 1, 2, 3, 4}
    assert 0.02 < (table["n_objects"] == 0).mean() < 0.10
    objects = kml.read_voc(scenes, unique=False)["labels"].map(len)
    assert (objects > kml.read_voc(scenes)["labels"].map(len)).any()


def test_labels_are_long_tailed(scenes):
    labels = kml.read_voc(scenes)["labels"]
    share = [labels.map(lambda row, d=d: d in row).mean() for d in kml.datasets.DIGITS]
    assert 0.38 < share[0] < 0.52
    assert 0.02 < share[-1] < 0.08
    assert np.corrcoef(range(10), np.log(share))[0, 1] < -0.95


def test_a_few_objects_are_difficult(table):
    assert 0.02 < table["unknown"].map(len).sum() / table["n_objects"].sum() < 0.08


def test_boxes_hold_the_digits(scenes, table):
    """Inside its box a digit is lighter than the ground around all boxes."""
    for name in table["filename"][table["n_objects"] > 0].head(50):
        pixels = np.asarray(Image.open(scenes / "JPEGImages" / name)).mean(axis=2)
        boxes = list(clear_boxes(scenes, name))
        ground = np.median(pixels)
        for xmin, ymin, xmax, ymax in boxes:
            assert 1 <= xmin < xmax <= 64
            assert 1 <= ymin < ymax <= 64
            assert pixels[ymin - 1 : ymax, xmin - 1 : xmax].max() > ground + 40


def clear_boxes(scenes, name):
    path = scenes / "Annotations" / f"{Path(name).stem}.xml"
    for item in ElementTree.parse(path).getroot().iter("object"):
        if item.findtext("difficult") == "0":
            yield [int(side.text) for side in item.find("bndbox")]


def test_sets_part_the_scenes(scenes):
    train, val = (
        set(kml.read_voc(scenes, name)["filename"]) for name in ("train", "val")
    )
    assert (len(train), len(val)) == (480, 120)
    assert not train & val
    assert train | val == set(kml.read_voc(scenes, "trainval")["filename"])


def test_validation_digits_are_other_handwriting(tmp_path, monkeypatch):
    """Handwriting is what Pillow is given in 8 x 8 pixels, before it makes a scene."""
    from_array, digits, scenes = Image.fromarray, [], []

    def spy(pixels):
        if pixels.shape == (8, 8):
            digits.append(pixels.tobytes())
        else:
            scenes.append(set(digits))
            digits.clear()
        return from_array(pixels)

    monkeypatch.setattr(Image, "fromarray", spy)
    root = kml.datasets.digit_scenes(tmp_path / "scenes", 1000)
    assert len(scenes) == 1000
    names = (kml.read_voc(root, part)["filename"] for part in ("train", "val"))
    train, val = (
        set.union(*[scenes[int(name[:6])] for name in part]) for part in names
    )
    assert not train & val
    assert len(train) > 500
    assert len(val) > 120


def test_a_seed_gives_the_same_scenes_however_many(tmp_path):
    few = contents(kml.datasets.digit_scenes(tmp_path / "few", 6, seed=3))
    again = contents(kml.datasets.digit_scenes(tmp_path / "again", 6, seed=3))
    more = contents(kml.datasets.digit_scenes(tmp_path / "more", 12, seed=3))
    other = contents(kml.datasets.digit_scenes(tmp_path / "other", 6, seed=4))
    first = "JPEGImages/000000.jpg"
    assert few == again
    assert few[first] == more[first]
    assert few[first] != other[first]


def test_finished_scenes_are_not_written_again(tmp_path):
    def times():
        return {path: path.stat().st_mtime_ns for path in [tmp_path, *root.rglob("*")]}

    root = kml.datasets.digit_scenes(tmp_path / "scenes", 5)
    before = times()
    assert kml.datasets.digit_scenes(tmp_path / "scenes", 5) == root
    assert times() == before


def stop_a_run(target, how):
    """Start a run, send it a signal once it has written some images, and wait."""
    code = (
        "import signal, keras_multilabel as kml\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"kml.datasets.digit_scenes({str(target)!r})"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stderr=subprocess.PIPE, text=True
    ) as run:
        while run.poll() is None and not any(target.parent.rglob("000010.jpg")):
            time.sleep(0.01)
        run.send_signal(how)
        run.communicate()
    assert run.returncode == -how
    assert not target.exists()


def test_an_interrupted_run_cleans_up(tmp_path):
    stop_a_run(tmp_path / "scenes", signal.SIGINT)
    assert os.listdir(tmp_path) == []


def test_a_killed_run_is_not_taken_for_a_finished_one(tmp_path):
    target = tmp_path / "scenes"
    stop_a_run(target, signal.SIGKILL)
    assert len(kml.read_voc(kml.datasets.digit_scenes(target, 5))) == 5


def test_another_process_may_finish_first(tmp_path, monkeypatch):
    target, save = tmp_path / "scenes", Image.Image.save

    def overtaken(image, *args, **options):
        """Save the first image of a run while another run does all."""
        monkeypatch.setattr(Image.Image, "save", save)
        kml.datasets.digit_scenes(target, 5)
        assert target.exists()
        save(image, *args, **options)

    monkeypatch.setattr(Image.Image, "save", overtaken)
    assert len(kml.read_voc(kml.datasets.digit_scenes(target, 5))) == 5
    assert Image.Image.save is save
    assert os.listdir(tmp_path) == ["scenes"]


def test_scenes_of_other_parameters_are_not_overwritten(tmp_path):
    kml.datasets.digit_scenes(tmp_path, 5)
    before = contents(tmp_path)
    with pytest.raises(
        ValueError, match=r"'seed': 1.*holds.*'seed': 0.*Choose another"
    ):
        kml.datasets.digit_scenes(tmp_path, 5, seed=1)
    assert contents(tmp_path) == before


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("precious")
    with pytest.raises(ValueError, match=r"holds other files. Choose another folder"):
        kml.datasets.digit_scenes(tmp_path, 5)
    assert os.listdir(tmp_path) == ["thesis.txt"]


def test_the_default_folder_is_in_the_users_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    one, other = (
        kml.datasets.digit_scenes(n_scenes=2),
        kml.datasets.digit_scenes(n_scenes=3),
    )
    assert one.parent == other.parent == tmp_path / "cache" / "keras_multilabel"
    assert (len(kml.read_voc(one)), len(kml.read_voc(other))) == (2, 3)
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    home = kml.datasets.digit_scenes(n_scenes=2)
    assert home.parent == tmp_path / ".cache" / "keras_multilabel"


def test_at_least_one_scene(tmp_path):
    with pytest.raises(ValueError, match=r"n_scenes must be at least 1; got 0"):
        kml.datasets.digit_scenes(tmp_path, 0)


def test_without_pillow_the_error_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL.Image", None)
    with pytest.raises(ImportError, match=r'pip install "keras-multilabel\[images\]"'):
        kml.datasets.digit_scenes(tmp_path / "scenes", 2)
    assert not (tmp_path / "scenes").exists()
