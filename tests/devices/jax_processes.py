"""Keras's DataParallel over two processes of JAX, each with every other row.

Arguments: the number of this process, and the address of the first one.
"""

import json
import sys

import jax
import keras

from tests.devices import passes

rank, address = int(sys.argv[1]), sys.argv[2]
jax.config.update("jax_platforms", "cpu")
jax.config.update("jax_cpu_collectives_implementation", "gloo")
keras.distribution.initialize(address, num_processes=2, process_id=rank)
assert (jax.device_count(), jax.local_device_count()) == (2, 1)
distribution = keras.distribution.DataParallel(auto_shard_dataset=False)
report = passes.report(
    distribution.scope(), mine=slice(rank, None, 2), multiple=2, own_pass=False
)
report["predict"] = passes.predict_with_keras_alone(distribution.scope(), rows=8)
print(json.dumps(report))
