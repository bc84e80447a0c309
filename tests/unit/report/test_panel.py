from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pytest_haerae.config.run_config import build_config
from pytest_haerae.report import panel as module
from pytest_haerae.report.panel import NO_AGREEMENT, warn_of_judges, with_panel
from pytest_haerae.run.plan import Plan, make_plan
from pytest_haerae.statistics.scores import make_metrics
from pytest_haerae.types import Sample, Verdict
from tests.unit.reports import samples_of


def pairs(of_own: float, of_other: float, count: int = 20) -> list[Sample]:
    """Answers that a judge of the model's family and another one compared with others, with these scores."""
    own, other = (Verdict("wrong", score=score, order_scores=(score, score)) for score in (of_own, of_other))
    return [
        replace(sample, verdict=replace(sample.verdict, panel=(("own", own), ("other", other))))
        for sample in samples_of({"a": "c" * count})
    ]


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "not-needed")


def plan_of(tmp_path: Path, *, both: bool = True) -> Plan:
    lines = ["[tool.pytest-haerae.models]"]
    names = {"own": "gpt-5", "other": "claude-5"}
    lines += [f'{name} = {{model = "openai", model_params = {{model_name = "{at}"}}}}' for name, at in names.items()]
    (tmp_path / "pyproject.toml").write_text("\n".join(lines), encoding="utf-8")
    raw = {"model": "openai", "model_params": {"model_name": "gpt-4o"}, "evaluator_params": {"scorer": "judge"}}
    return make_plan(build_config({**raw, "judge": "own,other" if both else "own"}, tmp_path))


def test_a_preference_is_warned_of_beside_the_family(tmp_path: Path) -> None:
    plan = plan_of(tmp_path)
    family, preference = warn_of_judges(plan, pairs(1.0, 0.5))
    assert "the judge (gpt-5) is of the same family as the model (gpt-4o)" in family
    assert preference.startswith("the judge own puts its own family's answers before the others by 1.000 [")
    assert preference.endswith("more than the judges of other families do (20 pairs)")
    assert len(warn_of_judges(plan, pairs(0.5, 0.5))) == 1
    assert len(warn_of_judges(plan_of(tmp_path, both=False), [])) == 1


def test_a_missing_library_is_noted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    samples = pairs(1.0, 0.5)
    found, notes = with_panel(make_metrics(samples), samples)
    assert (list(found["panel"]["judges"]), notes) == (["own", "other"], [])
    monkeypatch.setattr(module, "has_nltk", lambda: False)
    assert with_panel(make_metrics(samples), samples)[1] == [NO_AGREEMENT]
    plain = samples_of({"a": "cw"})
    assert with_panel(make_metrics(plain), plain) == (make_metrics(plain), [])
