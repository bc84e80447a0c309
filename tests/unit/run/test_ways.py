from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from pytest_haerae.backends.random import RandomBackend
from pytest_haerae.config.run_config import build_config
from pytest_haerae.errors import UsageError
from pytest_haerae.run.plan import Part, make_plan
from pytest_haerae.run.ways import LeftOut, Way, check_probes, ways_of
from pytest_haerae.types import Capability, Item, Turn
from tests.unit.fakes import item


class Writes(RandomBackend):
    """Scores nothing."""

    methods: ClassVar[frozenset[Capability]] = frozenset({"generate"})


def part(folder: Path, **options: Any) -> Part:  # noqa: ANN401 - an option's value
    return make_plan(build_config({"model": "random", **options}, folder)).first


def test_an_item_is_asked_in_the_orders_after_its_own(tmp_path: Path) -> None:
    found = ways_of(part(tmp_path, shuffle_options=3), item(1))["shuffle_options"]
    assert not isinstance(found, str)
    assert [(way.probe, way.number, way.prompt) for way in found] == [("shuffle_options", n, None) for n in (1, 2)]
    assert {way.order for way in found} == {(1, 2, 0), (2, 0, 1)}
    asked = Way("shuffle_options", 1, order=(1, 2, 0)).asks(item(1))
    assert (asked.options, asked.labels, asked.reference) == (("나", "다", "가"), ("A", "B", "C"), "A")
    assert "(A) 나\n(B) 다\n(C) 가" in asked.query


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (item(options=None, labels=None, reference="봄"), "no_options"),
        (item(options=("가", "나", "가")), "alike"),
        (item(options=("가", "나", "위의 모두")), "about_each_other"),
        (item(options=("A. 가", "B. 나", "C. 다")), "own_labels"),
        (item(query="가, 나, 다 가운데 옳은 것은?"), "not_found"),
        (item(turns=(Turn("하나?"), Turn("둘?"))), "conversation"),
    ],
)
def test_what_cannot_be_shuffled_is_left_out_with_the_reason(asked: Item, reason: LeftOut, tmp_path: Path) -> None:
    assert ways_of(part(tmp_path, shuffle_options=2), asked) == {"shuffle_options": reason}


def test_an_item_is_asked_by_the_prompts_beside_the_runs_own(tmp_path: Path) -> None:
    asked = part(tmp_path, prompts="letter,cot,hret")
    assert asked.prompt.name == "letter"
    found = ways_of(asked, item())["prompts"]
    assert [way.prompt and way.prompt.name for way in found if isinstance(way, Way)] == ["cot", "hret"]
    own = item()
    assert all(way.asks(own) is own for way in found if isinstance(way, Way))
    assert part(tmp_path, prompts="letter,cot", prompt="hret").prompt.name == "hret"
    assert ways_of(asked, replace(own, turns=(Turn("하나?"), Turn("둘?")))) == {"prompts": "conversation"}


def test_without_a_probe_there_is_no_other_way(tmp_path: Path) -> None:
    assert ways_of(part(tmp_path), item()) == {}
    check_probes(build_config({"model": "random"}, tmp_path), RandomBackend, [], object())


def test_probes_of_what_is_not_asked_are_refused(tmp_path: Path) -> None:
    config = build_config({"model": "random", "shuffle_options": 2, "prompts": "letter,cot"}, tmp_path)
    with pytest.raises(UsageError, match=r"--shuffle-options and --prompts: .*--responses"):
        check_probes(config, RandomBackend, [], object())
    with pytest.raises(UsageError, match="--shuffle-options: the scorer judge asks a second model"):
        part(tmp_path, shuffle_options=2, judge="random", evaluator_params="scorer=judge")
    with pytest.raises(UsageError, match="--probe-order: backend 'random' scores no texts"):
        check_probes(build_config({"model": "random", "probe_order": 2}, tmp_path), Writes, [], None)
    with pytest.raises(UsageError, match=r"--probe-order: .* --batch-api"):
        check_probes(
            build_config({"model": "random", "probe_order": 2, "batch_api": True}, tmp_path), RandomBackend, [], None
        )
    with pytest.raises(UsageError, match="--prompts=letter: there is no other prompt"):
        part(tmp_path, prompts="letter")
    with pytest.raises(UsageError, match="--prompt=kobest is for --method=log_likelihood only"):
        part(tmp_path, prompts="letter,kobest")
    with pytest.raises(UsageError, match="unknown prompt 'lettre'"):
        part(tmp_path, prompts="letter,lettre")
