from __future__ import annotations

from pathlib import Path

from pytest_haerae.run.store import Store
from pytest_haerae.run.stored_run import StoredRun


def test_a_finished_run_is_not_gone_on_with(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite")
    number, resumed = store.begin("f", resume=True, rerun_errors=False, last=())
    assert not resumed
    assert store.begin("f", resume=True, rerun_errors=False, last=()) == (number, True)
    StoredRun(store, number, resumed).finish()
    again, resumed = store.begin("f", resume=True, rerun_errors=False, last=())
    assert (again != number, resumed) == (True, False)
    store.close()
