"""Keras's DataParallel over two host devices of JAX."""

import json

import jax
import keras

from tests.devices import passes

jax.config.update("jax_platforms", "cpu")
distribution = keras.distribution.DataParallel()
assert distribution.device_mesh.devices.size == 2
report = passes.report(distribution.scope(), multiple=2)
report["uneven"] = passes.predict_with_keras_alone(distribution.scope(), rows=37)
print(json.dumps(report))
