"""A training loop with DistributedDataParallel, two processes with their own rows.

Arguments: the number of this process, and a file where they meet.
"""

import json
import sys

import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel

from tests.devices import passes

rank, file = int(sys.argv[1]), sys.argv[2]
dist.init_process_group("gloo", f"file://{file}", rank=rank, world_size=2)
x, y, weight = (torch.from_numpy(each[rank::2]) for each in passes.make_data())
assert len(x) == (19, 18)[rank]
batches = list(zip(*(each.split(passes.BATCH) for each in (x, y, weight)), strict=True))
model, (plain, weighted) = passes.make_model()
ddp = DistributedDataParallel(model)
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
for _ in range(2):
    for x, y, _ in batches:
        optimizer.zero_grad()
        model.loss(y, ddp(x)).backward()
        optimizer.step()

    for metric in (plain, weighted):
        metric.reset_state()
    with torch.no_grad():
        for x, y, weight in batches:
            y_pred = model(x, training=False)
            plain.update_state(y, y_pred)
            weighted.update_state(y, y_pred, weight)
    parts = [None, None]
    dist.all_gather_object(parts, (plain.counts, plain.histogram))
    # All of the state is sums.
    for metric in (plain, weighted):
        for variable in metric.variables:
            dist.all_reduce(variable.value)

(counts, histogram), (other_counts, other_histogram) = parts
report = {
    "logs": {name: float(value) for name, value in plain.result().items()},
    "reduced": passes.states_of([plain, weighted]),
    "gathered": passes.state_of(counts + other_counts, histogram + other_histogram),
    "predicted": passes.predicted(model.get_weights()),
}
print(json.dumps(report))
