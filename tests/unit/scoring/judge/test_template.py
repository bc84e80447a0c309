from __future__ import annotations

from pathlib import Path

import pytest

from pytest_haerae.errors import ScorerFailure, UsageError
from pytest_haerae.scoring.judge.reading import read_choice
from pytest_haerae.scoring.judge.template import find_template, template_names

GOOD = """
kind = "score"
lowest = 1
highest = 5
passes_from = 4
text = "{question} / {answer} / {{answer}}"
again = "점수만"
"""
CHOICE = 'kind = "choice"\ntext = "{answer}"\nagain = "x"\n[verdicts]\nYES = "correct"\n'


@pytest.mark.parametrize("name", template_names())
def test_each_of_the_package_is_sound_and_has_a_twin_in_the_other_language(name: str) -> None:
    found = find_template(name)
    stem, language = name.rsplit("_", 1)
    assert find_template(f"{stem}_{'en' if language == 'ko' else 'ko'}").kind == found.kind
    # What the judge is shown as an example is no verdict on its own: nothing but its answer is read.
    assert found.system or stem == "score5", "which a model of KUDGE is asked with, without a judge's system message"
    assert found.again
    if found.kind == "choice":
        assert read_choice(f"[[{next(iter(found.verdicts))}]]", tuple(found.verdicts))


def test_a_file_is_read_and_filled_in_in_one_pass(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD, encoding="utf-8")
    found = find_template(str(path))
    assert found.fill({"question": "{answer}", "answer": "가"}) == "{answer} / 가 / {answer}"
    assert (found.share(1), found.share(4), found.share(5)) == (0, 0.75, 1)
    with pytest.raises(ScorerFailure, match="the item has no question"):
        found.fill({"answer": "가"})


def test_what_decides_a_verdict_decides_the_fingerprint(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    prints = []
    for text in (
        GOOD,
        f'description = "x"\n{GOOD}',
        GOOD.replace("점수만", "점수를"),
        GOOD.replace("from = 4", "from = 3"),
    ):
        path.write_text(text, encoding="utf-8")
        prints.append(find_template(str(path)).fingerprint)
    assert prints[0] == prints[1]
    assert len(set(prints)) == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD + "lowst = 1", "unknown field 'lowst': did you mean 'lowest'"),
        (GOOD.replace("score", "scale"), "kind: unknown kind 'scale'"),
        (GOOD.replace("{answer} / ", ""), r"holds no \{answer\}"),
        (GOOD + '\n[absent]\nreferense = "x"', "absent: unknown placeholder 'referense'"),
        (GOOD + "\n[absent]\nreference = 1", "absent: reference is a text"),
        (GOOD.replace("{question}", "{qestion}"), "unknown placeholder 'qestion': did you mean 'question'"),
        (GOOD.replace("highest = 5", "highest = 1"), "lowest 1 is not below highest 1"),
        (GOOD.replace("passes_from = 4", "passes_from = 6"), "passes_from 6 is not between 1 and 5"),
        (GOOD.replace("lowest = 1\n", ""), "has lowest, highest and passes_from"),
        (GOOD.replace("lowest = 1", 'lowest = "1"'), "lowest is a number"),
        (GOOD.replace('again = "점수만"', ""), "has no field 'again'"),
        (GOOD.replace('"score"', '"choice"'), "no word stands for an answer that is right"),
        ('kind = "choice"\ntext = "{answer}"\nagain = "x"\n[verdicts]\nA = "right"', "verdicts: A: unknown outcome"),
        (GOOD.replace("highest = 5", "highest = inf"), "lowest and highest are finite numbers"),
        (CHOICE + '"[[A]]" = "wrong"', r"verdicts: '\[\[A\]\]' is no word"),
        (CHOICE + '" " = "wrong"', "verdicts: ' ' is no word"),
        (CHOICE + 'a-B = "correct"\nA_b = "wrong"', "verdicts: a-B and A_b are read as the same word"),
        ("kind = ", "malformed TOML"),
    ],
)
def test_what_is_wrong_with_a_file_is_named(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=words):
        find_template(str(path))


def test_a_name_that_is_unknown_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="unknown judge template 'score_kr': did you mean 'score_ko'"):
        find_template("score_kr")
