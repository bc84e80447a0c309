from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from _pytest import skipping

from pytest_haerae.errors import UsageError
from pytest_haerae.plugin.nodes import selected_parameter
from pytest_haerae.plugin.stash import session_of
from pytest_haerae.plugin.xdist import (
    ControllerHooks,
    WorkerHooks,
    before_the_end,
    hooks_for,
    refusal,
    remote_environment,
)
from pytest_haerae.types import Verdict
from tests.unit.fakes import Ledger, item, question, scripted, write_rows
from tests.unit.plugin.sessions import Metafunc, a_config, a_test, answer, config, with_session


def with_environments(folder: Path, tx: list[str], px: tuple[str, ...] = ()) -> Any:  # noqa: ANN401 - a configuration
    made = config(folder)
    made.options |= {"tx": tx, "px": list(px)}
    return made


@pytest.mark.parametrize(
    ("tx", "px", "remote"),
    [
        ([], (), None),
        (["popen", "3*popen"], (), None),
        (["popen//python=python3.11"], (), None),
        (["4*popen//chdir=/tmp"], (), None),
        (["popen", "ssh=host"], (), "ssh=host"),
        (["2*ssh=host//python=python3"], (), "2*ssh=host//python=python3"),
        (["socket=host:8888"], (), "socket=host:8888"),
        (["popen//via=gate"], ("ssh=host//id=gate",), "popen//via=gate"),
        (["popen//via=gate"], ("popen//id=gate",), None),
        (["x*popen"], (), "x*popen"),
    ],
)
def test_which_workers_are_on_another_machine(
    tmp_path: Path, tx: list[str], px: tuple[str, ...], remote: str | None
) -> None:
    assert remote_environment(with_environments(tmp_path, tx, px)) == remote


def test_each_process_has_its_hooks(tmp_path: Path) -> None:
    controller, worker = config(tmp_path), config(tmp_path)
    worker.workerinput = {"haerae_folder": str(tmp_path)}
    assert isinstance(hooks_for(controller), ControllerHooks)
    assert isinstance(hooks_for(worker), WorkerHooks)


@pytest.mark.parametrize(
    ("arguments", "refused"),
    [
        (("--tx", "ssh=host", "--model=random"), True),
        (("--model", "random"), True),
        (("--haerae-limit=3",), True),
        (("--no-resume",), True),
        (("tests", "-q"), False),
        (("-k", "model"), False),
    ],
)
def test_workers_on_other_machines_are_refused_before_they_start_where_the_command_evaluates(
    tmp_path: Path, arguments: tuple[str, ...], refused: bool
) -> None:
    made = with_environments(tmp_path, ["ssh=host"])
    made.invocation_params.args = arguments
    session: Any = SimpleNamespace(config=made)
    ControllerHooks(made).pytest_sessionstart(session)
    made.plug("dsession", SimpleNamespace())
    if refused:
        with pytest.raises(pytest.UsageError, match="--tx ssh=host: the workers of an evaluation"):
            ControllerHooks(made).pytest_sessionstart(session)
    else:
        ControllerHooks(made).pytest_sessionstart(session)


class Pair:
    """A controller and a worker of one run over six items, with the folder between them."""

    def __init__(self, folder: Path, **options: Any) -> None:  # noqa: ANN401 - an option's value
        write_rows(folder / "mine.jsonl", [question(number) for number in range(6)])
        self.ledger = Ledger()
        backends = {"mine": scripted(answer, self.ledger)}
        raw = {"model": "mine", "dataset": str(folder / "mine.jsonl"), **options}
        self.controller = a_config(folder, raw, backends=backends)
        self.controller.options |= {"tx": ["2*popen"], "px": []}
        self.hooks = ControllerHooks(self.controller)
        node = SimpleNamespace(workerinput={})
        self.hooks.pytest_configure_node(node)
        self.worker = a_config(folder, raw, backends=backends)
        self.worker.workerinput = node.workerinput
        made = hooks_for(self.worker)
        assert isinstance(made, WorkerHooks)
        self.worker_hooks = made
        function = Metafunc(self.worker, folder / "test_a.py")
        session_of(self.worker).collection.parametrize(function)  # type: ignore[arg-type]
        self.tests = [a_test(entry) for entry in function.entries]

    @property
    def folder(self) -> Path:
        return Path(self.worker.workerinput["haerae_folder"])

    def collected(self) -> dict[str, Any]:
        session: Any = SimpleNamespace(config=self.worker, items=self.tests, testsfailed=0)
        self.worker_hooks.pytest_collection_finish(session)
        manifest: dict[str, Any] = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
        return manifest

    def close(self) -> None:
        session_of(self.controller).close()
        session_of(self.worker).close()
        self.hooks.pytest_unconfigure()


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    made = Pair(tmp_path)
    yield made
    made.close()


def test_the_controller_asks_once_what_its_workers_selected_and_they_read_the_verdicts(pair: Pair) -> None:
    pair.hooks.pytest_xdist_node_collection_finished()
    assert pair.ledger.loads == 0, "no worker has collected anything"
    manifest = pair.collected()
    selected = manifest["models"][""]
    assert (manifest["problem"], selected["by_hand"], len(selected["tests"])) == (None, False, 6)
    pair.hooks.pytest_xdist_node_collection_finished()
    pair.hooks.pytest_xdist_node_collection_finished()
    assert (pair.ledger.loads, len(pair.ledger.asked)) == (1, 6)
    pair.worker_hooks.pytest_runtest_setup()
    controller, worker = session_of(pair.controller), session_of(pair.worker)
    batch = controller.run_of("").batch
    assert batch is not None
    for test in pair.tests:
        assert worker._sample_of(test) == batch.samples[test.nodeid]
    assert pair.ledger.loads == 1


def test_the_controller_loads_the_conftests_that_its_workers_found(pair: Pair, tmp_path: Path) -> None:
    conftest = tmp_path / "conftest.py"
    conftest.write_text("LOADED = 1")
    pair.worker.plug(str(conftest), SimpleNamespace())
    pair.controller.options["importmode"] = "importlib"
    assert pair.collected()["conftests"] == [str(conftest)]
    pair.hooks.pytest_xdist_node_collection_finished()
    assert pair.controller.pluginmanager.get_plugin(str(conftest)).LOADED == 1
    assert pair.ledger.loads == 1


def test_the_first_manifest_stands(pair: Pair) -> None:
    first = pair.collected()
    pair.tests = pair.tests[:2]
    assert pair.collected() == first
    assert {path.name for path in pair.folder.iterdir()} == {"manifest.json", "calls"}


def test_that_items_were_selected_by_hand_reaches_the_gates(pair: Pair) -> None:
    session_of(pair.worker).collection.note_deselected([pair.tests.pop()])
    assert pair.collected()["models"][""]["by_hand"] is True
    pair.hooks.pytest_xdist_node_collection_finished()
    batch = session_of(pair.controller).run_of("").batch
    assert batch is not None
    assert (batch.by_hand, batch.gone) == (True, 0)


def test_the_folder_between_them_holds_no_question(pair: Pair) -> None:
    pair.collected()
    written = b"".join(path.read_bytes() for path in pair.folder.iterdir() if path.is_file())
    assert b"mine-0000" in written, "else this holds nothing"
    for row in (question(number) for number in range(6)):
        assert json.dumps(row["question"])[1:-1].encode() not in written
        assert row["question"].encode() not in written


def test_items_that_a_worker_lost_without_a_word_are_missing(pair: Pair) -> None:
    pair.tests = pair.tests[:2]
    pair.collected()
    pair.hooks.pytest_xdist_node_collection_finished()
    batch = session_of(pair.controller).run_of("").batch
    assert batch is not None
    assert (batch.by_hand, batch.gone, len(batch.items), len(pair.ledger.asked)) == (False, 4, 6, 2)


def test_what_a_mark_skips_on_the_workers_is_not_asked(pair: Pair) -> None:
    pair.worker.plug("skipping", skipping)
    skipped = a_test(selected_parameter(pair.tests[0]), marks=[pytest.mark.skip(reason="no").mark])
    skipped.config = pair.worker
    pair.tests[0] = skipped
    pair.collected()
    pair.hooks.pytest_xdist_node_collection_finished()
    batch = session_of(pair.controller).run_of("").batch
    assert batch is not None
    assert batch.samples[skipped.nodeid].verdict == Verdict("skipped", explanation="no")
    assert len(pair.ledger.asked) == 5


def test_workers_that_only_set_up_ask_nothing(pair: Pair) -> None:
    pair.controller.option.setuponly = pair.worker.option.setuponly = True
    pair.collected()
    pair.hooks.pytest_xdist_node_collection_finished()
    assert pair.ledger.loads == 0


@pytest.fixture
def default_signals() -> Iterator[None]:
    """SIGTERM and SIGHUP as a process has them that nobody changed."""
    before = {number: signal.signal(number, signal.SIG_DFL) for number in (signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("default_signals")
def test_a_signal_that_ends_the_controller_lets_it_clean_up_first(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[object] = []
    restore = before_the_end(lambda: done.append("cleaned"))
    monkeypatch.setattr(signal, "raise_signal", lambda number: done.append((number, signal.getsignal(number))))
    for number in (signal.SIGTERM, signal.SIGHUP):
        handler = signal.getsignal(number)
        assert callable(handler)
        handler(number, None)
        assert done == ["cleaned", (number, signal.SIG_DFL)], "then it ends as it would have"
        done.clear()
        restore = before_the_end(lambda: done.append("cleaned"))
    restore()
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@pytest.mark.usefixtures("default_signals")
def test_a_signal_that_somebody_handles_is_left_to_them() -> None:
    def theirs(number: int, frame: object) -> None: ...

    signal.signal(signal.SIGTERM, theirs)
    before_the_end(lambda: None)()
    assert signal.getsignal(signal.SIGTERM) is theirs
    thread = threading.Thread(target=before_the_end, args=(lambda: None,))
    thread.start()
    thread.join()
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_DFL


def test_a_workers_mistake_ends_the_run_before_the_model_is_loaded(pair: Pair) -> None:
    session_of(pair.worker).collection.problem = UsageError("no such data set")
    pair.collected()
    with pytest.raises(pytest.UsageError, match=r"^no such data set$"):
        pair.hooks.pytest_xdist_node_collection_finished()
    assert pair.ledger.loads == 0


def test_what_only_a_test_module_registers_is_explained(pair: Pair) -> None:
    pair.collected()
    pair.controller.options["haerae_evaluator_params"] = "scorer=mine"
    with pytest.raises(pytest.UsageError, match=r"unknown scorer 'mine'.* \(the workers know it: .* belongs in a conf"):
        pair.hooks.pytest_xdist_node_collection_finished()


@pytest.mark.parametrize("on", [False, True])
def test_after_errors_of_collection_nothing_is_asked_unless_pytest_goes_on(pair: Pair, on: bool) -> None:
    class Interrupted(Exception):  # noqa: N818 - pytest's name
        pass

    session: Any = SimpleNamespace(config=pair.controller, testsfailed=2, Interrupted=Interrupted)
    pair.controller.option.continue_on_collection_errors = on
    pair.hooks.pytest_sessionstart(session)
    pair.collected()
    if on:
        pair.hooks.pytest_xdist_node_collection_finished()
    else:
        with pytest.raises(Interrupted, match=r"^2 errors during collection$"):
            pair.hooks.pytest_xdist_node_collection_finished()
    assert pair.ledger.loads == on


def test_the_folder_is_taken_away(pair: Pair) -> None:
    folder = pair.folder
    assert folder.is_dir()
    pair.hooks.pytest_unconfigure()
    assert not folder.exists()


@pytest.mark.parametrize("finds", [False, True])
def test_a_worker_on_another_machine_is_refused_once_it_finds_an_item(tmp_path: Path, finds: bool) -> None:
    reports: list[pytest.CollectReport] = []
    made = config(tmp_path)
    made.hook.pytest_collectreport = lambda *, report: reports.append(report)
    collection = SimpleNamespace(select=lambda items: {"": items}, problem=None, close=lambda session: None)
    session: Any = SimpleNamespace(config=with_session(made, SimpleNamespace(collection=collection)), items=[])
    session.items = [a_test(item())] if finds else []
    WorkerHooks(made, None).pytest_collection_finish(session)
    assert len(reports) == finds
    controller = ControllerHooks(with_environments(tmp_path, ["ssh=host"]))
    for report in reports:
        with pytest.raises(pytest.UsageError) as caught:
            controller.pytest_collectreport(report)
        assert str(caught.value) == refusal("ssh=host")
    controller.pytest_collectreport(pytest.CollectReport("test_a.py", "failed", "x", None))


def test_a_remote_worker_is_given_no_folder(tmp_path: Path) -> None:
    hooks = ControllerHooks(with_environments(tmp_path, ["ssh=host"]))
    node = SimpleNamespace(workerinput={})
    hooks.pytest_configure_node(node)
    hooks.pytest_unconfigure()
    assert node.workerinput == {"haerae_folder": None, "haerae_calls": None}


def test_a_run_without_items_leaves_no_manifest(tmp_path: Path) -> None:
    made = config(tmp_path)
    session: Any = SimpleNamespace(config=made, items=[a_test(None)])
    WorkerHooks(made, str(tmp_path)).pytest_collection_finish(session)
    WorkerHooks(made, str(tmp_path)).pytest_runtest_setup()
    assert list(tmp_path.iterdir()) == []
