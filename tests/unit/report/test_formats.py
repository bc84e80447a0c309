from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_haerae.doors.command_line.main import main
from pytest_haerae.errors import UsageError
from pytest_haerae.report import formats
from pytest_haerae.report.formats import find_format, format_names, register_format
from pytest_haerae.report.schema import Report
from tests.unit.reports import make, sample, write

OUTSIDER = """
from pytest_haerae.report.formats import register_format

@register_format("ids", suffix=".txt", help="one id a line")
def write_ids(report, path):
    path.write_text("".join(f"{row['id']}\\n" for row in report["samples"]), encoding="utf-8")
"""


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test registers is forgotten after it; the package's own are registered by their files' only import."""
    for name in ("csv", "parquet"):
        find_format(name)
    monkeypatch.setattr(formats, "_FORMATS", dict(formats._FORMATS))


@pytest.fixture
def report(tmp_path: Path) -> str:
    return str(write(tmp_path / "report.json", make([sample(0), sample(1)])))


@pytest.fixture
def outsider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a module and what an installation writes beside it: this package is not touched."""
    folder = tmp_path / "site"
    info = folder / "ids_format-1.0.dist-info"
    info.mkdir(parents=True)
    (folder / "ids_format.py").write_text(OUTSIDER, encoding="utf-8")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: ids-format\nVersion: 1.0\n", encoding="utf-8")
    entries = "[pytest_haerae.formats]\nids = ids_format\nbroken = ids_format:nothing\nmute = json\nlost = no_module\n"
    (info / "entry_points.txt").write_text(entries, encoding="utf-8")
    monkeypatch.syspath_prepend(folder)
    yield folder
    sys.modules.pop("ids_format", None)


def test_the_formats_of_this_package_are_its_files() -> None:
    assert {"csv", "parquet"} <= set(format_names())
    for name in ("csv", "parquet"):
        found = find_format(name)
        assert (found.name, found.suffix) == (name, f".{name}")
        assert found.help


def test_a_decorated_function_is_a_format(report: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    @register_format("count", suffix=".count", help="how many")
    def write_count(report: Report, path: Path) -> None:
        path.write_text(str(len(report["samples"])), encoding="utf-8")

    assert "count" in format_names()
    assert main(["export", report, "--format", "count", "--output", str(tmp_path / "a.txt")]) == 0
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "2"
    assert main(["export", report, "--format", "count"]) == 0
    assert (tmp_path / "report.count").read_text(encoding="utf-8") == "2"
    assert capsys.readouterr().out.splitlines()[-1] == f"2 rows: {tmp_path / 'report.count'}"


@pytest.mark.usefixtures("outsider")
def test_an_installed_format_is_found_by_its_entry_point(report: str, tmp_path: Path) -> None:
    assert "ids" in format_names()
    assert main(["export", report, "--format=ids", f"--output={tmp_path / 'ids.txt'}"]) == 0
    assert (tmp_path / "ids.txt").read_text(encoding="utf-8") == "csat_geo-0000\ncsat_geo-0001\n"


@pytest.mark.usefixtures("outsider")
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("broken", "--format=broken: .*has no attribute 'nothing'"),
        ("mute", "--format=mute: json registers no format of this name"),
        ("lost", "--format=lost: no_module cannot be loaded: No module named 'no_module'"),
        ("parqet", "--format: unknown format 'parqet': did you mean 'parquet'\\? Valid: broken, csv, ids, "),
    ],
)
def test_what_is_no_format_is_said_in_one_line(name: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        find_format(name)
    assert "\n" not in str(caught.value)


def test_a_format_that_breaks_off_leaves_the_old_file(tmp_path: Path) -> None:
    @register_format("half", suffix=".half", help="breaks off")
    def write_half(report: Report, path: Path) -> None:
        path.write_text("half", encoding="utf-8")
        raise KeyboardInterrupt

    path = tmp_path / "old.half"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        find_format("half").write(make([]), path)
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_said_in_one_line(tmp_path: Path) -> None:
    @register_format("full", suffix=".full", help="fills the disk")
    def write_full(report: Report, path: Path) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(UsageError, match=r"a\.full: cannot be written \(No space left on device\)$"):
        find_format("full").write(make([]), tmp_path / "a.full")


def test_the_report_is_never_overwritten(report: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = Path(report).read_bytes()
    assert main(["export", report, "--csv", report]) == 4
    assert f"ERROR: --csv {report}: is the report itself" in capsys.readouterr().err
    assert Path(report).read_bytes() == before
