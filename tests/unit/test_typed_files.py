from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from pytest_haerae import typed_files
from pytest_haerae.config.options import BY_NAME
from pytest_haerae.errors import UsageError
from pytest_haerae.typed_files import (
    OWN_FOLDER,
    make_folder,
    named_path,
    read_own_text,
    read_own_toml,
    read_typed,
    read_typed_text,
    typed_path,
)


@pytest.mark.parametrize("path", [".haerae", ".haerae/more/reports", "project/.haerae"])
def test_the_folder_of_its_own_is_made_for_this_machine_alone(tmp_path: Path, path: str) -> None:
    made = tmp_path / path
    make_folder(made)
    own = next(each for each in (made, *made.parents) if each.name == OWN_FOLDER)
    assert (own / ".gitignore").read_text(encoding="utf-8") == "*\n"
    (own / ".gitignore").write_text("!report.json\n", encoding="utf-8")
    make_folder(made)
    assert (own / ".gitignore").read_text(encoding="utf-8") == "!report.json\n", "there already, it is the user's"
    assert BY_NAME["store"].default.parent == BY_NAME["output_file"].default.parent == Path(OWN_FOLDER)


def test_other_folders_are_as_they_are_made(tmp_path: Path) -> None:
    make_folder(tmp_path / "reports" / "today")
    assert list((tmp_path / "reports").rglob("*")) == [tmp_path / "reports" / "today"]


def test_a_name_as_typed_is_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "q").touch()
    assert typed_path("--x", "~/q") == named_path("~/q") == tmp_path / "q"
    assert typed_path("--x", tmp_path / "none") == tmp_path / "none"
    assert named_path(str(tmp_path / "none")) is None


@pytest.mark.parametrize(
    ("name", "error"), [("a" * 300, "File name too long"), ("~nobody-has-it/q", "there is no such home folder")]
)
def test_a_name_that_no_file_has_is_told_in_words(name: str, error: str) -> None:
    with pytest.raises(UsageError, match=rf"^--x: .*{error}"):
        typed_path("--x", name)
    with pytest.raises(OSError, match=error):
        read_typed(Path(name))
    assert named_path(name) is None


def test_a_file_is_read_as_it_is(tmp_path: Path) -> None:
    content = os.urandom(3_000_000)
    (tmp_path / "a").write_bytes(content)
    assert read_typed(tmp_path / "a") == content
    (tmp_path / "b").write_bytes("가\r\n나\r다\n".encode())
    assert read_typed_text(tmp_path / "b") == (tmp_path / "b").read_text(encoding="utf-8")


@pytest.mark.parametrize("delay", [0.0, 0.3])
def test_a_pipe_is_read_to_its_end_also_where_its_writer_comes_late_and_writes_slowly(
    tmp_path: Path, delay: float
) -> None:
    os.mkfifo(tmp_path / "p")
    pieces = [b"a" * 70_000, b"b", b"c" * 70_000]

    def write() -> None:
        time.sleep(delay)
        with (tmp_path / "p").open("wb", buffering=0) as pipe:
            for piece in pieces:
                time.sleep(delay / 3)
                pipe.write(piece)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert read_typed(tmp_path / "p") == b"".join(pieces)
    finally:
        writer.join()


def test_a_pipe_that_nobody_writes_to_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typed_files, "_PATIENCE", 0.1)
    os.mkfifo(tmp_path / "p")
    with pytest.raises(OSError, match="nobody writes to") as raised:
        read_typed(tmp_path / "p")
    assert not isinstance(raised.value, BrokenPipeError), "which is what a reader who has left leaves"


def test_a_pipe_without_end_is_not_read_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typed_files, "_MOST", 1 << 20)
    reader, writer = os.pipe()
    with os.fdopen(writer, "wb", buffering=0) as pipe, os.fdopen(reader, "rb"):
        thread = threading.Thread(target=pipe.write, args=(b"a" * ((1 << 20) + 1),))
        thread.start()
        with pytest.raises(OSError, match="a pipe with more than"):
            read_typed(Path(f"/dev/fd/{reader}"))
        thread.join()


@pytest.mark.parametrize(("path", "error"), [("/dev/zero", "a device"), ("", "directory"), ("none", "No such file")])
def test_what_is_no_file_is_refused_in_words(tmp_path: Path, path: str, error: str) -> None:
    with pytest.raises(OSError, match=error):
        read_typed(tmp_path / path)


def test_what_a_user_wrote_is_read_or_refused_in_one_line(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    with pytest.raises(UsageError, match=r"^--prompt own\.toml: there is no such file$"):
        read_own_text(own, "--prompt own.toml")
    with pytest.raises(UsageError, match=r"^place: cannot be read: Is a directory$"):
        read_own_toml(tmp_path, "place")
    own.write_bytes('\ufeff이름 = "값"\r\n'.replace("이름", "name").encode())
    assert read_own_text(own, "place") == 'name = "값"\n'
    assert read_own_toml(own, "place") == {"name": "값"}
    own.write_bytes("name = 값".encode("cp949"))
    with pytest.raises(UsageError, match=r"^place: byte 7 is not UTF-8$"):
        read_own_toml(own, "place")
    own.write_text("name =", encoding="utf-8")
    with pytest.raises(UsageError, match=r"^place: malformed TOML: "):
        read_own_toml(own, "place")
