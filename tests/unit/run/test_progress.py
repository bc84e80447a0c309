from __future__ import annotations

import io
import re
from types import SimpleNamespace

import pytest

from pytest_haerae.run import progress
from pytest_haerae.run.progress import ProgressLine, StreamWriter, TerminalWriter, follow, show, tell


class Recorder:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.rewritten: list[str] = []

    def write_line(self, line: str) -> None:
        self.lines.append(line)

    def rewrite(self, line: str) -> None:
        self.rewritten.append(line)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, as the one element of a list."""
    now = [100.0]
    monkeypatch.setattr(progress, "time", SimpleNamespace(perf_counter=lambda: now[0]))
    return now


def test_without_a_terminal_a_line_comes_every_ten_seconds_and_at_the_end(clock: list[float]) -> None:
    writer = Recorder()
    line = ProgressLine(writer, live=False, width=80)
    for done in range(101):
        clock[0] = 100 + done * 0.25
        line(done, 100)
    assert [text.split()[2] for text in writer.lines] == ["40/100", "80/100", "100/100"]
    assert "|" not in "".join(writer.lines), "a bar is for what moves"
    assert writer.rewritten == []


def test_a_terminals_line_is_rewritten_ten_times_a_second_and_ended(clock: list[float]) -> None:
    writer = Recorder()
    line = ProgressLine(writer, live=True, width=60)
    for done in range(101):
        clock[0] = 100 + done / 64
        line(done, 100)
    assert len(writer.rewritten) == 100 // 7 + 1
    assert "100/100" in writer.rewritten[-1]
    assert writer.lines == [""]
    assert all(len(text) < 60 for text in writer.rewritten)


def test_what_the_store_had_counts_for_no_rate(clock: list[float]) -> None:
    writer = Recorder()
    line = ProgressLine(writer, live=False, width=200)
    line(900, 1000)
    clock[0] += 10
    line(950, 1000)
    assert "950/1000" in writer.lines[0]
    assert " 5.00 items/s" in writer.lines[0]
    assert len(writer.lines[0]) < 100


def test_nothing_is_written_where_all_was_stored_or_silence_is_asked_for(clock: list[float]) -> None:
    writer = Recorder()
    ProgressLine(writer, live=False, width=80)(10, 10)
    assert writer.lines == []
    quiet = ProgressLine(None, live=True, width=80)
    quiet(0, 2)
    clock[0] += 60
    quiet(2, 2)


def test_a_streams_lines_are_rewritten_in_place() -> None:
    stream = io.StringIO()
    writer = StreamWriter(stream)
    writer.rewrite("one")
    writer.rewrite("two")
    writer.write_line("")
    assert stream.getvalue() == "\r\x1b[2Kone\r\x1b[2Ktwo\n"


def test_pytests_reporter_is_asked_to_erase_what_it_rewrites() -> None:
    calls: list[object] = []
    plugin = SimpleNamespace(
        isatty=1,
        ensure_newline=lambda: calls.append("newline"),
        write_line=calls.append,
        rewrite=lambda line, *, erase: calls.append((line, erase)),
    )
    writer = TerminalWriter(plugin)
    writer.ensure_newline()
    writer.write_line("a")
    writer.rewrite("b")
    assert (writer.isatty, calls) == (True, ["newline", "a", ("b", True)])


def test_progress_is_seen_at_once() -> None:
    class Stream(io.StringIO):
        seen = ""

        def flush(self) -> None:
            self.seen = self.getvalue()

    stream = Stream()
    writer = StreamWriter(stream)
    writer.write_line("one")
    assert stream.seen == "one\n"
    writer.rewrite("two")
    assert stream.seen == "one\n\r\x1b[2Ktwo"


def test_a_line_says_whose_it_is_and_leaves_the_last_column_free(clock: list[float]) -> None:
    writer = Recorder()
    line = ProgressLine(writer, live=True, width=80)
    line(0, 4)
    clock[0] += 10
    line(1, 4)
    assert writer.rewritten[0].startswith("haerae:  25%|")
    assert len(writer.rewritten[0]) == 79


WORDS = ["3 errors", "acc 0.512", "0.0123 USD", "12.3k tokens"]


@pytest.mark.parametrize("live", [True, False])
@pytest.mark.parametrize("words", [[], WORDS, WORDS * 9], ids=len)
@pytest.mark.parametrize(("total", "seconds"), [(8, 0.0), (319, 10.0), (35_000, 60.0), (35_000, 90_000.0)])
def test_no_line_is_so_wide_that_a_terminal_breaks_it(
    clock: list[float], words: list[str], total: int, seconds: float, live: bool
) -> None:
    for width in (20, 40, 60, 80, 100, 200):
        writer = Recorder()
        line = ProgressLine(writer, live=live, width=width)
        follow(line, lambda done: words)
        for done in (0, total // 4, total):
            line(done, total)
            clock[0] += seconds
        shown = [*writer.rewritten, *(text for text in writer.lines if text)]
        assert shown
        assert max(map(len, shown)) < width
        assert all(text.isascii() for text in shown), "block characters take two columns in some terminals"


@pytest.mark.parametrize(
    ("width", "words", "expected"),
    [
        (100, WORDS[1:2], "haerae:  25%|…| 80/319 [00:10<00:29,  8.00 items/s], acc 0.512"),
        (80, WORDS[1:2], "haerae:  25%|…| 80/319 [00:10<00:29,  8.00 items/s], acc 0.512"),
        (80, WORDS[:2], "haerae: 25% 80/319 [00:10<00:29, 8.00 items/s], 3 errors, acc 0.512"),
        (80, WORDS, "haerae 80/319 <00:29 8.00/s, 3 errors, acc 0.512, 0.0123 USD, 12.3k tokens"),
        (82, WORDS, "haerae 80/319, 00:29 left, 8.00/s, 3 errors, acc 0.512, 0.0123 USD, 12.3k tokens"),
        (72, WORDS, "haerae 80/319 <00:29 8.00/s, 3 errors, acc 0.512, 0.0123 USD"),
        (60, WORDS, "haerae 80/319 <00:29 8.00/s, 3 errors, acc 0.512"),
        (60, WORDS[:2], "haerae 80/319, 00:29 left, 8.00/s, 3 errors, acc 0.512"),
        (40, WORDS, "haerae 80/319 <00:29 8.00/s, 3 errors"),
        (40, WORDS[1:], "haerae 80/319 <00:29 8.00/s, acc 0.512"),
        (40, [], "haerae 80/319, 00:29 left, 8.00/s"),
        (30, WORDS, "haerae 80/319 <00:29 8.00/s"),
        (20, WORDS, "haerae 80/319 <00:2"),
    ],
)
def test_the_most_important_is_said_where_not_all_of_it_fits(
    clock: list[float], width: int, words: list[str], expected: str
) -> None:
    writer = Recorder()
    line = ProgressLine(writer, live=True, width=width)
    follow(line, lambda done: words)
    line(0, 319)
    clock[0] += 10
    line(80, 319)
    (shown,) = writer.rewritten
    assert re.sub(r"\|[# ]+\|", "|…|", shown) == expected
    assert len(shown) == width - 1 or "|" not in shown, "the bar takes what is left"


def test_what_is_said_is_asked_for_only_where_a_line_is_shown(clock: list[float]) -> None:
    asked: list[int] = []

    def words(done: int) -> list[str]:
        asked.append(done)
        return []

    for line in (ProgressLine(Recorder(), live=True, width=80), ProgressLine(None, live=True, width=80)):
        follow(line, words)
        for done in range(1000):
            line(done, 2000)
    assert asked == []
    follow(lambda done, total: None, words)


def test_no_line_of_the_batch_is_obeyed_by_the_terminal() -> None:
    recorder = Recorder()
    TerminalWriter(SimpleNamespace(isatty=False, write_line=recorder.write_line)).write_line("::error::a\x1b[2J\nb")
    assert recorder.lines == [r"\::error::a\x1b[2J\nb"]


def test_a_line_is_told_where_progress_is_shown_or_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    writer = Recorder()
    tell(ProgressLine(writer, live=False, width=80), "a line")
    tell(ProgressLine(None, live=False, width=80), "a line that nobody wants")
    tell(lambda done, total: None, "another line")
    assert writer.lines == ["a line"]
    assert capsys.readouterr().err == "another line\n"


def test_what_is_waited_for_takes_the_live_lines_place(clock: list[float]) -> None:
    writer = Recorder()
    line = ProgressLine(writer, live=True, width=12)
    for said in ("waiting: 1", "waiting: 1", "waiting: 2 of so many"):
        show(line, said)
    assert writer.rewritten == ["waiting: 1", "waiting: 2 "]
    tell(line, "done")
    assert (writer.rewritten[-1], writer.lines) == ("", ["done"])


def test_what_is_waited_for_is_a_line_every_ten_seconds_where_it_changed(clock: list[float]) -> None:
    writer = Recorder()
    line = ProgressLine(writer, live=False, width=80)
    for second, said in enumerate(["a"] * 30 + ["b"] * 5 + ["c"] * 20):
        clock[0] = 100 + second
        show(line, said)
    assert writer.lines == ["a", "b", "c"]


def test_what_is_waited_for_is_shown_nowhere_else(capsys: pytest.CaptureFixture[str]) -> None:
    show(ProgressLine(None, live=True, width=80), "waiting")
    show(lambda done, total: None, "waiting")
    assert capsys.readouterr() == ("", "")
