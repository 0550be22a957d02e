"""What is compiled before the first job is all that a job calls: no run of any kind may wait for a compiler after that."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

RUNS = """
import numpy as np
from numba.core import event
from segmentiq.ml.warm import compile_kernels

compile_kernels()
waited = []

class Listener(event.Listener):
    def on_start(self, about):
        waited.append(about.data["dispatcher"].py_func.__qualname__)

    def on_end(self, about):
        pass

event.register("numba:compile", Listener())
from segmentiq.ml.linkage import linkage_matrix
from segmentiq.ml.linkage.probes import sample_rows
from segmentiq.ml.linkage.rounds import link_ward
from segmentiq.ml.rehearsal import rehearse

for by_products, slow in [(False, 0.0), (True, 1.0)]:
    link_ward(*sample_rows(700, 40), lambda share: None, few=1, slow=slow, by_products=by_products)
for method, metric in [("ward", "euclidean"), ("single", "manhattan"), ("average", "cosine"), ("complete", "gower")]:
    linkage_matrix(np.repeat(sample_rows(300, 3)[0], 2, axis=0), method, metric)
rehearse()
print(waited)
"""


def test_no_run_compiles_after_everything_was_compiled(tmp_path: Path) -> None:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", RUNS], env=environment, capture_output=True, text=True, timeout=200, check=True)
    assert done.stdout.split("\n")[0] == "[]"
    assert any(tmp_path.rglob("*.nbi"))
