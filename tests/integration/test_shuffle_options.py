"""The same items with their options in other orders: asked once each, kept, told by all outputs, in no other number."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae import Evaluator
from pytest_haerae.testing import Ledger
from tests.helpers import QUESTIONS, valid_report, write_questions
from tests.integration.conftest import Evaluate
from tests.integration.test_dry_run import to_send

pytestmark = pytest.mark.slow

ITEMS, K = 40, 4
BIASED = """
from zlib import crc32

from pytest_haerae import Response
from pytest_haerae.testing import ScriptedBackend

class Biased(ScriptedBackend):
    '''Knows that 나 is right, and says A all the same to every second question.'''

    ledger = "ledger.txt"

    @classmethod
    def price_problem(cls, parameters):
        return None

    def number(self, index, request):
        return crc32(request.context.encode())

    def answer(self, number, request):
        lines = [line for line in request.context.splitlines() if line.endswith(" 나")]
        letter = lines[-1][1] if int(request.context.rpartition("번 문제")[0].split()[-1]) % 2 else "A"
        if request.kind == "generate":
            return Response(text=f"정답: ({letter})", finish_reason="stop", cost_usd=0.25)
        return [0.0 if letter in each else -1.0 for each in request.continuations]

def pytest_haerae_backends():
    return {"biased": Biased}
"""
WORKERS = pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["serial", "xdist"])


@pytest.fixture
def biased(evaluate: Evaluate, pytester: pytest.Pytester) -> Evaluate:
    """Runs over 40 questions with the options 가, 나, 다, 라 and a model that mostly goes by the place."""
    pytester.makeconftest(BIASED)
    return lambda *options, model="biased", **settings: evaluate(*options, model=model, **settings)


def asked() -> Counter[int]:
    return Counter(Ledger("ledger.txt").asked())


def report(path: str = ".haerae/report.json") -> dict[str, Any]:
    return valid_report(Path(path))


def parts(path: str = ".haerae/report.json") -> str:
    return json.dumps([report(path)["metrics"], report(path)["samples"]])


@pytest.mark.parametrize("method", ["log_likelihood", "string_match"])
def test_the_probe_stands_beside_the_runs_numbers(biased: Evaluate, method: str) -> None:
    biased(f"--method={method}", "--output-file=alone.json", "--store=other.sqlite")
    Ledger("ledger.txt").clear()
    result = biased(f"--method={method}", f"--shuffle-options={K}", "--report-md=r.md", "--report-html=r.html")
    assert result.ret == 0
    alone, both = report("alone.json"), report()
    probe = both["metrics"].pop("probes")["shuffle_options"]
    assert json.dumps([both["metrics"], both["samples"]]) == parts("alone.json")
    for part in ("tokens", "cost_usd", "responses"):
        assert both["info"][part] == alone["info"][part]
    assert both["info"]["probing"]["responses"] == {"computed": ITEMS * (K - 1), "reused": 0}
    assert asked() == Counter(dict.fromkeys(asked(), 1))
    assert asked().total() == ITEMS * K
    # Half of the items are known by their content; each place of the others is the first as often as any.
    assert (probe["n"], probe["same_option"]["value"]) == (ITEMS, 0.5)
    first, *others = probe["positions"]
    assert (first["chosen"]["value"], {each["chosen"]["value"] for each in others}) == (0.625, {0.125})
    assert {each["even"] for each in probe["positions"]} == {0.25}
    # Of 20 items that an exchange changes no drawn one is as uneven.
    assert probe["p_value"] == 1 / 5000
    words = "(A) is chosen in 62.5% ["
    for text in (result.stdout.str(), Path("r.md").read_text(encoding="utf-8").replace("\\", "")):
        assert words in text
    assert words in Path("r.html").read_text(encoding="utf-8")


@WORKERS
def test_a_killed_run_goes_on_and_asks_nothing_twice(biased: Evaluate, workers: tuple[str, ...]) -> None:
    biased(f"--shuffle-options={K}", "--store=other.sqlite", "--output-file=undisturbed.json")
    for answers in (ITEMS + 30, ITEMS // 2):
        Ledger("ledger.txt").clear()
        store = f"--store=killed-{answers}.sqlite"
        command = [sys.executable, "-m", "pytest", "--model=biased", "--model-params=seconds=0.02", *workers]
        process = subprocess.Popen(
            [*command, f"--shuffle-options={K}", store], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 120
        while asked().total() < answers:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.kill()
        process.wait()
        before = asked().total()
        result = biased(f"--shuffle-options={K}", store, *workers)
        assert result.ret == 0
        result.stdout.fnmatch_lines(["haerae: goes on from an earlier run*"])
        # What was asked when the run was killed may have been asked again.
        assert before < asked().total() <= ITEMS * K + 1
        assert len(asked()) == ITEMS * K
        assert parts() == parts("undisturbed.json")


def test_more_orders_are_asked_for_and_no_answer_again(biased: Evaluate) -> None:
    assert biased().ret == 0
    for k, more in ((2, 1), (5, 3), (5, 5)):
        Ledger("ledger.txt").clear()
        assert to_send(biased("--dry-run", f"--shuffle-options={k}")) == ITEMS * more
        assert biased(f"--shuffle-options={k}").ret == 0
        assert asked().total() == ITEMS * more
    assert report()["metrics"]["probes"]["shuffle_options"]["answers"] == ITEMS * 5


def test_failed_questions_are_the_probes_own(biased: Evaluate, pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        BIASED.replace(
            "    def answer(self, number, request):\n",
            "    def answer(self, number, request):\n"
            "        if '(A) 가' not in request.context and number % 2:\n"
            "            return Response(error='HTTP 500')\n",
        )
    )
    result = biased(f"--shuffle-options={K}")
    assert result.ret == 0
    found = report()
    probe = found["metrics"]["probes"]["shuffle_options"]
    assert (found["metrics"]["errors"], found["metrics"]["n"], found["info"]["complete"]) == (0, ITEMS, True)
    assert 0 < probe["errors"] < ITEMS * (K - 1)
    result.stdout.fnmatch_lines([f"*{probe['errors']} of the probe's questions ended in an error*"])
    # The questions that failed can be asked again by themselves.
    pytester.makeconftest(BIASED)
    Ledger("ledger.txt").clear()
    assert biased(f"--shuffle-options={K}", "--rerun=errors").ret == 0
    assert asked().total() == probe["errors"]
    assert report()["metrics"]["probes"]["shuffle_options"]["errors"] == 0


def test_the_sum_that_may_be_spent_is_of_both(biased: Evaluate) -> None:
    result = biased(f"--shuffle-options={K}", "--max-cost=15")
    assert result.ret == 0
    assert asked().total() == 60
    found = report()
    assert (found["metrics"]["n"], found["info"]["cost_usd"], found["info"]["probing"]["cost_usd"]) == (40, 10, 5)
    result.stdout.fnmatch_lines(["*not all that the probes ask was asked (--max-cost)*"])
    assert biased(f"--shuffle-options={K}", "--rerun=errors").ret == 0
    assert asked() == Counter(dict.fromkeys(asked(), 1))
    assert asked().total() == ITEMS * K


def test_a_probe_that_is_cut_short_leaves_the_run_finished(biased: Evaluate) -> None:
    for _ in range(2):
        Ledger("ledger.txt").clear()
        assert biased(f"--shuffle-options={K}", "--max-cost=15").ret == 0
        # Another measurement each time: none of the answers is a stored one.
        assert asked().total() == 60


def test_a_probe_spends_nothing_before_the_tests_that_ask(biased: Evaluate, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_asking="""
        import pytest

        @pytest.mark.haerae_prompts(["1번 문제 9\\n(A) 나"])
        def test_it(haerae_model):
            assert haerae_model.generate("1번 문제 9\\n(A) 나")
        """
    )
    result = biased(f"--shuffle-options={K}", "--max-cost=10.25")
    assert result.ret == 0
    assert report()["metrics"]["probes"]["shuffle_options"]["n"] == 0


def test_rows_that_cannot_be_shuffled_are_counted(biased: Evaluate, pytester: pytest.Pytester) -> None:
    rows = [*QUESTIONS[:4], {**QUESTIONS[5], "options": ["가", "나", "다", "위의 모두"]}]
    rows.append({**QUESTIONS[6], "options": ["가", "나", "①과 ②", "라"]})
    write_questions(pytester.path, rows)
    result = biased("--shuffle-options=100")
    assert result.ret == 0
    probe = report()["metrics"]["probes"]["shuffle_options"]
    assert (probe["n"], probe["answers"], probe["left_out"]) == (4, 4 * 24, {"about_each_other": 2})
    result.stdout.fnmatch_lines(["*left out of the probe: 2 items whose options are about each other*"])


def test_the_ini_file_and_the_other_doors_take_it(biased: Evaluate, pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nhaerae_shuffle_options = 3\n")
    assert biased("--limit=8").ret == 0
    by_plugin = parts()
    options: dict[str, Any] = {"dataset": "questions.jsonl", "limit": 8, "shuffle_options": 3, "store": "third.sqlite"}

    def answer(question: str) -> str:
        line = next(line for line in question.splitlines() if line.endswith(" 나"))
        number = int(question.rpartition("번 문제")[0].split()[-1])
        return f"정답: ({line[1] if number % 2 else 'A'})"

    result = Evaluator().run(model=answer, **options)
    probe = result.metrics["probes"]["shuffle_options"]
    assert json.dumps(probe) == json.dumps(json.loads(by_plugin)[0]["probes"]["shuffle_options"])
    assert "(A) is chosen in 62.5%" in str(result)
    command = [sys.executable, "-m", "pytest_haerae", "run", "--model=random", "--dataset=questions.jsonl", "--limit=8"]
    subprocess.run([*command, "--shuffle-options=3", "--output-file=run.json"], check=True, capture_output=True)
    assert report("run.json")["metrics"]["probes"]["shuffle_options"]["answers"] == 24


@pytest.mark.parametrize("typed", ["1", "0", "many"])
def test_a_number_that_is_none_is_refused(biased: Evaluate, typed: str) -> None:
    result = biased(f"--shuffle-options={typed}", inprocess=True)
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*--shuffle-options: *"])
    assert not Path("ledger.txt").exists()
