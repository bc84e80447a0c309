"""trackio: into its SQLite files on this machine, unless `TRACKIO_SPACE_ID` or `TRACKIO_SERVER_URL` says otherwise."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_haerae.report.trackers import Tracker

if TYPE_CHECKING:
    from pytest_haerae.report.trackers.tracked import TrackedRun

_ELSEWHERE = ("TRACKIO_SPACE_ID", "TRACKIO_SERVER_URL")


def _send(run: TrackedRun, folder: Path | None, project: str) -> str:
    # Both are read when the package is imported.
    if folder is not None:
        os.environ["TRACKIO_DIR"] = str(folder.resolve())
    if not any(map(os.environ.get, _ELSEWHERE)):
        # It would ask the hub whose token there is.
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import trackio
    from trackio.utils import TRACKIO_DIR

    made = trackio.init(project, name=run.name, config=run.config, embed=False, auto_log_gpu=False, auto_log_cpu=False)
    try:
        trackio.log(dict(run.metrics))
        trackio.log_artifact(run.report, name=f"report-{made.id}", type="report")
    finally:
        trackio.finish()
    return f"run {made.name} of the project {project} in {TRACKIO_DIR}"


TRACKER = Tracker(
    help="trackio: a run in its local store; extra: trackio",
    packages=("trackio",),
    quiet={},
    send=_send,
)
