"""Data, models and fits that tests share, and the kinds of data that Keras reads."""

import keras
import numpy as np
import pytest

N_LABELS = 4


def make_data(n=150, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 6)).astype("float32")
    y = (x[:, :N_LABELS] + 0.5 * rng.normal(size=(n, N_LABELS)) > 0.4).astype("float32")
    return x, y


def make_model(loss="binary_crossentropy", hidden=list, **compile_options):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.layers.Input((6,)),
            *hidden(),
            keras.layers.Dense(N_LABELS, "sigmoid"),
        ]
    )
    # The graph of Adam takes three times as long to trace.
    model.compile(keras.optimizers.SGD(0.1), loss, **compile_options)
    return model


def hidden_layers():
    return [
        keras.layers.Dense(
            8, "relu", kernel_regularizer="l2", activity_regularizer="l2"
        ),
        keras.layers.BatchNormalization(),
        keras.layers.Dropout(0.3),
    ]


def make_full_model(**compile_options):
    """With what differs between training and validation, or adds to the loss."""
    return make_model(hidden=hidden_layers, **compile_options)


def fit(callbacks, model=None, epochs=2, train=None, shuffle=False, **options):
    model, train = model or make_model(), train or TRAIN
    if isinstance(train, tuple):
        options.update(zip(("x", "y", "sample_weight"), train, strict=False))
    else:
        options["x"] = train
    return model.fit(
        epochs=epochs, shuffle=shuffle, verbose=0, callbacks=callbacks, **options
    ).history


def scores_of(model, x):
    """Called, not predicted: that would trace another function."""
    return keras.ops.convert_to_numpy(model(x, training=False))


def batches(x, y, *rest, size=32):
    for start in range(0, len(x), size):
        yield tuple(array[start : start + size] for array in (x, y, *rest))


class Loader(keras.utils.PyDataset):
    def __init__(self, *arrays, **options):
        super().__init__(**options)
        self.batches = list(batches(*arrays))

    def __len__(self):
        return len(self.batches)

    def __getitem__(self, index):
        return self.batches[index]


class Iterable:
    """Starts afresh at each iter(), as loaders of other libraries do."""

    def __init__(self, *arrays):
        self.arrays = arrays

    def __iter__(self):
        return batches(*self.arrays)


def tf_dataset(x, y, *rest):
    tf = pytest.importorskip("tensorflow")
    return tf.data.Dataset.from_tensor_slices((x, y, *rest)).batch(32)


def ready(*data):
    """The data as Keras reads them soonest: for arrays TensorFlow builds a pipeline."""
    return tf_dataset(*data) if keras.backend.backend() == "tensorflow" else data


TRAIN = ready(*make_data(96, seed=1))


def torch_loader(x, y):
    torch = pytest.importorskip("torch")
    dataset = torch.utils.data.TensorDataset(torch.from_numpy(x), torch.from_numpy(y))
    return torch.utils.data.DataLoader(dataset, batch_size=32)


def grain_dataset(x, y):
    grain = pytest.importorskip("grain")
    return grain.MapDataset.range(len(x)).map(lambda i: (x[i], y[i])).batch(32)


def endless(x, y):
    while True:
        yield from batches(x, y, size=30)
