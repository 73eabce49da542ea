"""Keras's DataParallel over two host devices of JAX."""

import json

import keras
import numpy as np

from tests.devices import passes

distribution = keras.distribution.DataParallel()
assert distribution.device_mesh.devices.size == 2
report = passes.report(distribution.scope(), multiple=2)

# Keras alone, with a last batch of 5.
with distribution.scope():
    model = keras.Sequential([keras.layers.Input((6,)), keras.layers.Dense(1)])
    try:
        model.predict(np.zeros((37, 6)), batch_size=8, verbose=0)
        report["uneven"] = "runs"
    except ValueError as error:
        report["uneven"] = str(error)
print(json.dumps(report))
