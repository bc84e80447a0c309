"""MLflow, through its client: where `MLFLOW_TRACKING_URI` says, or into a SQLite file on this machine."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_haerae.report.trackers import Tracker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlflow import MlflowClient

    from pytest_haerae.report.trackers.tracked import TrackedRun

_AT_ONCE = 100
"""Parameters and tags that a store takes in one request; of metrics it takes more."""


def _send(run: TrackedRun, folder: Path | None, project: str) -> str:
    from mlflow import MlflowClient
    from mlflow.entities import Metric, Param, RunTag

    client = MlflowClient(tracking_uri=None if folder is None else f"sqlite:///{(folder / 'mlflow.db').resolve()}")
    began, ended = _milliseconds(run.started), _milliseconds(run.ended)
    place = _experiment(client, project, folder)
    made = client.create_run(place, start_time=began, run_name=run.name).info.run_id
    params = [Param(name, value) for name, value in run.params.items()]
    tags = [RunTag(name, value) for name, value in run.tags.items()]
    metrics = [Metric(name, value, ended, 0) for name, value in run.metrics.items()]
    for some_params, some_tags, some_metrics in zip(*_padded(params, tags, metrics), strict=True):
        client.log_batch(made, metrics=some_metrics, params=some_params, tags=some_tags)
    client.log_artifact(made, str(run.report))
    client.set_terminated(made, end_time=ended)
    return f"run {made} of the experiment {project} in {client.tracking_uri}"


def _experiment(client: MlflowClient, name: str, folder: Path | None) -> str:
    found = client.get_experiment_by_name(name)
    if found is not None:
        return str(found.experiment_id)
    where = None if folder is None else (folder / "artifacts").resolve().as_uri()
    return str(client.create_experiment(name, artifact_location=where))


def _padded(*lists: list) -> list[list[list]]:  # type: ignore[type-arg] # of three classes
    """Lists in pieces that one request takes, equally many of each."""
    pieces = [list(_pieces(each)) for each in lists]
    most = max(map(len, pieces))
    return [each + [[] for _ in range(most - len(each))] for each in pieces]


def _pieces(values: list) -> Iterator[list]:  # type: ignore[type-arg] # of one of three classes
    rest = iter(values)
    while some := list(islice(rest, _AT_ONCE)):
        yield some


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


TRACKER = Tracker(
    help="MLflow: a run with parameters, metrics, tags and the report; extra: mlflow",
    packages=("mlflow", "sqlalchemy", "alembic"),
    quiet={"MLFLOW_DISABLE_TELEMETRY": "true"},
    send=_send,
)
