"""With pytest-xdist a run is the serial one: one load, each request once, the same numbers, gates and refusals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import execnet
import pytest

from pytest_haerae.testing import Ledger
from tests.helpers import QUESTIONS, valid_report, write_questions
from tests.integration.conftest import Evaluate

BACKEND = """
from zlib import crc32
from pytest_haerae.testing import ScriptedBackend

class Noting(ScriptedBackend):
    methods = frozenset({"generate"})
    ledger = "ledger.txt"

    def answer(self, number, request):
        return "ABCD?"[crc32(request.context.encode()) % 5]

def pytest_haerae_backends():
    return {"noting": Noting}
"""
"""Its answers depend on the request alone; the ledger has each load and each request."""

server = pytest.mark.server
SCORE = [
    pytest.param(["-n2"], id="n2"),
    pytest.param(["-p", "no:xdist"], id="disabled"),
    *(
        pytest.param(options, id="_".join(options), marks=server)
        for options in (
            ["-n0"],
            ["-n2", "--maxprocesses=1"],
            ["-nauto"],
            ["-nlogical"],
            *(["-n2", f"--dist={mode}"] for mode in ("loadscope", "loadfile", "loadgroup", "worksteal", "each")),
            ["--dist=each", "--tx=2*popen"],
            ["--dist=load", f"--tx=2*popen//python={sys.executable}"],
            ["-d", "--px=id=here//popen", "--tx=popen//via=here"],
            ["-n2", "-p", "no:cacheprovider"],
            ["-n2", "--import-mode=importlib"],
        )
    ),
]


@pytest.fixture
def noting(evaluate: Evaluate, pytester: pytest.Pytester) -> Evaluate:
    """Run the suite, in a group of --dist=loadgroup, with the noting backend and an empty ledger."""
    pytester.makeconftest(BACKEND)
    suite = pytester.path / "test_mine.py"
    group = '@pytest.mark.xdist_group("one")\n'
    suite.write_text(suite.read_text(encoding="utf-8").replace("@pytest.mark.haerae", f"{group}@pytest.mark.haerae"))

    def run(
        *options: str, model: str | None = "noting", inprocess: bool = False, keep: bool = False
    ) -> pytest.RunResult:
        if not keep:
            Ledger(pytester.path / "ledger.txt").clear()
        return evaluate(*options, model=model, inprocess=inprocess)

    return run


def asked() -> list[tuple[str, int | None]]:
    """The loads and requests since the ledger was emptied."""
    return [(entry.event, entry.number) for entry in Ledger("ledger.txt").entries() if entry.event != "close"]


def report() -> dict[str, Any]:
    return valid_report(Path(".haerae/report.json"))


def numbers(name: str = ".haerae/report.json") -> str:
    """What has to be equal, byte for byte."""
    found = valid_report(Path(name))
    return json.dumps([found["metrics"], found["samples"]])


def verdicts() -> dict[str, str]:
    return {gate["name"]: gate["verdict"] for gate in report()["info"]["gates"]}


@pytest.mark.parametrize("options", SCORE)
def test_every_mode_is_the_serial_run(noting: Evaluate, options: list[str]) -> None:
    assert noting("--min-accuracy=0.99").ret == 1
    serial, requests, gates = numbers(), asked(), verdicts()
    assert requests[0] == ("load", None)
    assert len(set(requests)) == len(requests) == 41
    assert 0 < report()["metrics"]["correct"] < report()["metrics"]["n"] == 40
    assert noting("--min-accuracy=0.99", *options).ret == 1
    assert numbers() == serial
    assert asked() == requests
    assert verdicts() == gates


@pytest.mark.server
@pytest.mark.parametrize(
    "options",
    [
        ["-k", "000"],
        ["--lf"],
        ["--ff"],
        ["--deselect", "test_mine.py::test_mine[questions-0003]"],
        ["test_mine.py::test_mine[questions-0003]", "test_mine.py::test_mine[questions-0031]"],
        ["--limit=7"],
    ],
    ids=lambda options: options[0],
)
def test_every_selection_is_the_serial_one(noting: Evaluate, options: list[str]) -> None:
    noting()
    ended = noting(*options, "--min-accuracy=0.99").ret
    serial, requests, gates = numbers(), asked(), verdicts()
    assert noting(*options, "--min-accuracy=0.99", "-n2").ret == ended
    assert (numbers(), asked(), verdicts()) == (serial, requests, gates)
    assert gates["min-accuracy"] == ("failed" if options[0] in ("--ff", "--limit=7") else "not evaluated")


@pytest.mark.server
@pytest.mark.parametrize("options", [["-x"], ["--maxfail=3"], ["--sw"]], ids=lambda options: options[0])
def test_a_run_that_stops_early_is_unmeasurable(noting: Evaluate, options: list[str]) -> None:
    result = noting("-n2", *options, "--min-accuracy=0")
    # The code with which pytest-xdist ends such a run, whatever its tests are; a serial one ends with 1.
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert 0 < report()["metrics"]["n"] < 40
    assert report()["info"]["complete"] is False
    assert verdicts() == {"min-accuracy": "unmeasurable", "measurable": "unmeasurable"}
    assert len(asked()) == 41
    # Nothing of it is lost: the same run goes on from its answers.
    noting("-n2")
    assert asked() == []
    assert report()["info"]["responses"] == {"computed": 0, "reused": 40}


DYING = """
import os
import pytest
from pytest_haerae import assert_correct

@pytest.mark.haerae(dataset="questions.jsonl")
def test_mine(haerae_verdict, haerae_item):
    if haerae_item.index == 5 and not os.path.exists("died.txt"):
        open("died.txt", "w").close()
        os.kill(os.getpid(), 9)
    assert_correct(haerae_verdict)
"""


@pytest.mark.server
@pytest.mark.parametrize(
    ("options", "complete"),
    [
        (["-n2"], False),
        (["-n2", "--dist=worksteal"], False),
        (["-n2", "--max-worker-restart=0"], False),
        (["-n1", "--max-worker-restart=0"], False),
        # These hand out the test again that a worker died in; that it died still fails the run.
        (["-n2", "--dist=loadfile"], True),
        (["-n2", "--dist=each"], True),
    ],
    ids=lambda value: "_".join(value) if isinstance(value, list) else None,
)
def test_a_worker_that_dies_leaves_no_wrong_number(
    noting: Evaluate, pytester: pytest.Pytester, options: list[str], complete: bool
) -> None:
    noting("--output-file=serial.json")
    serial = {sample["id"]: sample for sample in valid_report(Path("serial.json"))["samples"]}
    pytester.makepyfile(test_mine=DYING)
    assert noting(*options, "--min-accuracy=0").ret == 1
    assert (pytester.path / "died.txt").exists()
    assert len(asked()) == 41
    samples = report()["samples"]
    assert all(sample == serial[sample["id"]] for sample in samples)
    assert report()["info"]["complete"] is complete
    assert (len(samples) == 40) is complete
    assert set(verdicts().values()) == ({"passed"} if complete else {"unmeasurable"})
    assert noting(*options).ret == 0
    assert numbers() == numbers("serial.json")
    assert len(asked()) == (41 if complete else 0)


@pytest.mark.server
def test_a_collection_error_asks_nothing(noting: Evaluate, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_broken="import a_module_that_is_not_there")
    result = noting("-n2")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*Interrupted: 1 error during collection*"])
    assert asked() == []


@pytest.mark.server
def test_a_collection_error_that_is_to_be_overlooked_is(noting: Evaluate, pytester: pytest.Pytester) -> None:
    noting()
    serial = numbers()
    pytester.makepyfile(test_broken="import a_module_that_is_not_there")
    assert noting("-n2", "--continue-on-collection-errors").ret == 1
    assert numbers() == serial


EXTENSIONS = """
from neighbour import READ
from pytest_haerae import Verdict
from pytest_haerae.prompts import register_prompt
from pytest_haerae.scoring import register_scorer

@register_scorer("string_match", "own")
def own(item, response):
    right = response.text == item.reference
    return Verdict("correct" if right else "wrong", response.text, f"{item.id}: {response.text}", READ)

@register_prompt("own")
def own_prompt(item):
    return f"공손하게 묻습니다.\\n{item.query}"
"""


@pytest.mark.parametrize("package", [False, pytest.param(True, marks=server)], ids=["folder", "package"])
def test_own_scorer_prompt_and_backend_of_a_folder_below(
    noting: Evaluate, pytester: pytest.Pytester, package: bool
) -> None:
    folder = pytester.mkdir("mine")
    extensions = EXTENSIONS.replace("from neighbour", "from .neighbour") if package else EXTENSIONS
    folder.joinpath("conftest.py").write_text(extensions + BACKEND.replace("noting", "below"), encoding="utf-8")
    if package:
        folder.joinpath("__init__.py").touch()
    folder.joinpath("neighbour.py").write_text("READ = 'own'\n", encoding="utf-8")
    for name in ("questions.jsonl", "test_mine.py"):
        (pytester.path / name).rename(folder / name)
    options = ("--evaluator-params=scorer=own", "--prompt=own")
    assert noting(*options, model="below").ret == 0
    serial, requests = numbers(), asked()
    assert noting(*options, "-n2", model="below").ret == 0
    assert numbers() == serial
    assert asked() == requests
    assert report()["info"]["prompt"] == "own"


@pytest.mark.server
def test_what_a_test_module_registers_is_refused_in_one_line(noting: Evaluate, pytester: pytest.Pytester) -> None:
    suite = pytester.path / "test_mine.py"
    suite.write_text(EXTENSIONS.replace("from neighbour import READ", "READ = 'own'") + suite.read_text())
    result = noting("-n2", "--prompt=own", "--evaluator-params=scorer=own")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: *unknown scorer 'own'*belongs in a conftest.py or a plugin, not in a test*"])
    assert asked() == []


@pytest.mark.server
@pytest.mark.parametrize(
    ("change", "gate"),
    [("items.reverse()", "passed"), ("config.hook.pytest_deselected(items=items[7:]); del items[7:]", "not evaluated")],
    ids=["reordered", "deselected"],
)
def test_what_the_workers_select_is_what_is_asked(
    noting: Evaluate, pytester: pytest.Pytester, change: str, gate: str
) -> None:
    noting()
    serial = report()["samples"]
    hook = (
        f"\ndef pytest_collection_modifyitems(config, items):\n    if hasattr(config, 'workerinput'):\n        {change}"
    )
    pytester.makeconftest(BACKEND + hook)
    assert noting("-n2", "--min-accuracy=0").ret == 0
    assert report()["samples"] == (serial if gate == "passed" else serial[:7])
    assert len(asked()) == 1 + len(report()["samples"])
    assert verdicts() == {"min-accuracy": gate}


@pytest.mark.server
@pytest.mark.parametrize("mode", ["load", "worksteal"])
def test_workers_that_disagree_measure_nothing(noting: Evaluate, pytester: pytest.Pytester, mode: str) -> None:
    hook = """
def pytest_collection_modifyitems(config, items):
    if getattr(config, "workerinput", {}).get("workerid") == "gw1":
        del items[3:]
"""
    pytester.makeconftest(BACKEND + hook)
    assert noting("-n2", f"--dist={mode}", "--min-accuracy=0").ret == 1
    assert report()["metrics"]["accuracy"] is None
    assert set(verdicts().values()) == {"unmeasurable"}


@pytest.mark.server
def test_workers_in_another_folder_read_this_store(noting: Evaluate, pytester: pytest.Pytester) -> None:
    noting()
    metrics = report()["metrics"]
    folder = pytester.mkdir("elsewhere")
    here = str(pytester.path)
    options = ["-d", f"--tx=2*popen//chdir={folder}", f"--rsyncdir={here}", "--store=mine.sqlite", here]
    assert noting(*options).ret == 0
    assert report()["metrics"] == metrics
    assert len(asked()) == 41


@pytest.mark.parametrize("name", ["pytest_haerae.plugin", "pytest_haerae.plugin.hooks", "haerae"])
def test_a_plugin_loaded_by_its_name(noting: Evaluate, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    assert noting("-p", "xdist.plugin", "-p", name, "-n2").ret == 0
    assert report()["metrics"]["n"] == 40


def test_without_xdist(noting: Evaluate, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    absent = pytester.mkdir("absent")
    for name in ("xdist", "execnet"):
        (absent / f"{name}.py").write_text("raise ImportError('not installed')\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(absent), prepend=os.pathsep)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    assert noting("-p", "pytest_haerae.plugin").ret == 0
    assert report()["metrics"]["n"] == 40


REMOTE = [
    ["--tx=ssh=nowhere.invalid"],
    ["--tx=socket=127.0.0.1:1"],
    ["--tx=2*ssh=nowhere.invalid//chdir=there//python=python3"],
    ["--tx=popen", "--tx=ssh=nowhere.invalid"],
    ["--px=id=proxy//ssh=nowhere.invalid", "--tx=4*popen//via=proxy"],
]


@pytest.mark.parametrize("options", REMOTE, ids=lambda options: options[-1])
def test_workers_on_other_machines_are_refused_before_one_is_started(noting: Evaluate, options: list[str]) -> None:
    result = noting("-d", *options, inprocess=True)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    environment = options[-1].removeprefix("--tx=")
    message = f"ERROR: --tx {environment}: the workers of an evaluation read this machine's response store"
    (line,) = [line for line in result.errlines if line.startswith("ERROR")]
    assert line.startswith(message)
    assert "--replicas N with --ray-address" in line
    assert "bringing up nodes" not in result.stdout.str()
    assert asked() == []


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[str]:
    """A --tx over a socket: another machine for all that pytest-xdist knows."""
    script = Path(execnet.__file__).parent / "script" / "socketserver.py"
    command = [sys.executable, "-u", "-W", "ignore", str(script), "127.0.0.1:0"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = process.stdout.readline().rpartition(", ")[2].strip(")\n")
        yield f"socket=127.0.0.1:{port}"
        process.kill()


@pytest.mark.server
def test_an_ordinary_run_on_other_machines_is_left_alone(
    elsewhere: str, noting: Evaluate, pytester: pytest.Pytester
) -> None:
    pytester.makeini("[pytest]\nhaerae_model = noting\n")
    Path("test_mine.py").unlink()
    pytester.makepyfile(test_other="def test_other(): ...")
    result = noting("-d", f"--tx={elsewhere}", f"--rsyncdir={pytester.path}", str(pytester.path), model=None)
    result.assert_outcomes(passed=1)
    assert result.ret == 0


@pytest.mark.server
def test_workers_on_other_machines_that_find_a_suite_are_refused(
    elsewhere: str, noting: Evaluate, pytester: pytest.Pytester
) -> None:
    pytester.makeini("[pytest]\nhaerae_model = noting\n")
    result = noting("-d", f"--tx={elsewhere}", f"--rsyncdir={pytester.path}", str(pytester.path), model=None)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    (line,) = [line for line in result.errlines if line.startswith("ERROR")]
    assert line.startswith(f"ERROR: --tx {elsewhere}: ")
    assert asked() == []


THOUSAND = [{**QUESTIONS[number % 40], "question": f"{number}번: 옳은 것은?"} for number in range(1000)]


@pytest.mark.server
def test_a_thousand_items_serial_distributed_and_killed(noting: Evaluate, pytester: pytest.Pytester) -> None:
    write_questions(pytester.path, THOUSAND)
    noting("--output-file=serial.json")
    serial = numbers("serial.json")
    assert len(json.loads(serial)[1]) == 1000
    for options in (["-n2"], ["-n4", "--dist=worksteal"]):
        assert noting(*options).ret == 0
        assert numbers() == serial
        assert asked().count(("load", None)) == 1
        assert len(set(asked())) == len(asked()) == 1001
    for options in ([], ["-n2"], ["-n4", "--dist=worksteal"]):
        Path("ledger.txt").unlink()
        for answers in (300, 700):
            kill_after(answers, options)
        assert noting(*options, keep=True).ret == 0
        assert numbers() == serial
        requests = Ledger("ledger.txt").asked()
        assert len(set(requests)) == 1000
        # The one request in flight at each kill may have been answered without reaching the store.
        assert len(requests) <= 1002
        assert asked().count(("load", None)) == 3


def kill_after(answers: int, options: list[str]) -> None:
    """Start a run and kill it, and all that it started, when the ledger has that many lines."""
    command = [sys.executable, "-m", "pytest", "--model=noting", "--model-params=seconds=0.002", *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    deadline = time.monotonic() + 120
    while len(asked()) < answers:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
