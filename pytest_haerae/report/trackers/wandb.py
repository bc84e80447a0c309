"""Weights & Biases: into an offline run's folder, which `wandb sync` uploads, unless `WANDB_MODE` says otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pytest_haerae.report.trackers import Tracker

if TYPE_CHECKING:
    from pytest_haerae.report.trackers.tracked import TrackedRun

_LONGEST_TAG = 64


def _send(run: TrackedRun, folder: Path | None, project: str) -> str:
    import wandb

    # Neither the machine, nor the command line, nor the repository: what is known of the run is in its report.
    settings = wandb.Settings(
        disable_git=True,
        disable_code=True,
        x_disable_meta=True,
        x_disable_stats=True,
        x_disable_machine_info=True,
        x_save_requirements=False,
        console="off",
        silent=True,
    )
    made = wandb.init(
        project=project,
        name=run.name,
        dir=None if folder is None else str(folder),
        config=run.config,
        tags=[value[:_LONGEST_TAG] for name, value in run.tags.items() if name in ("git_commit", "git_branch")],
        settings=settings,
    )
    try:
        made.log(dict(run.metrics))
        artifact = wandb.Artifact(f"report-{made.id}", type="report")
        artifact.add_file(str(run.report), name="report.json")
        made.log_artifact(artifact)
    finally:
        made.finish()
    return f"run {made.id} of the project {project} in {Path(made.dir).parent}"


TRACKER = Tracker(
    help="Weights & Biases: an offline run, which `wandb sync` uploads; extra: wandb",
    packages=("wandb",),
    quiet={"WANDB_MODE": "offline", "WANDB_ERROR_REPORTING": "false"},
    send=_send,
)
