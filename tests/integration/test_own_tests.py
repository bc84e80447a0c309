"""Tests of a user's own against the model: each question asked once, in one load, stored, resumed and counted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pytest_haerae.testing import Ledger
from tests.helpers import valid_report, write_questions
from tests.integration.always import MODES, REPORT

pytestmark = pytest.mark.slow

BACKEND = """
from typing import ClassVar
from pytest_haerae.testing import ScriptedBackend

class Parameters(ScriptedBackend.parameters):
    sampling: ClassVar = frozenset({"temperature"})
    temperature: float = 0

class Capital(ScriptedBackend):
    parameters = Parameters
    ledger = "ledger.txt"

    def answer(self, number, request):
        if request.kind == "loglikelihood":
            return tuple(-float(len(each)) for each in request.continuations)
        return f"{request.repeat}: 서울 {dict(request.sampling)}" if "수도" in request.context else "(A)"

def pytest_haerae_backends():
    return {"capital": Capital}
"""

OWN = """
import pytest
from pytest_haerae import assert_correct, assert_log_likelihood, assert_string_match

@pytest.mark.parametrize("number", range(6))
def test_capital(haerae_model, number):
    assert "서울" in haerae_model.generate(f"{100 + number}번: 대한민국의 수도는?").text

def test_again(haerae_model):
    first = haerae_model.generate("100번: 대한민국의 수도는?")
    assert first == haerae_model.generate("100번: 대한민국의 수도는?")
    assert first.text != haerae_model.generate("100번: 대한민국의 수도는?", repeat=1).text

@pytest.mark.haerae_prompts(["110번: 수도는?", "111번: 수도는?"])
def test_declared(haerae_model):
    assert len(haerae_model.generate_all(["110번: 수도는?", "111번: 수도는?"])) == 2

def test_likely(haerae_model):
    response = haerae_model.loglikelihood("120번: 수도는", [" 서울", " 부산광역시"])
    assert response.loglikelihoods == (-3.0, -6.0)
    assert_log_likelihood(response, 0, margin=2.5)
    with pytest.raises(AssertionError, match="margin"):
        assert_log_likelihood(response, 0, margin=3.5)
    with pytest.raises(AssertionError, match="wrong"):
        assert_log_likelihood(response, " 부산광역시", options=[" 서울", " 부산광역시"])

def test_read(haerae_model):
    response = haerae_model.generate("130번: 무엇인가?")
    assert_string_match(response, "나무", options=["나무", "돌"])
    with pytest.raises(AssertionError, match="wrong"):
        assert_string_match(response, "B", options=["나무", "돌"])

def test_drawn(haerae_model):
    assert "0.5" in haerae_model.generate("140번: 수도는?", temperature=0.5, stop="끝").text
"""
"""Asks 100 to 105, 100 once more as another answer, 110, 111, 120, 130 and 140: 12 questions."""
ASKED = sorted([*range(100, 106), 100, 110, 111, 120, 130, 140])


@pytest.fixture
def own(pytester: pytest.Pytester) -> Path:
    """A folder with the tests and the backend."""
    pytester.makeconftest(BACKEND)
    pytester.makepyfile(test_own=OWN)
    return pytester.path


def asked() -> list[int]:
    return sorted(Ledger("ledger.txt").asked())


def test_a_failed_assertion_shows_the_test_and_no_source_of_this_package(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest
        from pytest_haerae import Response, Verdict, assert_correct, assert_log_likelihood, assert_string_match

        SCORES = Response(loglikelihoods=(-1.0, -2.0))

        @pytest.mark.parametrize("fail", [
            lambda: assert_log_likelihood(SCORES, 1, options=[" 부산", " 서울"]),
            lambda: assert_log_likelihood(SCORES, 0, margin=2),
            lambda: assert_log_likelihood(SCORES, "서울"),
            lambda: assert_string_match(Response(text="부산"), "서울"),
            lambda: assert_string_match(SCORES, "서울"),
            lambda: assert_correct(Verdict("wrong", "A", "why")),
        ])
        def test_it(fail):
            fail()
        """
    )
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(failed=6)
    shown = result.stdout.str()
    assert "predicted (A) ' 부산', reference (B) ' 서울'" in shown
    for part in ("assertions.py", "Verdict(", "def assert_", "def _item"):
        assert part not in shown.replace('Verdict("wrong", "A", "why")', ""), part


@MODES
def test_each_question_is_asked_once_in_one_load(
    own: Path, pytester: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    result = pytester.runpytest_subprocess("--model=capital", *workers)
    assert result.ret == 0, result.stdout.str()
    result.assert_outcomes(passed=11)
    assert asked() == ASKED
    assert len(Ledger("ledger.txt").loads()) == len(Ledger("ledger.txt").closings()) == 1
    result.stdout.fnmatch_lines(["*haerae_model: 12 asked, 0 from the store*"])
    assert not REPORT.exists(), "there is no item that a report could be about"


def test_what_is_declared_is_asked_before_the_first_test(own: Path, pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_subprocess("--model=capital")
    assert result.ret == 0
    assert Ledger("ledger.txt").asked()[:2] == [110, 111]


def test_what_the_model_says_of_itself_is_shown(own: Path, pytester: pytest.Pytester) -> None:
    lines = '\nCapital.notes, Capital.method_detail = ["it waited once"], "by counting"\n'
    (own / "conftest.py").write_text(BACKEND + lines, encoding="utf-8")
    shown = ["haerae_model: 12 asked, 0 from the store*", "it waited once", "haerae_model: by counting"]
    pytester.runpytest_subprocess("--model=capital").stdout.fnmatch_lines(shown, consecutive=True)
    write_questions(own)
    result = pytester.runpytest_subprocess("--model=capital")
    result.stdout.fnmatch_lines(
        ["haerae_model: 12 asked, 0 from the store*", "*by counting", "report: *", "it waited once"]
    )
    result.stdout.no_fnmatch_line("haerae_model: by counting")


BY_NAME = """
import pytest

@pytest.fixture
def lm(request):
    return request.getfixturevalue("haerae_model")

def test_first():
    pass

@pytest.mark.haerae_prompts(PROMPTS)
def test_capital(lm):
    assert "서울" in lm.generate("100번: 대한민국의 수도는?").text
"""
"""Nothing but the mark says beforehand that a test asks the model."""


@MODES
def test_the_mark_alone_declares(own: Path, pytester: pytest.Pytester, workers: tuple[str, ...]) -> None:
    pytester.makepyfile(test_own=BY_NAME.replace("PROMPTS", '["100번: 대한민국의 수도는?", "101번: 수도는?"]'))
    result = pytester.runpytest_subprocess("--model=capital", *workers)
    assert result.ret == 0, result.stdout.str()
    assert asked() == [100, 101]
    result.stdout.fnmatch_lines(["*1 test asks the model*", "*haerae_model: 2 asked, 0 from the store*"])


@MODES
def test_a_gate_without_items_is_said_to_decide_nothing(
    own: Path, pytester: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    pytester.makepyfile(test_own=BY_NAME.replace("PROMPTS", '["100번: 대한민국의 수도는?"]'))
    result = pytester.runpytest_subprocess("--model=capital", "--min-accuracy=0.9", *workers)
    assert result.ret == 0, result.stdout.str()
    result.stdout.fnmatch_lines(["warning: --min-accuracy decides nothing: no item was asked"])


@MODES
def test_a_mistake_in_a_mark_alone_is_refused(own: Path, pytester: pytest.Pytester, workers: tuple[str, ...]) -> None:
    pytester.makepyfile(test_own=BY_NAME.replace("PROMPTS", '"수도는?"'))
    result = pytester.runpytest_subprocess("--model=capital", *workers)
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*test_own.py::test_capital: @pytest.mark.haerae_prompts: it takes one list of *"])


def test_a_finished_run_is_measured_again_and_a_reused_one_is_not(own: Path, pytester: pytest.Pytester) -> None:
    assert pytester.runpytest_subprocess("--model=capital").ret == 0
    assert pytester.runpytest_subprocess("--model=capital").ret == 0
    assert asked() == sorted(ASKED * 2)
    result = pytester.runpytest_subprocess("--model=capital", "--reuse")
    assert asked() == sorted(ASKED * 2)
    result.stdout.fnmatch_lines(["*haerae_model: 0 asked, 12 from the store*"])


@MODES
def test_a_killed_session_goes_on_where_it_stopped(
    own: Path, pytester: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    command = [sys.executable, "-m", "pytest", "--model=capital", "--model-params", "seconds=0.3", *workers]
    process = subprocess.Popen(command, cwd=own, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while len(asked()) < 6:
        assert process.poll() is None
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    before = asked()
    assert pytester.runpytest_subprocess(*command[3:]).ret == 0
    again = [number for number in set(before) if asked().count(number) > ASKED.count(number)]
    assert len(again) <= 1, "the one that was in flight"
    assert len(asked()) <= len(ASKED) + 1


@MODES
def test_items_and_own_questions_share_one_load_and_one_report(
    own: Path, pytester: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    write_questions(own)
    (own / "test_more.py").write_text(
        """
import pytest
from pytest_haerae import assert_string_match

@pytest.mark.haerae(dataset="questions.jsonl")
def test_response(haerae_item, haerae_response, haerae_responses):
    assert haerae_responses == [haerae_response]
    assert haerae_response.text == "(A)"

@pytest.mark.haerae(dataset="questions.jsonl")
def test_matched(haerae_item, haerae_response):
    assert_string_match(haerae_response, haerae_item)
""",
        encoding="utf-8",
    )
    result = pytester.runpytest_subprocess("--model=capital", *workers)
    assert result.ret == 0, result.stdout.str()
    report = valid_report(REPORT)
    assert (report["metrics"]["n"], report["metrics"]["correct"]) == (40, 10)
    assert report["info"]["responses"] == {"computed": 52, "reused": 0}
    assert report["info"]["calls"]["responses"] == {"computed": 12, "reused": 0}
    assert asked() == sorted([*ASKED, *range(40)])
    assert len(Ledger("ledger.txt").loads()) == 1
    # What an assertion says of an item's own verdict is that verdict: wrong answers fail no run.
    result.stdout.fnmatch_lines(["*71 passed, 60 wrong*"])


@MODES
def test_an_answer_that_cannot_be_had_is_one_line_and_asked_again_alone(
    own: Path, pytester: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    result = pytester.runpytest_subprocess("--model=capital", "--model-params", '{"errors": [103]}', *workers)
    assert result.ret == 1
    result.assert_outcomes(passed=10, failed=1)
    result.stdout.fnmatch_lines(["*FAILED test_own.py::test_capital[[]3[]] - test_own.py:6: *"])
    assert "Traceback" not in result.stdout.str()
    assert pytester.runpytest_subprocess("--model=capital", "--model-params", '{"errors": [103]}', *workers).ret == 1
    assert asked() == sorted([*ASKED, 103])


LIMITED = """
import signal
import pytest

@pytest.fixture
def time_limit():
    yield lambda seconds: signal.setitimer(signal.ITIMER_REAL, seconds)
    signal.setitimer(signal.ITIMER_REAL, 0)

def out_of_time(number, frame):
    pytest.fail("out of time")

def test_slow(haerae_model, time_limit):
    signal.signal(signal.SIGALRM, out_of_time)
    haerae_model.generate("100번: 다른 것은?")
    time_limit(LIMIT)
    haerae_model.generate("101번: 수도는?")
"""


@MODES
def test_a_tests_own_time_limit_is_its_failure_and_no_answer(
    own: Path, pytester: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    """A plugin's limit rings by a timer, once: its exception was the backend's error, of later tests, too."""
    (own / "test_own.py").write_text(LIMITED.replace("LIMIT", "0.3"), encoding="utf-8")
    result = pytester.runpytest_subprocess("--model=capital", "--model-params", "seconds=2", *workers)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["FAILED test_own.py::test_slow - Failed: out of time"])
    (own / "test_own.py").write_text(LIMITED.replace("LIMIT", "60"), encoding="utf-8")
    assert pytester.runpytest_subprocess("--model=capital", "--model-params", "seconds=0", *workers).ret == 0


@MODES
def test_a_model_that_cannot_be_loaded_is_tried_once(
    own: Path, pytester: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    (own / "test_own.py").write_text(OWN.replace("@pytest.mark.haerae_prompts", "# "), encoding="utf-8")
    result = pytester.runpytest_subprocess("--model=capital", "--model-params", "refuse=not for you", *workers)
    assert result.ret == 1
    assert len(Ledger("ledger.txt").loads()) == 1
    result.stdout.fnmatch_lines(["*not for you*"])


@MODES
def test_without_a_model_they_are_placeholders(own: Path, pytester: pytest.Pytester, workers: tuple[str, ...]) -> None:
    result = pytester.runpytest_subprocess(*workers)
    assert result.ret == 4, "nothing but evaluation tests: the model was forgotten"
    pytester.makepyfile(test_plain="def test_plain(): pass")
    result = pytester.runpytest_subprocess(*workers)
    assert result.ret == 0
    result.assert_outcomes(passed=1, skipped=11)
    result.stdout.fnmatch_lines(["*11 evaluation tests are skipped: no model is named*"])
    assert not Path("ledger.txt").exists()
    assert not Path(".haerae").exists()


@pytest.mark.parametrize("option", ["--collect-only", "--setup-plan", "--setup-only", "--fixtures-per-test"])
def test_nothing_is_asked_where_tests_are_only_listed(own: Path, pytester: pytest.Pytester, option: str) -> None:
    assert pytester.runpytest_subprocess("--model=capital", option).ret == 0
    assert not Path("ledger.txt").exists()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ('generate("")', "the prompt is empty"),
        ("generate(5)", "a prompt is a text or a list of messages, not 5"),
        ('generate([{"role": "robot", "content": "x"}])', "a message is * with a role of system, user, assistant*"),
        ('generate("수도는?", temprature=1)', "unknown sampling parameter 'temprature': did you mean 'temperature'*"),
        ('generate("수도는?", temperature="hot")', "temperature: Input should be a valid number*"),
        ('generate("수도는?", repeat=-1)', "repeat is a number from 0, not -1"),
        ('generate_all("수도는?")', "prompts is a list of prompts, not a string"),
        ('loglikelihood("수도는", " 서울")', "continuations are a list of texts*"),
    ],
)
def test_a_call_that_cannot_be_made_says_so_in_one_line(
    own: Path, pytester: pytest.Pytester, call: str, words: str
) -> None:
    pytester.makepyfile(test_own=f"def test_it(haerae_model):\n    haerae_model.{call}\n")
    result = pytester.runpytest_inprocess("--model=capital")
    assert result.ret == 1
    result.stdout.fnmatch_lines([f"test_own.py:2: *{words}"])
    assert not Path("ledger.txt").exists()


@MODES
@pytest.mark.parametrize(
    ("mark", "words"),
    [
        ("haerae_prompts()", "it takes one list of prompts*"),
        ('haerae_prompts("수도는?")', "it takes one list of prompts*"),
        ('haerae_prompts(["수도는?"], heat=1)', "*unknown sampling parameter 'heat'*"),
        ('haerae_prompts(["수도는"], continuations=[" 서울"], stop="x")', "*stop does not go with continuations"),
        ('haerae_prompts(["수도는"], continuations=None)', "*continuations are a list of texts, not None"),
        ('haerae_prompts(["수도는?"], stop=None)', "*stop is a text or several, not *None*"),
        ('haerae_prompts(["수도는?"], prompt="x")', "*unknown sampling parameter 'prompt'*"),
    ],
)
def test_a_mark_that_declares_nothing_ends_the_session_before_anything_is_asked(
    own: Path, pytester: pytest.Pytester, workers: tuple[str, ...], mark: str, words: str
) -> None:
    pytester.makepyfile(test_own=f"import pytest\n@pytest.mark.{mark}\ndef test_it(haerae_model): pass\n")
    result = pytester.runpytest_subprocess("--model=capital", *workers)
    assert result.ret == 4
    result.stderr.fnmatch_lines([f"*test_own.py::test_it: @pytest.mark.haerae_prompts: {words}"])
    assert not Path("ledger.txt").exists()


def test_an_unknown_model_ends_the_session_before_any_test(own: Path, pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_subprocess("--model=captial")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*unknown backend 'captial': did you mean 'capital'*"])


def test_a_user_s_assertion_shows_what_the_model_wrote_and_no_key(own: Path, pytester: pytest.Pytester) -> None:
    key = "sk-abcdefghijklmnopqrstuvwxyz0123"
    pytester.makepyfile(
        test_own=f"""
def test_it(haerae_model):
    key = "{key}"
    assert "부산" in haerae_model.generate("1번: 수도는?").text, key
"""
    )
    result = pytester.runpytest_subprocess("--model=capital", "--showlocals")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*assert '부산' in '0: 서울*"])
    assert key not in result.stdout.str().partition("Error")[2]


@pytest.mark.parametrize(
    ("selected", "ret"),
    [
        (["test_mixed.py::test_a"], 0),
        (["test_mixed.py", "--deselect=test_mixed.py::test_e", "--deselect=test_mixed.py::test_f"], 0),
        (["test_mixed.py"], 4),
        (["test_mixed.py::test_a", "test_mixed.py::test_f"], 4),
    ],
)
def test_a_mistake_in_a_test_beside_the_selected_ones_is_not_theirs(
    pytester: pytest.Pytester, selected: list[str], ret: int
) -> None:
    pytester.makepyfile(
        test_mixed="""
        import pytest

        def test_a(haerae_model):
            assert haerae_model.loglikelihood("대한민국의 수도는", [" 서울", " 부산"]).loglikelihoods

        @pytest.mark.haerae(dataset="answer.jsonl")
        def test_e(haerae_item):
            assert haerae_item.query

        @pytest.mark.haerae(dataset="question.jsonl")
        def test_f(haerae_verdict):
            assert haerae_verdict
        """
    )
    result = pytester.runpytest_inprocess("--model=random", *selected)
    assert result.ret == ret, result.stdout.str()
    if ret == 0:
        result.assert_outcomes(passed=1)
    else:
        named = "f: dataset question" if "::" in selected[0] else "e: dataset answer"
        result.stderr.fnmatch_lines([f"ERROR: test_mixed.py::test_{named}.jsonl: there is no such file*"])
