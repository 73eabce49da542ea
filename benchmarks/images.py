"""Epochs of pictures and labels from files, against Keras's loaders and decoding alone.

The pictures are made here, synthetic photographs of VOC's size. With the environment
variable BENCHMARK_IMAGES, a folder of JPEGs, they are those.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from table import Row, named_version, speed_row
from timing import Pair, interleaved, stopwatch

import keras_multilabel as kml

SIZE = (224, 224)
BATCH = 32
Pass = Callable[[], object]
# Widths and heights of photographs, and how often they occur: most are 4:3.
SIZES = {(500, 375): 0.62, (375, 500): 0.16, (500, 333): 0.14, (333, 500): 0.08}


def rows(*, quick: bool) -> Iterator[Row]:
    repeats = 1 if quick else 5
    with tempfile.TemporaryDirectory() as scratch:
        folder, names = photographs(Path(scratch), 64 if quick else 640)
        table = frame(names)
        yield from epochs(table, folder, repeats)
        yield from second_epochs(table, folder, repeats)
        yield from without_tensorflow(table, folder, repeats)
    yield training(96 if quick else 640, repeats)
    yield padding(2000 if quick else 10_000)
    yield first_batch(10_000 if quick else 1_000_000, 1 if quick else 3)


def epochs(table: pd.DataFrame, folder: Path, repeats: int) -> Iterator[Row]:
    work = f"epoch of {len(table)} JPEGs to 224 x 224 on TensorFlow"
    area, bilinear = (ours(table, folder, interpolation=way) for way in WAYS)
    keras = named_version("keras")
    legacy = "tf.keras ImageDataGenerator.flow_from_dataframe"
    for peer, name, target in (
        (flow_from_dataframe(table, folder, "nearest"), f"{legacy}, nearest", 1.7),
        (flow_from_dataframe(table, folder, "bilinear"), f"{legacy}, bilinear", 2.5),
        (from_directory(folder), f"{keras} image_dataset_from_directory", 0.8),
        (decoding_alone(table, folder), "decoding alone in TensorFlow", 0.62),
    ):
        yield speed_row(f"{work}, area", name, timed(peer, area, repeats), target)
    for peer, name, target in (
        (from_directory(folder), f"{keras} image_dataset_from_directory", 0.95),
        (decoding_alone(table, folder), "decoding alone in TensorFlow", 0.75),
    ):
        pair = timed(peer, bilinear, repeats)
        yield speed_row(f"{work}, bilinear", name, pair, target)


def second_epochs(table: pd.DataFrame, folder: Path, repeats: int) -> Iterator[Row]:
    """Epochs from the cache, after the first has filled it."""
    legacy = "tf.keras ImageDataGenerator.flow_from_dataframe, nearest"
    peer = flow_from_dataframe(table, folder, "nearest")
    with tempfile.TemporaryDirectory() as scratch:
        for where, cache, target in (
            ("in memory", "memory", 12),
            ("on disk", f"{scratch}/cache", 6),
        ):
            run = ours(table, folder, cache=cache)
            run()
            run()
            work = f"second epoch of {len(table)} JPEGs, cached {where}"
            yield speed_row(work, legacy, timed(peer, run, repeats), target)


WAYS = ("area", "bilinear")


def timed(peer: Pass, ours: Pass, repeats: int) -> Pair:
    return interleaved(stopwatch(peer), stopwatch(ours), repeats)


def ours(table: pd.DataFrame, folder: Path, **options: object) -> Pass:
    dataset = kml.image_dataset_from_dataframe(
        table, directory=folder, image_size=SIZE, batch_size=BATCH, **options
    )
    return one_pass(dataset, dataset.steps)


def one_pass(dataset: object, steps: int) -> Pass:
    """All batches; the clock stops at the last one, not at the end after it."""

    def run() -> None:
        for number, _ in enumerate(dataset, 1):
            if number == steps:
                return

    return run


def flow_from_dataframe(table: pd.DataFrame, folder: Path, way: str) -> Pass:
    import tensorflow as tf

    # Given classes it would drop the rows without labels.
    labelled = table.assign(labels=[labels or ["a"] for labels in table["labels"]])
    batches = tf.keras.preprocessing.image.ImageDataGenerator().flow_from_dataframe(
        labelled,
        folder,
        y_col="labels",
        target_size=SIZE,
        interpolation=way,
        batch_size=BATCH,
        verbose=False,
    )
    return lambda: [batches[number] is None for number in range(len(batches))]


def from_directory(folder: Path) -> Pass:
    import keras

    dataset = keras.utils.image_dataset_from_directory(
        folder, labels=None, image_size=SIZE, batch_size=BATCH, verbose=False
    )
    return one_pass(dataset, int(dataset.cardinality()))


def decoding_alone(table: pd.DataFrame, folder: Path) -> Pass:
    import tensorflow as tf

    def decode(path: object) -> object:
        data = tf.io.read_file(path)
        image = tf.io.decode_jpeg(data, channels=3, dct_method="INTEGER_ACCURATE")
        return image[0, 0]

    files = tf.data.Dataset.from_tensor_slices(
        [str(folder / name) for name in table["filename"]]
    )
    dataset = files.map(decode, num_parallel_calls=os.cpu_count()).batch(BATCH)
    return one_pass(dataset, int(dataset.cardinality()))


def without_tensorflow(
    table: pd.DataFrame, folder: Path, repeats: int
) -> Iterator[Row]:
    run = ours(table, folder, format="pydataset")

    def one_thread() -> None:
        os.environ["LOKY_MAX_CPU_COUNT"] = "1"  # which joblib.cpu_count reads
        try:
            run()
        finally:
            del os.environ["LOKY_MAX_CPU_COUNT"]

    work = f"epoch of {len(table)} JPEGs to 224 x 224, PyDataset"
    yield speed_row(work, "the same on one core", timed(one_thread, run, repeats), 1.6)


def training(n: int, repeats: int) -> Row:
    """Epochs of a small convolutional network on buckets, after all its traces."""
    with tempfile.TemporaryDirectory() as scratch:
        table, folder = of_many_sizes(Path(scratch), n, as_photographs=True)
        runs = [
            training_epoch(table, folder, resize=resize)
            for resize in ("stretch", "bucket")
        ]
        pair = timed(*runs, repeats)
    work = f"training epoch of {n} JPEGs, small CNN, in buckets of 4 shapes"
    peer = "the same stretched to 224 x 224"
    return speed_row(work, peer, pair, 1 / 1.15)


def training_epoch(table: pd.DataFrame, folder: Path, resize: str) -> Pass:
    import keras

    dataset = kml.image_dataset_from_dataframe(
        table, directory=folder, image_size=SIZE, batch_size=BATCH, resize=resize
    )
    convolution = partial(keras.layers.Conv2D, kernel_size=3, strides=2)
    model = keras.Sequential(
        [
            keras.Input((None, None, 3)),
            keras.layers.Rescaling(1 / 255),
            *(convolution(filters, activation="relu") for filters in (16, 32, 64)),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(3, "sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy")

    def run() -> None:
        model.fit(dataset, verbose=0)

    # The odd batch may have another shape in each epoch: a trace of its own.
    for _ in range(3):
        run()
    return run


def padding(n: int) -> Row:
    """How much of the pixels is padding in buckets of 4 shapes."""
    with tempfile.TemporaryDirectory() as scratch:
        table, folder = of_many_sizes(Path(scratch), n)
        options = {"directory": folder, "format": "pydataset", "image_size": SIZE}
        shares = [
            kml.image_dataset_from_dataframe(
                table, resize="bucket", n_shapes=n_shapes, **options
            ).padding
            for n_shapes in (4, 8)
        ]
    return Row(
        f"padding of {n:,} pictures of VOC-like sizes in 4 and 8 shapes",
        "",
        "",
        " and ".join(f"{share:.1%}" for share in shares),
        "",
        "<= 3 % and <= 2 %",
        shares[0] <= 0.03 and shares[1] <= 0.02,
    )


def of_many_sizes(
    folder: Path, n: int, *, as_photographs: bool = False
) -> tuple[pd.DataFrame, Path]:
    from PIL import Image

    rng = np.random.default_rng(0)
    drawn = rng.choice(len(SIZES), n, p=[*SIZES.values()])
    # Some three in ten have sizes of their own.
    others = rng.random((n, 1)) < 0.3
    sizes = np.array([*SIZES])[drawn] + rng.integers(-40, 41, (n, 2)) * others
    names = [f"{number}.{'jpg' if as_photographs else 'png'}" for number in range(n)]
    for name, size in zip(names, sizes.tolist(), strict=True):
        image = (
            synthetic_photograph(rng, tuple(size))
            if as_photographs
            else Image.new("1", size)
        )
        image.save(folder / name)
    return frame(names), folder


def first_batch(n: int, repeats: int) -> Row:
    """Seconds from a table of many rows to its first batch."""
    from PIL import Image

    with tempfile.TemporaryDirectory() as scratch:
        names = [f"{number % 100}/{number}.jpg" for number in range(n)]
        for number in range(100):
            folder = Path(scratch) / str(number)
            folder.mkdir()
            # Of its own, since a file has some 65,000 links at most.
            Image.new("RGB", (64, 48)).save(folder / "source.jpg")
        for name in names:
            path = Path(scratch) / name
            os.link(path.with_name("source.jpg"), path)
        table = frame(names)

        def run() -> None:
            dataset = kml.image_dataset_from_dataframe(table, directory=scratch)
            next(iter(dataset))

        clock = stopwatch(run)
        seconds = float(np.median([clock() for _ in range(repeats)]))
        shutil.rmtree(scratch)
        Path(scratch).mkdir()
    work = f"table of {n:,} files in 100 folders to the first batch"
    figure, target = f"{seconds:.2f} s", "<= 4 s"
    return Row(work, "", "", figure, "", target, seconds <= 4)


def frame(names: list[str]) -> pd.DataFrame:
    labels = [list("abc"[: number % 4]) for number in range(len(names))]
    return pd.DataFrame({"filename": names, "labels": labels})


def photographs(scratch: Path, n: int) -> tuple[Path, list[str]]:
    """A folder of JPEGs and their names: made here, or the user's."""
    given = os.environ.get("BENCHMARK_IMAGES")
    if given:
        return Path(given), sorted(path.name for path in Path(given).glob("*.jpg"))
    names = [f"{number}.jpg" for number in range(n)]
    rng = np.random.default_rng(0)
    for name in names:
        # 92 kB each; those of VOC2007 have 88.
        synthetic_photograph(rng).save(scratch / name, quality=95)
    return scratch, names


def synthetic_photograph(
    rng: np.random.Generator, size: tuple[int, int] = (500, 375)
) -> object:
    """Smooth shapes of all scales, the finer the fainter, as in photographs."""
    from PIL import Image

    width, height = size
    pixels = np.full((height, width, 3), 128.0)
    for cells in (4, 8, 16, 32, 64, 128, 256):
        grid = rng.integers(0, 256, (3 * cells // 4, cells, 3), np.uint8)
        layer = Image.fromarray(grid).resize(size, Image.Resampling.BICUBIC)
        pixels += (np.asarray(layer, float) - 128) * 2.5 / np.sqrt(cells)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
