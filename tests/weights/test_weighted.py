"""Sample weights added to datasets, in a real fit."""

import pickle

import keras
import numpy as np
import pytest

import keras_multilabel as kml

pytestmark = pytest.mark.keras


class Loader(keras.utils.PyDataset):
    """Batches of 8, shuffled anew after each epoch."""

    def __init__(self, x, y, *weight):
        super().__init__()
        self.arrays = (x, y, *weight)
        self.order = np.arange(len(x))
        self.epochs = 0

    def __len__(self):
        return -(-len(self.order) // 8)

    def __getitem__(self, index):
        rows = self.order[8 * index : 8 * index + 8]
        return tuple(array[rows] for array in self.arrays)

    def on_epoch_end(self):
        self.order = np.random.default_rng(self.epochs).permutation(self.order)
        self.epochs += 1


@pytest.fixture
def data(rng):
    y = (rng.random((50, 4)) < [0.5, 0.3, 0.1, 0.1]).astype("float32")
    return np.hstack([y, np.arange(50)[:, None]]).astype("float32"), y


def tf_dataset(*arrays):
    tf = pytest.importorskip("tensorflow")
    return tf.data.Dataset.from_tensor_slices(arrays).shuffle(50).batch(8)


@pytest.mark.parametrize("make", [Loader, tf_dataset])
@pytest.mark.parametrize("reduce", ["mean", "max"])
def test_each_row_gets_the_weight_that_the_whole_gives_it(data, make, reduce):
    expected = kml.compute_sample_weight(data[1], "sqrt", reduce)
    dataset = kml.weighted(make(*data), "sqrt", reduce)
    indexed = isinstance(dataset, keras.utils.PyDataset)
    batches = [dataset[i] for i in range(7)] if indexed else list(dataset)
    rows = np.concatenate([np.asarray(x)[:, -1] for x, _, _ in batches]).astype(int)
    weight = np.concatenate([np.asarray(w) for _, _, w in batches])
    assert sorted(rows) == list(range(50))
    np.testing.assert_allclose(weight, expected[rows], rtol=1e-6)
    assert weight.dtype == np.float32


@pytest.mark.parametrize("make", [Loader, tf_dataset])
@pytest.mark.parametrize("column", [False, True])
def test_weights_that_are_there_are_multiplied(data, make, column):
    own = np.linspace(1, 2, 50).astype("float32")
    dataset = kml.weighted(make(*data, own[:, None] if column else own))
    x, _, weight = dataset[0] if make is Loader else next(iter(dataset))
    rows = np.asarray(x)[:, -1].astype(int)
    expected = (own * kml.compute_sample_weight(data[1]))[rows]
    np.testing.assert_allclose(np.asarray(weight), expected, rtol=1e-6)


@pytest.mark.parametrize("make", [Loader, tf_dataset])
def test_fit_weighs_the_loss_with_them(data, make):
    def loss_of(data, **options):
        model = keras.Sequential([keras.layers.Dense(4, "sigmoid")])
        model.build((None, 5))
        model.set_weights([np.full((5, 4), 0.01), np.zeros(4)])
        model.compile(keras.optimizers.SGD(0.0), "binary_crossentropy")
        return model.fit(*data, verbose=0, **options).history["loss"]

    weight = kml.compute_sample_weight(data[1])
    expected = loss_of(data, sample_weight=weight, batch_size=50)
    ours = loss_of([kml.weighted(make(*data))], epochs=2)
    # Keras weighs batches by their rows; a last batch of 2 counts as 2.
    np.testing.assert_allclose(ours, expected[0], rtol=0.05)
    assert ours != loss_of([make(*data)], epochs=2)


def test_what_happens_at_the_end_of_an_epoch_is_handed_on(data):
    loader = Loader(*data)
    dataset = kml.weighted(loader)
    dataset.on_epoch_end()
    assert loader.epochs == 1
    assert dataset.num_batches == 7


def test_bad_data(data):
    with pytest.raises(TypeError, match=r"compute_sample_weight\(y\)"):
        kml.weighted(data)
    with pytest.raises(ValueError, match="reduce must be"):
        kml.weighted(Loader(*data), reduce="product")


def test_a_weighted_pydataset_can_be_pickled(data):
    """Worker processes get it so."""
    dataset = kml.weighted(Loader(*data))
    again = pickle.loads(pickle.dumps(dataset))
    for one, other in zip(dataset[1], again[1], strict=True):
        np.testing.assert_array_equal(one, other)
