"""The documentation: its blocks are run, its flags and parameters exist, its links lead somewhere.

A console block is run command by command in a folder that has the project's suites, reports to compare, and an ini file
in which the embedded sample stands in for HAE-RAE Bench. A block is left out only by a comment with a reason before it
(``<!-- not run: REASON -->``); its flags and model parameters are checked all the same. ``<!-- file: NAME -->`` saves a
block for the commands after it, ``<!-- output -->`` is held against what the command before it printed. ``pip install``
builds the page's package and puts it where this page's commands find it. Korean pages have the blocks of the English
ones, so these are run once.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from pytest_haerae import Evaluator
from pytest_haerae.backends.registry import backend_names, find_backend, validate_parameters
from pytest_haerae.config.options import OPTIONS
from pytest_haerae.config.parsing import parse_mapping
from pytest_haerae.doors.command_line import all_commands
from pytest_haerae.testing import ApiServer, serve
from tests.helpers import ROOT, valid_report
from tests.integration.markdown import PAGES, Block, Command, blocks, commands, english, prose

CONSOLE = ("console", "bash")
DATA: dict[str, Callable[[str], Any]] = {"yaml": yaml.safe_load, "toml": tomllib.loads, "json": json.loads}
ADDRESSES = ("http://localhost:8000/v1", "https://api.example.com/v1")
INSTALLED = "site-packages"
"""Where a page's own package is installed, below the reader's folder."""
REPORTS = ("base.json", "before.json", "baseline.json", "after.json", "report.json", ".haerae/report.json")
FLAG = re.compile(r"(?<![\w-])--[a-zA-Z][\w-]*")
FOREIGN = {"--data", "--buckets", "--items", "--few-shot", "--contenders", "--backend", "--tx"} | {
    "--section",
    "--again",
    "--kmmlu",
    "--vllm-python",
    "--rehearse",
}
"""Flags of other programs: the benchmarks' and xdist's."""
SPELLED_OTHERWISE = {"--junitxml"}
"""Flags of pytest that its help spells otherwise."""
RUN = [page for page in PAGES if english(page) is None and any(block.mark != "not run" for block in blocks(page))]
LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)")


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two runs over the sample, of the items that the ini file leaves."""
    folder = tmp_path_factory.mktemp("reports")
    for seed in (0, 1):
        Evaluator(progress=False).run(
            "random",
            {"seed": seed},
            dataset="sample",
            limit=6,
            store=folder / f"{seed}.sqlite",
            output_file=folder / f"{seed}.json",
        )
    return folder / "0.json", folder / "1.json"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A server on loopback that stands in for every API."""
    server = ApiServer(lambda question, body: "정답: (A)", numbered=False)
    with serve(server):
        yield server.address


@dataclass
class Walk:
    """A reader who types one page's blocks, from the first to the last."""

    folder: Path
    address: str
    printed: str = ""
    saved: set[str] = field(default_factory=set)

    def prepare(self, reports: tuple[Path, Path]) -> None:
        shutil.copytree(ROOT / "suites", self.folder / "suites", ignore=shutil.ignore_patterns("__pycache__"))
        ini = "[pytest]\nhaerae_dataset = sample\nhaerae_limit = 6\n"
        (self.folder / "pytest.ini").write_text(ini, encoding="utf-8")
        (self.folder / ".haerae").mkdir()
        for name in REPORTS:
            shutil.copy(reports[name in ("after.json", "report.json", ".haerae/report.json")], self.folder / name)

    def type(self, block: Block) -> None:
        if block.mark == "not run":
            return
        if block.mark == "file":
            path = self.folder / block.word
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.local(block.text), encoding="utf-8")
            self.saved.add(block.word)
        elif block.mark == "output":
            self.compare(block)
        elif block.language == "python":
            self.run(block, [sys.executable, "-c", self.local(block.text)], {}, 0)
        elif block.language in CONSOLE:
            for command in commands(block):
                arguments = [self.local(word) for word in self.program(block, command)]
                self.run(block, arguments, dict(command.environment), command.exit_code)

    def local(self, text: str) -> str:
        for known in ADDRESSES:
            text = text.replace(known, self.address)
        return text

    def program(self, block: Block, command: Command) -> list[str]:
        name, *rest = command.arguments
        found = {
            "pytest": [sys.executable, "-m", "pytest"],
            "python": [sys.executable],
            "pip": [sys.executable, "-m", "pip"],
            "pytest-haerae": [str(Path(sys.executable).with_name("pytest-haerae"))],
        }
        assert name in found, f"{block}: there is no way to run {name!r} here; mark the block with the reason"
        self.saved.clear()
        return [*found[name], *rest, *(self.aside() if name == "pip" else ())]

    def aside(self) -> list[str]:
        """What keeps pip from the network and from this environment: the package is built, and put into a folder."""
        return ["--quiet", "--no-index", "--no-deps", "--no-build-isolation", f"--target={self.folder / INSTALLED}"]

    def run(self, block: Block, arguments: list[str], environment: dict[str, str], exit_code: int) -> None:
        result = subprocess.run(
            arguments,
            cwd=self.folder,
            env={
                **os.environ,
                "OPENAI_API_KEY": "of-the-environment",
                "OPENAI_BASE_URL": self.address,
                "OPENAI_API_BASE": self.address,
                "HF_HUB_OFFLINE": "1",
                "COLUMNS": "80",
                "PYTHONPATH": os.pathsep.join(
                    filter(None, [str(self.folder / INSTALLED), os.environ.get("PYTHONPATH")])
                ),
                **environment,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        self.printed = result.stdout
        assert result.returncode == exit_code, f"{block}: {arguments}\n{result.stdout}{result.stderr}"
        assert "of-the-environment" not in result.stdout + result.stderr

    def compare(self, block: Block) -> None:
        for line in block.text.splitlines():
            pattern = re.escape(line.rstrip()).replace("…", ".*")
            assert re.search(f"^{pattern} *$", self.printed, re.MULTILINE), f"{block}: {line!r} in\n{self.printed}"


@pytest.mark.server
@pytest.mark.parametrize("page", RUN)
def test_the_blocks_of_a_page_run(page: str, tmp_path: Path, reports: tuple[Path, Path], address: str) -> None:
    walk = Walk(tmp_path, address)
    walk.prepare(reports)
    for block in blocks(page):
        walk.type(block)
    unused = [name for name in walk.saved if not name.endswith((".yml", ".yaml", ".toml"))]
    assert not unused, f"{page}: no command follows that could use {unused}"
    for report in tmp_path.glob("*.json"):
        valid_report(report)


@pytest.mark.parametrize("page", [page for page in PAGES if english(page)])
def test_a_korean_page_has_the_blocks_of_the_english_one(page: str) -> None:
    assert [content(block) for block in blocks(page)] == [content(block) for block in blocks(english(page) or "")]


def content(block: Block) -> object:
    """What a block does: its comments may be in either language."""
    marked = block.language, block.mark, "" if block.mark == "not run" else block.word
    if block.language in CONSOLE:
        return marked, commands(block)
    if block.language == "python":
        return marked, ast.dump(ast.parse(block.text))
    return marked, block.text


@pytest.mark.parametrize("page", PAGES)
def test_every_block_is_run_or_says_why_not(page: str) -> None:
    for block in blocks(page):
        assert block.mark in ("", "not run", "file", "output"), f"{block}: unknown mark {block.mark!r}"
        if block.mark == "not run":
            assert len(block.word) > 10, f"{block}: give the reason"
        if not block.mark:
            assert block.language in ("python", *CONSOLE, *DATA), f"{block}: a block of {block.language!r} needs a mark"
        if block.language in DATA:
            DATA[block.language](block.text)
        if block.language == "python":
            compile(block.text, str(block), "exec")


@cache
def pytest_flags() -> frozenset[str]:
    text = subprocess.run([sys.executable, "-m", "pytest", "--help"], capture_output=True, text=True, check=True).stdout
    return frozenset(FLAG.findall(text)) | SPELLED_OTHERWISE


def own_flags() -> frozenset[str]:
    return frozenset(flag for option in OPTIONS for flag in (*option.spellings(), *option.negations()))


def command_flags() -> frozenset[str]:
    flags: set[str] = {"--config"}
    for command in all_commands():
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        flags |= set(FLAG.findall(parser.format_help()))
    return frozenset(flags)


@pytest.mark.parametrize("page", PAGES)
def test_every_flag_and_parameter_exists(page: str) -> None:
    known = own_flags() | pytest_flags() | command_flags() | FOREIGN
    named = set(FLAG.findall(prose(page)))
    assert not named - known
    for block in blocks(page):
        if block.language in CONSOLE:
            for command in commands(block):
                check_command(block, command)
        elif block.language == "yaml":
            assert not set(FLAG.findall(block.text)) - known, block


def check_command(block: Block, command: Command) -> None:
    words = list(command.arguments)
    flags = {word.partition("=")[0] for word in words if FLAG.match(word)}
    if Path(words[0]).name == "pytest":
        unknown = flags - own_flags() - pytest_flags()
    elif words[1:3] == ["-m", "pytest_haerae"]:
        unknown = flags - own_flags() - {"--config"}
    elif words[0] == "pytest-haerae":
        (chosen,) = (each for each in all_commands() if each.name == words[1])
        parser = argparse.ArgumentParser(exit_on_error=False)
        chosen.add_arguments(parser)
        parser.parse_args(words[2:])
        return
    else:
        return
    assert not unknown, f"{block}: {sorted(unknown)}"
    check_parameters(block, words)


def check_parameters(block: Block, words: list[str]) -> None:
    values = {}
    for place, word in enumerate(words):
        flag, _, value = word.partition("=")
        if FLAG.match(word):
            values[flag.replace("_", "-")] = value or (words[place + 1] if place + 1 < len(words) else "")
    name, params = values.get("--model"), values.get("--model-params", "")
    if name in backend_names() and params and not params.startswith("@"):
        validate_parameters(name, find_backend(name), parse_mapping(str(block), params))


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_a_file(page: str) -> None:
    for target in LINK.findall(prose(page)):
        assert ((ROOT / page).parent / target).exists(), f"{page}: {target}"


@pytest.mark.parametrize("name", backend_names())
@pytest.mark.parametrize("folder", ["docs/backends", "docs/ko/backends"])
def test_a_backend_page_lists_every_parameter(name: str, folder: str) -> None:
    text = (ROOT / folder / f"{name}.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `(\w+)` ", text, re.MULTILINE))
    assert listed == set(find_backend(name).parameters.model_fields)


@pytest.mark.parametrize("page", ["docs/report.md", "docs/ko/report.md"])
def test_the_report_page_names_every_key(page: str, reports: tuple[Path, Path]) -> None:
    report: dict[str, Any] = valid_report(reports[0])
    parts = {
        "metrics": {*report["metrics"], "stderr_clustered", "clusters", "by"},
        "info": set(report["info"]),
        "samples": set(report["samples"][0]),
    }
    for part, keys in parts.items():
        section = re.split(r"^##", prose(page).split(f"### `{part}`\n")[1], maxsplit=1, flags=re.MULTILINE)[0]
        assert not keys - set(re.findall(r"`([a-z_0-9]+)`", section)), part
