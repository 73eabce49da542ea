"""TensorFlow's MirroredStrategy over two logical CPUs."""

import json

import tensorflow as tf

from tests.devices import passes

cpu = tf.config.list_physical_devices("CPU")[0]
two = [tf.config.LogicalDeviceConfiguration()] * 2
tf.config.set_logical_device_configuration(cpu, two)
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
assert strategy.num_replicas_in_sync == 2
# With 33 rows there is one in the last batch, and none for the second device.
print(json.dumps(passes.report(strategy.scope(), rows=(37, 33))))
