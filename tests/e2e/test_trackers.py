"""Reports exported to MLflow, trackio and Weights & Biases, and read back with their own packages: the same numbers."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.report.schema import Report
from pytest_haerae.report.trackers.tracked import TrackedRun, tracked_run
from tests.unit.reports import report_of, samples_of, write

pytestmark = pytest.mark.server

KEY = "sk-not-to-be-seen-0123456789"
PARAMS = {"seed": 1, "api_key": KEY, "base_url": f"https://user:{KEY}@example.com/v1"}


@pytest.fixture
def report(tmp_path: Path) -> Report:
    made = report_of(samples_of({"a": "cwie" * 3, "법률: 1/..": "cwcc"}), model_params=PARAMS, min_accuracy=["0.1"])
    made["info"]["git_branch"], made["info"]["git_commit"] = "main", "1" * 40
    write(tmp_path / "report.json", made)
    return made


def exported(folder: Path, name: str, *words: str) -> str:
    """Export as a user does, in a process of its own; a key of the environment is nobody's business."""
    command = [sys.executable, "-m", "pytest_haerae", "export", "report.json", "--to", name, "--output=store", *words]
    environment = {**os.environ, "OPENAI_API_KEY": KEY, "WANDB_MODE": "offline", "NO_PROXY": "*"}
    result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert KEY not in result.stdout + result.stderr
    return result.stdout


def read_back(script: str, folder: Path) -> Any:  # noqa: ANN401 - JSON
    """What a script prints that reads a store with its own package."""
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout.splitlines()[-1])


def expected(folder: Path, report: Report) -> TrackedRun:
    return tracked_run(report, folder / "report.json")


def no_key_in(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            assert KEY.encode() not in path.read_bytes(), path


def test_mlflow(tmp_path: Path, report: Report) -> None:
    for package in ("mlflow", "sqlalchemy", "alembic"):
        pytest.importorskip(package, reason="the extra mlflow is not installed")
    exported(tmp_path, "mlflow", "--project=평가")
    exported(tmp_path, "mlflow", "--project=평가")
    found = read_back(
        "import json, pathlib, mlflow\n"
        "client = mlflow.MlflowClient('sqlite:///store/mlflow.db')\n"
        "experiment = client.get_experiment_by_name('평가')\n"
        "runs = client.search_runs([experiment.experiment_id])\n"
        "file = client.download_artifacts(runs[0].info.run_id, 'report.json', '.')\n"
        "info, data = runs[0].info, runs[0].data\n"
        "text = pathlib.Path(file).read_text(encoding='utf-8')\n"
        "told = [info.run_name, info.status, info.start_time, text]\n"
        "print(json.dumps([len(runs), data.metrics, data.params, data.tags, *told]))\n",
        tmp_path,
    )
    count, metrics, params, tags, name, status, started, text = found
    run = expected(tmp_path, report)
    assert count == 2
    assert metrics == run.metrics
    assert params == run.params
    assert run.tags.items() <= tags.items()
    assert {each for each in tags if each.startswith("mlflow.")} <= {"mlflow.runName", "mlflow.user"}
    assert (name, status, started) == (run.name, "FINISHED", run.started.timestamp() * 1000)
    assert text == (tmp_path / "report.json").read_text(encoding="utf-8")
    no_key_in(tmp_path / "store")


def test_trackio(tmp_path: Path, report: Report) -> None:
    pytest.importorskip("trackio", reason="the extra trackio is not installed")
    exported(tmp_path, "trackio")
    found = read_back(
        "import json, os\n"
        "os.environ['TRACKIO_DIR'] = 'store'\n"
        "import trackio\n"
        "from trackio.sqlite_storage import SQLiteStorage\n"
        "(run,) = trackio.Api().runs('pytest-haerae')\n"
        "(row,) = SQLiteStorage.get_logs('pytest-haerae', run.name, run_id=run.id)\n"
        "print(json.dumps([run.name, run.config, row]))\n",
        tmp_path,
    )
    name, config, row = found
    run = expected(tmp_path, report)
    assert name == run.name
    assert run.params.items() <= config.items()
    assert config["tag.git_commit"] == "1" * 40
    assert {name: value for name, value in row.items() if name in run.metrics} == run.metrics
    content = (tmp_path / "report.json").read_bytes()
    assert content in [path.read_bytes() for path in (tmp_path / "store/artifacts").rglob("*") if path.is_file()]
    no_key_in(tmp_path / "store")


def test_wandb(tmp_path: Path, report: Report) -> None:
    pytest.importorskip("wandb", reason="the extra wandb is not installed")
    exported(tmp_path, "wandb")
    (path,) = (tmp_path / "store").rglob("run-*.wandb")
    assert path.parent.name.startswith("offline-run-")
    records = [parsed(content) for content in log_of(path)]
    run = expected(tmp_path, report)
    (history,) = [record.history for record in records if record.HasField("history")]
    logged = {item.key or "/".join(item.nested_key): json.loads(item.value_json) for item in history.item}
    assert {name: value for name, value in logged.items() if not name.startswith("_")} == run.metrics
    (begun,) = [record.run for record in records if record.HasField("run")]
    config = {item.key or ".".join(item.nested_key): json.loads(item.value_json) for item in begun.config.update}
    assert run.params.items() <= config.items()
    assert config["tag.git_branch"] == "main"
    assert (begun.display_name, begun.project) == (run.name, "pytest-haerae")
    assert not begun.HasField("git")
    no_key_in(tmp_path / "store")


def parsed(content: bytes) -> Any:  # noqa: ANN401 - a message of wandb's
    from wandb.proto.wandb_internal_pb2 import Record

    record = Record()
    record.ParseFromString(content)
    return record


def log_of(path: Path) -> Iterator[bytes]:
    """The records of a run's file: a log of LevelDB (blocks of 32 KiB; checksum, length, kind) behind seven bytes."""
    content, place, whole = path.read_bytes(), 7, b""
    assert content[:4] == b":W&B"
    while place + 7 <= len(content):
        if (left := 32768 - place % 32768) < 7:
            place += left
            continue
        _, length, kind = struct.unpack_from("<IHB", content, place)
        whole += content[place + 7 : place + 7 + length]
        place += 7 + length
        if kind in (1, 4):  # a whole record, or its last piece
            yield whole
            whole = b""
