"""Attacks: each ends in time, with its exit code and its words, and leaves no trace that it must not leave."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.e2e.hostile.always import faults
from tests.e2e.hostile.attack import Attack, carry_out
from tests.e2e.hostile.rows import KINDS

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(sys.platform != "linux", reason="what is left behind is looked for in /proc"),
]

ATTACKS = [pytest.param(attack, id=f"{kind}: {attack.name}") for kind, rows in KINDS.items() for attack in rows]


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack(tmp_path: Path, attack: Attack) -> None:
    result = carry_out(attack, tmp_path)
    found = list(faults(attack, result))
    assert not found, "\n".join([*found, "", result.text[-3000:]])
    if attack.expect:
        attack.expect(result)


def test_there_are_enough_of_each_kind_and_none_is_there_twice() -> None:
    names = Counter(attack.name for rows in KINDS.values() for attack in rows)
    assert not [name for name, count in names.items() if count > 1]
    assert len(names) >= 70
