from __future__ import annotations

from pathlib import Path

from pytest_haerae.run.store import Store
from pytest_haerae.run.stored_run import StoredRun
from pytest_haerae.types import Response


def test_a_finished_run_is_not_gone_on_with(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite")
    number, resumed = store.begin("f", resume=True, rerun_errors=False, last=())
    assert not resumed
    assert store.begin("f", resume=True, rerun_errors=False, last=()) == (number, True)
    StoredRun(store, number, resumed).finish()
    again, resumed = store.begin("f", resume=True, rerun_errors=False, last=())
    assert (again != number, resumed) == (True, False)
    store.close()


def test_a_finished_run_whose_group_ended_in_errors_asked_for_it(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite")
    number, _ = store.begin("f", resume=True, rerun_errors=False, last=[["way"]])
    store.put(number, "own", Response(text="A"))
    store.finish(number)
    assert store.begin("f", resume=True, rerun_errors=False, last=[["way"]]) == (number, True)
    store.put(number, "way", Response(error="too long"))
    store.finish(number)
    again, resumed = store.begin("f", resume=True, rerun_errors=False, last=[["way"]])
    assert (again != number, resumed) == (True, False)
    store.close()
