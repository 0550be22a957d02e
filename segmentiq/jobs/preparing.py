"""The engine made ready, in the process that will compute: everything compiled or loaded, and this machine timed once.

Flows in: a function to call when it will take seconds (a fresh installation, new code, another machine). Flows out: code in the
folder for compiled code and factors in `speeds.json`. Named by a task, and apart from `engine`, because this loads everything
that the web process must not.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path

from segmentiq.jobs.engine import COMPILED, compiled_folder, speeds_path
from segmentiq.ml.compiled import find_folder
from segmentiq.ml.linkage.calibration import calibrate, is_calibrated
from segmentiq.ml.linkage.probes import measure_speeds
from segmentiq.ml.rehearsal import measure_stages, rehearse
from segmentiq.ml.warm import compile_kernels

logger = logging.getLogger("segmentiq.jobs")


def prepare_engine(tell: Callable[[], None]) -> None:
    """Compile what computes and find out how quick this machine is, unless that was done before; `tell` when it begins.

    A failure here is logged and no more: it will show again in the run it concerns, and files can be read all the same.
    """
    if is_prepared():
        return
    tell()
    try:
        _prepare()
    except Exception as error:
        logger.error("The engine could not be prepared: %s", type(error).__qualname__)


def is_prepared() -> bool:
    """Tell whether this very engine was compiled and timed here before."""
    code = find_folder(Path(os.environ.get(COMPILED) or compiled_folder()))
    return any(code.rglob("*.nbi")) and is_calibrated(speeds_path())


def _prepare() -> None:
    compile_kernels()
    rehearse()
    calibrate(speeds_path(), lambda: {**measure_speeds(), **measure_stages()})
