from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pytest_haerae.doors.command_line.main import main
from pytest_haerae.doors.command_line.same import MARGIN
from pytest_haerae.statistics.binomial import exact_interval
from pytest_haerae.statistics.margins import binary_drops, change_interval
from pytest_haerae.statistics.tests import mcnemar_two_sided
from tests.unit.report.copies.twins import length_of, report, tokens, values_of, written
from tests.unit.reports import HOSTILE, hostile, make, sample, write

UNSEEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


def shuffled(number: int) -> dict[str, object]:
    """Every fifth item has its options' values turned round, and each prompt a token less."""
    values = values_of(number)
    return {**tokens(length_of(number) - 1), "loglikelihoods": values if number % 5 else values[::-1]}


@pytest.fixture
def pair(tmp_path: Path) -> tuple[str, str]:
    return str(write(tmp_path / "a.json", report(100))), str(write(tmp_path / "b.json", report(100, shuffled)))


def test_what_is_shown(
    pair: tuple[str, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "1000")
    assert main(["same", *pair]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("A: ")
    assert lines[1].startswith("B: ")
    assert [line.split(":")[0] for line in lines[2:]] == [
        "verdict",
        "options' shares (100 items)",
        "log-likelihoods",
        "another answer",
        "accuracy",
        "seen in the items",
    ]
    assert lines[2].startswith("verdict: DIFFERENT - ")
    assert "B leaves the BOS out" in lines[-1]


@pytest.mark.parametrize("width", [40, 80, 120])
def test_lines_are_as_long_as_the_terminal_is_wide(
    pair: tuple[str, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    main(["same", *pair])
    lines = capsys.readouterr().out.splitlines()[2:]
    assert all(len(line) <= width for line in lines if " " in line.strip())


def test_as_json(pair: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["same", *pair, "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    before, after = (json.loads(Path(path).read_text(encoding="utf-8"))["samples"] for path in pair)
    rows = list(zip(before, after, strict=True))
    flips = [then["id"] for then, now in rows if then["prediction"] != now["prediction"]]
    lost = [then["id"] for then, now in rows if (then["outcome"], now["outcome"]) == ("correct", "wrong")]
    gained = [then["id"] for then, now in rows if (then["outcome"], now["outcome"]) == ("wrong", "correct")]
    assert (found["verdict"], found["margin"], found["items_to_tell"]) == ("different", MARGIN, None)
    assert (found["flips"]["items"], found["flips"]["count"], found["flips"]["n"]) == (flips, len(flips), 100)
    assert found["flips"]["ci95"] == list(exact_interval(len(flips), 100) or ())
    assert (found["accuracy"]["lost"], found["accuracy"]["gained"]) == (lost, gained)
    assert found["accuracy"]["p_value"] == mcnemar_two_sided(len(lost), len(gained))
    assert found["accuracy"]["ci95"] == list(change_interval(binary_drops(len(lost), len(gained), 100)) or ())
    assert (found["options"]["n"], found["outputs"]) == (100, None)
    assert [(cause["name"], cause["seen"]) for cause in found["causes"]] == [("bos", True)]
    assert (found["only_before"], found["only_after"], found["answered_in_one"]) == (0, 0, 0)
    assert found["before"] == {"report": pair[0], "backend": "random", "model": "random(seed=0)"}


def test_a_report_is_the_same_as_itself(pair: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["same", pair[0], pair[0]]) == 0
    out = capsys.readouterr().out
    assert "verdict: SAME - the log-likelihoods of 100 items are equal to 0.001" in out
    assert "seen in the items" not in out


def test_too_few_items_fail_where_they_are_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nearly = report(30, lambda number: {"loglikelihoods": [0.99 * value for value in values_of(number)]})
    paths = [str(write(tmp_path / name, each)) for name, each in (("a.json", report(30)), ("b.json", nearly))]
    assert main(["same", *paths]) == 0
    assert "verdict: CANNOT BE TOLD - too few items" in " ".join(capsys.readouterr().out.split())
    assert main(["same", *paths, "--inconclusive=fail"]) == 1
    capsys.readouterr()
    assert main(["same", *paths, "--json", "--margin=0.01"]) == 0
    strict = json.loads(capsys.readouterr().out)
    assert (strict["margin"], strict["items_to_tell"] > 300) == (0.01, True)
    assert main(["same", *paths, "--margin=0.3", "--inconclusive=fail"]) == 0


def test_outputs_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    paths = []
    for name, texts in (("a.json", ["B", "A", "C 입니다"]), ("b.json", ["B", "A", "C"])):
        rows = [written(number, text) for number, text in enumerate(texts)]
        paths.append(str(write(tmp_path / name, make(rows, method="string_match"))))
    assert main(["same", *paths]) == 0
    assert "outputs: 2 of 3 are equal" in capsys.readouterr().out.splitlines()


def test_what_is_not_paired_is_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = report(6, lambda number: {"outcome": "error", "error": "HTTP 503"} if number == 4 else {})
    paths = [str(write(tmp_path / name, each)) for name, each in (("a.json", report(9)), ("b.json", missing))]
    assert main(["same", *paths]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "not paired: 3 items only in A, 0 only in B" in out
    assert "answered in one of the two only: 1 item" in out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--margin=0"], "--margin: 0: name a number between 0 and 1"),
        (["--margin=2"], "--margin: 2 is not between 0 and 1; for 2 percent write 0.02"),
        (["--inconclusive=maybe"], "--inconclusive: unknown choice 'maybe'"),
    ],
)
def test_bad_options_are_one_line(
    pair: tuple[str, str], capsys: pytest.CaptureFixture[str], options: list[str], message: str
) -> None:
    assert main(["same", *pair, *options]) == 4
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_reports_that_cannot_be_held_against_each_other_are_refused(
    pair: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    generated = write(tmp_path / "c.json", make([written(0, "B")], method="string_match"))
    assert main(["same", pair[0], str(generated)]) == 4
    assert (
        "differ in method: log_likelihood, string_match; measure both with the same --method" in capsys.readouterr().err
    )
    other = write(tmp_path / "d.json", make([sample(7, key="another")]))
    assert main(["same", pair[0], str(other)]) == 4
    assert "have no answered item in common" in capsys.readouterr().err
    assert main(["same", pair[0], str(tmp_path / "none.json")]) == 4
    assert "none.json: cannot be read" in capsys.readouterr().err


def test_a_run_that_stopped_is_no_copy_of_anything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [
        str(write(tmp_path / name, each))
        for name, each in (("a.json", report(9)), ("b.json", report(1, complete=False)))
    ]
    for order in (paths, paths[::-1]):
        assert main(["same", *order, "--inconclusive=fail"]) == 4
        assert f"{paths[1]}: its run is not complete" in capsys.readouterr().err


def test_the_verdict_says_how_many_items_it_is_not_about(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [str(write(tmp_path / name, each)) for name, each in (("a.json", report(9)), ("b.json", report(1)))]
    assert main(["same", *paths]) == 0
    assert "of 1 items are equal to 0.001; 8 more items are in one of the two only" in " ".join(
        capsys.readouterr().out.split()
    )


def test_no_text_of_a_report_is_obeyed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = hostile(), hostile()
    second["info"]["method_detail"] = HOSTILE + "!"
    second["info"]["model_params"] = {HOSTILE: HOSTILE + "!"}
    second["info"]["prompt"] = HOSTILE + "!"
    second["samples"][0]["raw_output"] = "?"
    paths = [str(write(tmp_path / name, each)) for name, each in (("a.json", first), ("b.json", second))]
    assert main(["same", *paths]) in (0, 1)
    shown = capsys.readouterr()
    assert not UNSEEN.search(shown.out + shown.err)
