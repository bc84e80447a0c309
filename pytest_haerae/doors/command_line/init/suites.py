"""The suites that ``init`` writes: the package's own, or one for data of the user's."""

from __future__ import annotations

import itertools
import json
import os
import re
from importlib.util import find_spec
from pathlib import Path

from pytest_haerae.doors.command_line.init.files import Plan
from pytest_haerae.errors import UsageError

_SUITE = '''"""A suite of questions of one's own."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae({what})
def {name}(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
'''
_NAMED = 3


def of_the_package(folder: Path) -> Plan:
    """All suites of the package; a folder that has modules already stays as it is.

    Raises:
        UsageError: It is no folder, or this installation has no suites.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder}: is a file; name a folder")
    there = sorted(path.name for path in folder.glob("*.py"))
    if there:
        named = ", ".join(there[:_NAMED]) + (f" and {len(there) - _NAMED} more" if len(there) > _NAMED else "")
        return Plan(kept=[f"{folder}: has modules already and stays as it is ({named})"])
    source = _source()
    files = {
        folder / path.relative_to(source): path.read_text(encoding="utf-8") for path in sorted(source.rglob("*.py"))
    }
    count = sum(path.name.startswith("test_") for path in files)
    return Plan(files, [f"{folder}: {count} suites, of HAE-RAE Bench and of all other benchmarks"])


def _source() -> Path:
    """Where the suites are: in the installed package, or beside it in a checkout."""
    spec = find_spec("pytest_haerae.suites")
    installed = [Path(place) for place in (spec.submodule_search_locations or ()) if spec] if spec else []
    package = find_spec("pytest_haerae")
    beside = [Path(package.origin).parents[1] / "suites"] if package and package.origin else []
    for place in (*installed, *beside):
        if (place / "test_dataset.py").is_file():
            return place
    raise UsageError("the suites are not in this installation of pytest-haerae: install it again")


def path_of(data: str) -> Path:
    """The file or folder that ``--data`` names.

    Raises:
        UsageError: There is none.
    """
    from pytest_haerae.data.paths import nearest
    from pytest_haerae.data.tables import READERS
    from pytest_haerae.typed_files import typed_path

    path = typed_path(f"--data {data}", data)
    if not path.exists():
        alike = nearest(path, tuple(READERS))
        hint = f"; did you mean {alike}?" if alike else ""
        raise UsageError(f"--data {data}: there is no such file or folder{hint}")
    return path


def for_data(data: str, folder: Path, columns: str | None = None) -> Plan:
    """A suite for a file or folder of questions, which is read once to see that it can be.

    Module names are in ASCII, so that those of two files may be equal: then the second one gets a number.

    Args:
        data: The file or folder.
        folder: The suites' folder.
        columns: What its columns mean, as ``--dataset-columns`` says it; None to recognise them.

    Raises:
        UsageError: It cannot be read.
    """
    from pytest_haerae.catalogue.datasets import open_items
    from pytest_haerae.config.options import BY_NAME

    path = path_of(data)
    described = None if columns is None else BY_NAME["dataset_columns"].parse("--dataset-columns", columns)
    loader = open_items(str(path.resolve()), columns=described)
    count = sum(len(loader.items(subset)) for subset in loader.dataset.subsets())
    dataset = json.dumps(Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix(), ensure_ascii=False)
    stem = "test_" + (re.sub(r"[^A-Za-z0-9]+", "_", path.stem).strip("_").lower() or "questions")
    what = f"dataset={dataset}"
    if columns is not None:
        what += f", columns={json.dumps(columns, ensure_ascii=False)}"
    for number in itertools.count(1):
        name = stem if number == 1 else f"{stem}_{number}"
        suite = folder / f"{name}.py"
        if not suite.exists():
            break
        there = suite.read_text(encoding="utf-8", errors="replace")
        if f"dataset={dataset}" in there:
            lacks = f"; to it belongs: {what}" if columns is not None and what not in there else ""
            return Plan(kept=[f"{suite}: asks {path} and stays as it is{lacks}"])
    text = _SUITE.format(what=what, name=name)
    return Plan({suite: text}, [f"{suite}: asks the {count} question{'s' if count != 1 else ''} of {path}"])
