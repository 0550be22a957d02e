"""What is compiled before the first job is all that a job calls: no run of any kind may wait for a compiler after that."""

from __future__ import annotations

from pathlib import Path

from segmentiq.testing.compiling import find_compiled

PREPARE = """
from segmentiq.ml.warm import compile_kernels

compile_kernels()
"""
RUN = """
import numpy as np
from segmentiq.ml.linkage import linkage_matrix
from segmentiq.ml.linkage.probes import sample_rows
from segmentiq.ml.linkage.rounds import link_ward
from segmentiq.ml.rehearsal import rehearse

for by_products, slow in [(False, 0.0), (True, 1.0)]:
    link_ward(*sample_rows(700, 40), lambda share: None, few=1, slow=slow, by_products=by_products)
for method, metric in [("ward", "euclidean"), ("single", "manhattan"), ("average", "cosine"), ("complete", "gower")]:
    linkage_matrix(np.repeat(sample_rows(300, 3)[0], 2, axis=0), method, metric)
rehearse()
"""


def test_no_run_compiles_after_everything_was_compiled(tmp_path: Path) -> None:
    assert find_compiled(PREPARE, RUN, tmp_path) == "[]"
    assert any(tmp_path.rglob("*.nbi"))
