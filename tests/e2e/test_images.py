"""Images of questions, as a server on loopback sees them: the bytes that each row names, and nothing else."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pyarrow as arrow
import pytest
from pyarrow import parquet

from pytest_haerae.testing import ApiServer, serve
from tests.e2e.test_api import BACKENDS, command, evaluate, letter, questions, reply
from tests.helpers import SUITE, valid_report, write_questions
from tests.unit.pictures import JPEG, png

pytestmark = pytest.mark.server

COUNT = 24
ADDRESS = "https://images.example.org/cat.png?size=2"


def picture(number: int) -> bytes:
    return png((number, 7, 7))


def data_url(content: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def expected(number: int) -> list[str]:
    """What the server has to see of a question."""
    if number % 4 == 0:
        return [data_url(picture(number))]
    if number % 4 == 1:
        return [data_url(JPEG, "image/jpeg"), data_url(picture(number))]
    return [ADDRESS] if number % 4 == 2 else []


def rows(folder: Path) -> list[dict[str, Any]]:
    """Questions about a file, about two of which one is a data: URL, about an address, and about nothing."""
    (folder / "photo.jpg").write_bytes(JPEG)
    made = questions(COUNT)
    for number, row in enumerate(made):
        (folder / f"{number}.png").write_bytes(picture(number))
        cells = (f"{number}.png", ["photo.jpg", data_url(picture(number))], ADDRESS, None)
        row["image"] = cells[number % 4]
    return made


def number_of(text: str) -> int:
    return int(text.partition("번 문제")[0].split()[-1])


@BACKENDS
def test_the_server_sees_the_bytes_that_each_row_names(tmp_path: Path, backend: str) -> None:
    write_questions(tmp_path, rows(tmp_path))
    with serve(ApiServer(reply)) as server:
        result = evaluate(tmp_path, command(backend, server, "-q"))
        assert result.returncode == 0, result.stdout + result.stderr
        found: dict[int, list[str]] = {}
        for body in server.bodies:
            content = body["messages"][-1]["content"]
            parts: list[Any] = [{"type": "text", "text": content}] if isinstance(content, str) else content
            assert [part["type"] for part in parts] == ["image_url"] * (len(parts) - 1) + ["text"]
            found[number_of(str(parts[-1]["text"]))] = [part["image_url"]["url"] for part in parts[:-1]]
        assert found == {number: expected(number) for number in range(COUNT)}
        before = len(server.bodies)
        again = evaluate(tmp_path, command(backend, server, "-q", "--reuse"))
        assert (again.returncode, len(server.bodies)) == (0, before)
        # A copy under another name is the same image; another one under the same name is another.
        (tmp_path / "0.png").rename(tmp_path / "copy.png")
        text = (tmp_path / "questions.jsonl").read_text(encoding="utf-8").replace('"0.png"', '"copy.png"')
        (tmp_path / "questions.jsonl").write_text(text, encoding="utf-8")
        (tmp_path / "4.png").write_bytes(picture(99))
        evaluate(tmp_path, command(backend, server, "-q", "--reuse"))
        last: list[Any] = [body["messages"][-1]["content"] for body in server.bodies[before:]]
        assert [parts[0]["image_url"]["url"] for parts in last] == [data_url(picture(99))]
    report = valid_report(tmp_path / ".haerae/report.json")
    for sample in report["samples"]:
        assert (sample["outcome"] == "correct") is (letter(number_of(sample["input"])) == sample["reference"])
        assert len(sample.get("images", [])) == len(expected(number_of(sample["input"])))


def test_no_image_is_stored_or_shown(tmp_path: Path) -> None:
    """Neither its bytes nor their base64, in no file that the run leaves; the page names it."""
    write_questions(tmp_path, rows(tmp_path))
    with serve(ApiServer(reply)) as server:
        evaluate(tmp_path, command("openai", server, "-q", "--report-html=page.html", "--report-md=summary.md"))
    # The history keeps the report alone, which is the first of these.
    left = [*filter(Path.is_file, (tmp_path / ".haerae").iterdir()), tmp_path / "page.html", tmp_path / "summary.md"]
    inside = base64.b64encode(picture(0)).decode()[20:60]
    for file in left:
        content = file.read_bytes()
        assert picture(0)[20:] not in content
        assert inside.encode() not in content
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    report = valid_report(tmp_path / ".haerae/report.json")
    first = next(sample for sample in report["samples"] if number_of(sample["input"]) == 0)
    (image,) = first["images"]
    assert (image["name"], image["type"], image["size"]) == ("0.png", "image/png", len(picture(0)))
    assert image["sha256"] in page


def test_the_bytes_of_a_parquet_file_arrive_as_they_are(tmp_path: Path) -> None:
    made = [{**row, "image": {"bytes": picture(number), "path": "x"}} for number, row in enumerate(questions(4))]
    parquet.write_table(arrow.Table.from_pylist(made), tmp_path / "questions.parquet")
    (tmp_path / "test_mine.py").write_text(SUITE.replace(".jsonl", ".parquet"), encoding="utf-8")
    with serve(ApiServer(reply)) as server:
        assert evaluate(tmp_path, command("openai", server, "-q")).returncode == 0
        urls = {body["messages"][-1]["content"][0]["image_url"]["url"] for body in server.bodies}
    assert urls == {data_url(picture(number)) for number in range(4)}


def test_a_file_that_changes_under_the_run_is_never_sent_as_if_it_were_the_same(tmp_path: Path) -> None:
    write_questions(tmp_path, [{**row, "image": "one.png"} for row in questions(6)])
    (tmp_path / "one.png").write_bytes(picture(1))

    def swap(number: int, body: dict[str, Any]) -> str:
        (tmp_path / "one.png").write_bytes(picture(2))
        return reply(number, body)

    with serve(ApiServer(swap)) as server:
        result = evaluate(tmp_path, command("openai", server, "-q", max_concurrency=1))
        urls = {body["messages"][-1]["content"][0]["image_url"]["url"] for body in server.bodies}
    assert urls == {data_url(picture(1))}
    assert result.returncode == 1
    report = valid_report(tmp_path / ".haerae/report.json")
    assert report["metrics"]["errors"] == 5
    assert "image one.png was changed since its item was read" in json.dumps(report["samples"])


def test_a_backend_that_takes_none_says_so_before_a_model_is_loaded(tmp_path: Path) -> None:
    write_questions(tmp_path, rows(tmp_path))
    arguments = command("openai", ApiServer(reply), "-q")
    arguments[3:5] = ["--model=llamacpp"]
    result = evaluate(tmp_path, arguments)
    assert result.returncode == 4, result.stdout + result.stderr
    line = "ERROR: questions: its items have images (questions-0000 is the first), and backend 'llamacpp' takes none; "
    assert line in result.stdout + result.stderr
