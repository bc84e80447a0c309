"""With pytest-xdist: one model on the controller, scoring on the workers.

The workers write one manifest of what they selected into a folder of the controller's; the controller batches once,
while they wait for their tests; then they read its store. So they have to see this machine's files.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import pytest

from pytest_haerae.config.options import OPTIONS
from pytest_haerae.errors import UsageError
from pytest_haerae.plugin.channel import ADDRESS, Server
from pytest_haerae.plugin.conftests import conftest_files, load_conftests
from pytest_haerae.plugin.nodes import is_rehearsal
from pytest_haerae.plugin.option_group import left_to_others
from pytest_haerae.plugin.stash import find_session, session_of

if TYPE_CHECKING:
    from pytest_haerae.plugin.session import EvaluationSession
    from pytest_haerae.types import Request, Response

_FOLDER = "haerae_folder"
_MANIFEST, _RUN = "manifest.json", "run.json"
_REFUSAL = "haerae: workers on other machines"


def hooks_for(config: pytest.Config) -> ControllerHooks | WorkerHooks:
    """The hooks of this process."""
    worker = getattr(config, "workerinput", None)
    return ControllerHooks(config) if worker is None else WorkerHooks(config, worker.get(_FOLDER))


def remote_environment(config: pytest.Config) -> str | None:
    """The first of --tx that is on another machine; None where all are on this one."""
    proxies_are_local = all(_is_popen(str(spec)) for spec in config.getoption("px"))
    for environment in map(str, config.getoption("tx")):
        count, star, rest = environment.partition("*")
        spec = rest if star and count.isdecimal() else environment
        by_proxy = any(part.startswith("via=") for part in spec.split("//"))
        if not _is_popen(spec) or (by_proxy and not proxies_are_local):
            return environment
    return None


def _is_popen(spec: str) -> bool:
    return "popen" in spec.split("//")


def refusal(environment: str) -> str:
    """Why an evaluation has no workers on other machines, and what to do instead."""
    return (
        f"--tx {environment}: the workers of an evaluation read this machine's response store, which other machines"
        " cannot; spread the tests here (-n N or --tx N*popen), and the model over other machines (--replicas N with"
        " --ray-address)"
    )


def _typed_options(config: pytest.Config) -> bool:
    """Whether this command has an option of this plugin; the ini file's may stand there for other runs."""
    spellings = {spelling for option in OPTIONS for spelling in (*option.spellings(), *option.negations())}
    ours = spellings - left_to_others(config)
    return any(str(argument).partition("=")[0] in ours for argument in config.invocation_params.args)


class ControllerHooks:
    """Hooks of the process that hands out the tests.

    Args:
        config: Its configuration.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._session: pytest.Session | None = None
        self._batched = False
        self._folder: Path | None = None
        self._server: Server | None = None
        self._first_call = threading.Lock()
        self._restore: Callable[[], None] = lambda: None

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Refuse workers on other machines before one is started, where the command says that it evaluates.

        Raises:
            pytest.UsageError: With the reason and the way to go.
        """
        self._session = session
        if self._config.pluginmanager.has_plugin("dsession") and _typed_options(self._config):
            environment = remote_environment(self._config)
            if environment:
                raise pytest.UsageError(refusal(environment))

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:  # noqa: ANN401 - xdist's WorkerController
        """Tell a worker where to leave its manifest; one on another machine cannot."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="pytest-haerae-"))
            self._restore = before_the_end(self._clean)
            self._server = Server(self._folder, self._ask)
        remote = remote_environment(self._config)
        node.workerinput[_FOLDER] = None if remote else str(self._folder)
        node.workerinput[ADDRESS] = None if remote or self._server is None else self._server.address

    def _ask(self, model: str, requests: Sequence[Request]) -> Sequence[Response]:
        with self._first_call:
            evaluation = session_of(self._config)
        return evaluation.ask_requests(model, requests)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Refuse workers on other machines once they have found something to evaluate.

        Raises:
            pytest.UsageError: With the reason and the way to go.
        """
        if report.nodeid == _REFUSAL:
            raise pytest.UsageError(refusal(remote_environment(self._config) or "popen"))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self) -> None:
        """Batch once, before tests are handed out.

        Raises:
            pytest.UsageError: What a worker found wrong, or the model cannot be loaded.
            pytest.Session.Interrupted: Something could not be collected: as in a serial run, nothing is asked then.
        """
        if self._batched or self._folder is None or not (self._folder / _MANIFEST).exists():
            return
        self._batched = True
        from pytest_haerae.plugin.manifest import from_manifest

        content = json.loads((self._folder / _MANIFEST).read_text(encoding="utf-8"))
        if content["problem"]:
            raise pytest.UsageError(content["problem"])
        self._stop_at_collection_errors()
        if content["placeholders"]:
            session_of(self._config).collection.placeholders = content["placeholders"]
        if not content["models"]:
            return
        if is_rehearsal(self._config):
            return
        try:
            load_conftests(self._config, content["conftests"])
            evaluation = self._decided(content["datasets"])
            declared = self._server.declared if self._server else {}
            selections = {
                model: from_manifest(
                    selection, evaluation.run_of(model).evaluation.source, model=model, declared=declared.get(model, ())
                )
                for model, selection in content["models"].items()
            }
            evaluation.ask(selections)
            _write(self._folder / _RUN, {model: evaluation.run_of(model).where() for model in selections})
        except UsageError as error:
            raise pytest.UsageError(str(error)) from None

    def _decided(self, datasets: Sequence[str]) -> EvaluationSession:
        evaluation = session_of(self._config)
        try:
            evaluation.collection.decide(tuple(datasets))
        except UsageError as error:
            raise UsageError(
                f"{error} (the workers know it: with pytest-xdist, what you register belongs in a conftest.py or a"
                " plugin, not in a test module)"
            ) from None
        return evaluation

    def _stop_at_collection_errors(self) -> None:
        session = self._session
        if session and session.testsfailed and not self._config.option.continue_on_collection_errors:
            count = session.testsfailed
            raise session.Interrupted(f"{count} error{'s' if count > 1 else ''} during collection")

    def pytest_unconfigure(self) -> None:
        """End the server, and take the folder away."""
        if self._server is not None:
            self._server.close()
        self._clean()
        self._restore()

    def _clean(self) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


class WorkerHooks:
    """Hooks of a worker.

    Args:
        config: Its configuration.
        folder: Where the controller wants its manifest; None on another machine.
    """

    def __init__(self, config: pytest.Config, folder: str | None) -> None:
        self._config = config
        self._folder = Path(folder) if folder else None
        self._ready = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Write the manifest, the first one wins, all are equal."""
        evaluation = find_session(self._config)
        if evaluation is None:
            return
        from pytest_haerae.plugin.manifest import to_manifest

        collection = evaluation.collection
        collection.close(session)
        selections = collection.select(session.items)
        if self._folder is None or not self._folder.is_dir():
            if any(selections.values()) or collection.problem:
                report = pytest.CollectReport(_REFUSAL, "failed", _REFUSAL, None)
                session.config.hook.pytest_collectreport(report=report)
            return
        if (self._folder / _MANIFEST).exists():
            return
        evaluation.declare(selections)
        content = {
            "problem": str(collection.problem) if collection.problem else None,
            "placeholders": collection.placeholders,
            "datasets": collection.scope.datasets,
            "conftests": conftest_files(session.config),
            "models": {model: to_manifest(selection) for model, selection in selections.items()},
        }
        _write(self._folder / _MANIFEST, content)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self) -> None:
        """Learn the run's number before the first test reads the store."""
        evaluation = find_session(self._config)
        if self._ready or evaluation is None or self._folder is None:
            return
        self._ready = True
        path = self._folder / _RUN
        if path.exists():
            from pytest_haerae.plugin.call_json import verdict_from_json

            for model, run in json.loads(path.read_text(encoding="utf-8")).items():
                if run is not None:
                    verdicts = {
                        nodeid: list(map(verdict_from_json, those)) for nodeid, those in run["verdicts"].items()
                    }
                    evaluation.read_from(model, Path(run["store"]), run["run_number"], verdicts)


def before_the_end(act: Callable[[], None]) -> Callable[[], None]:
    """Do something before a signal that would end this process does; whoever handles it already goes on to.

    Args:
        act: What to do.

    Returns:
        Takes this back.
    """
    if threading.current_thread() is not threading.main_thread():
        return lambda: None
    # SIGHUP, a terminal that is closed, does not exist on Windows.
    numbers = {signal.SIGTERM, *(number for number in signal.Signals if number.name == "SIGHUP")}
    taken = [number for number in numbers if signal.getsignal(number) is signal.SIG_DFL]

    def restore() -> None:
        for number in taken:
            if signal.getsignal(number) is end:
                signal.signal(number, signal.SIG_DFL)

    def end(number: int, frame: FrameType | None) -> None:
        act()
        restore()
        signal.raise_signal(number)

    for number in taken:
        signal.signal(number, end)
    return restore


def _write(path: Path, content: Any) -> None:  # noqa: ANN401 - JSON
    """Write a file that appears whole, whoever writes it at the same time."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    temporary.write_text(json.dumps(content), encoding="utf-8")
    temporary.replace(path)
