"""The tables of `docs/speed.md` and `docs/ko/speed.md`: runs the other benchmarks, and writes what they measured.

Each step is one benchmark's command; its figures are kept in a file of `--figures` as soon as it ends. What stands
there, measured by the same command of the same commit's package, is taken as it is: a table that was interrupted goes
on where it stopped, and one of earlier code is measured anew.
When all steps of a section are there, the lines between its marks in both pages are replaced: by the same figures, with
the machine, the versions and the load beside them.

  python -m benchmarks.table --model MODEL --data items.jsonl --kmmlu KMMLU --vllm-python VLLM/bin/python
  python -m benchmarks.table --section huggingface --again --model MODEL --data items.jsonl
  python -m benchmarks.table --render               # from the figures that are there, without measuring
  python -m benchmarks.table --rehearse --model MODEL  # everything, tiny; prints the tables and changes no page

A section whose `--model`, or whose interpreter, is not given is left out and said so, and one that fails does not end
the others; the exit code is 1 then.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from benchmarks.measuring import FIGURES, ROOT, environment
from benchmarks.sections import all_sections
from benchmarks.sections.section import Figures, Section, Step

PAGES = (ROOT / "docs/speed.md", ROOT / "docs/ko/speed.md")
"""The pages, English and Korean: the languages 0 and 1 of `section.py`."""
KEPT = ROOT / "benchmarks/figures"


def mark(name: str) -> re.Pattern[str]:
    """Finds what stands between a section's marks in a page."""
    return re.compile(rf"(?<=<!-- figures: {name} -->\n\n).*?(?=\n\n<!-- end of figures -->)", re.DOTALL)


def said_command(command: Sequence[str]) -> str:
    """A command as it is kept: paths by their names, which say the same on every machine."""
    return " ".join(["python", *(Path(word).name if word.startswith(("/", ".")) else word for word in command[1:])])


def command_of(step: Step, given: Mapping[str, str | None], *, rehearse: bool) -> list[str]:
    """What a step runs, its interpreter first.

    Raises:
        LookupError: It needs what is not given; the message is the option.
    """
    typed: list[str] = []
    for argument in step.arguments:
        value = given[argument.strip("{}")] if argument.startswith("{") else argument
        if value is not None:
            typed.append(value)
        elif typed and typed[-1].startswith("--"):
            typed.pop()
        else:
            raise LookupError(f"--{argument.strip('{}')}")
    interpreter = given[step.python]
    if interpreter is None:
        raise LookupError(f"--{step.python.replace('_', '-')}")
    return [interpreter, "-m", f"benchmarks.{step.module}", *typed, *(step.rehearsal if rehearse else ())]


def file_of(folder: Path, section: str, step: str) -> Path:
    """Where a step's figures are kept."""
    return folder / f"{section}.{step}.json"


def measure(step: Step, command: Sequence[str], path: Path) -> bool:
    """Run a step and keep its figures with the command; whether it ended well."""
    typed = said_command(command)
    print(f"\n$ {typed}", flush=True)
    unfinished = path.with_suffix(".unfinished")
    result = subprocess.run(command, env={**environment(), FIGURES: str(unfinished)}, check=False)  # noqa: S603 - a benchmark
    if result.returncode or not unfinished.exists():
        print(f"{step.name}: exit code {result.returncode}, no figures", flush=True)
        return False
    figures = {"command": typed, "code": code(), **json.loads(unfinished.read_text(encoding="utf-8"))}
    path.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    unfinished.unlink()
    return True


def is_measured(path: Path, command: Sequence[str]) -> bool:
    """Whether a step's figures are there, of the same command and code."""
    if not path.exists():
        return False
    kept = json.loads(path.read_text(encoding="utf-8"))
    return bool((kept["command"], kept.get("code")) == (said_command(command), code()))


@cache
def code() -> str | None:
    """What git calls the package's tree in the current commit; None where this is no checkout."""
    command = ["git", "rev-parse", "HEAD:pytest_haerae"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - as written
    return result.stdout.strip() if result.returncode == 0 else None


def read(section: Section, folder: Path) -> dict[str, Figures] | None:
    """The figures of a section's steps; None where one is missing."""
    paths = {step.name: file_of(folder, section.name, step.name) for step in section.steps}
    if not all(path.exists() for path in paths.values()):
        return None
    return {name: json.loads(path.read_text(encoding="utf-8")) for name, path in paths.items()}


def rendered(section: Section, found: Mapping[str, Figures], language: int) -> str:
    """A section's table, and under it the machine and the load, in one language."""
    return "\n".join([*section.table(found).markdown(language), "", circumstances(found, language)])


def circumstances(found: Mapping[str, Figures], language: int) -> str:
    """Machine, versions, rounds and load of a section in a line or two; where wall time is worthless, that too."""
    loads = [figures["load"] for figures in found.values()]
    machine = next(iter(found.values()))["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in machine.items() if name != "processor")
    rounds = "/".join(dict.fromkeys(str(figures["rounds"]) for figures in found.values()))
    before, after = (max(load[when] for load in loads) for when in ("before", "after"))
    taken = max((load["others"] for load in loads if load["others"] is not None), default=0.0)
    worthless = any(figures["worthless"] for figures in found.values())
    cores, processor = loads[0]["cores"], machine["processor"]
    if language == 0:
        return (
            f"{processor}, {cores} cores; {versions}; rounds: {rounds}, medians.\nLoad at most {before:.1f} before and"
            f" {after:.1f} after; other processes took up to {taken:.2f} cores."
        ) + ("\n**Wall times are worthless here: the machine was busy. Read processor time.**" if worthless else "")
    return (
        f"{processor}, 코어 {cores}개, {versions}, {rounds}차례의 중앙값.\n부하는 앞이 최대 {before:.1f}, 뒤가 최대"
        f" {after:.1f}이고, 다른 프로세스가 코어를 최대 {taken:.2f}개 썼습니다."
    ) + ("\n**컴퓨터가 바빠서 실제 걸린 시간은 쓸모가 없습니다. 프로세서 시간을 보십시오.**" if worthless else "")


def write(section: Section, found: Mapping[str, Figures]) -> None:
    """Replace what stands between a section's marks in both pages."""
    for language, page in enumerate(PAGES):
        text, pattern = page.read_text(encoding="utf-8"), mark(section.name)
        if not pattern.search(text):
            raise SystemExit(f"{page}: has no marks of the section {section.name}")
        lines = rendered(section, found, language)
        page.write_text(pattern.sub(lambda _, lines=lines: lines, text), encoding="utf-8")  # type: ignore[misc]


def run_section(section: Section, arguments: argparse.Namespace, folder: Path) -> bool:
    """Measure what is missing, and show or write the table; whether it is whole."""
    given = {**vars(arguments), "python": sys.executable}
    whole = True
    for step in [] if arguments.render else section.steps:
        try:
            command = command_of(step, given, rehearse=arguments.rehearse)
        except LookupError as missing:
            print(f"{section.name}: left out, {missing} is not given", flush=True)
            return False
        path = file_of(folder, section.name, step.name)
        if arguments.again or not is_measured(path, command):
            whole &= measure(step, command, path)
    found = read(section, folder)
    if found is None:
        print(f"{section.name}: not all of it is measured", flush=True)
        return False
    if arguments.rehearse:
        print(*(f"\n{rendered(section, found, language)}" for language in range(len(PAGES))), sep="\n", flush=True)
    else:
        write(section, found)
    return whole


def main() -> None:
    """Measure the sections that are asked for, and write their tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sections = all_sections()
    names = [section.name for section in sections]
    parser.add_argument("--section", nargs="+", choices=names, default=names)
    parser.add_argument("--model", help="the checkpoint that log-likelihoods are measured with")
    parser.add_argument("--data", help="their items: as of loglikelihood.py (default: from the embedded sample)")
    parser.add_argument("--reference", help="a folder of items and lm-evaluation-harness' numbers: as of reference.py")
    parser.add_argument("--kmmlu", help="a folder of <subset>-test.csv files: as of overhead.py (default: made up)")
    parser.add_argument("--vllm-python", help="the interpreter of an environment with vllm and lm-eval")
    parser.add_argument("--figures", type=Path, help=f"where figures are kept (default: {KEPT.relative_to(ROOT)})")
    parser.add_argument("--again", action="store_true", help="measure what is there, too")
    parser.add_argument("--render", action="store_true", help="measure nothing")
    parser.add_argument("--rehearse", action="store_true", help="tiny sizes; nothing is kept but in --figures")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.figures or (Path(temporary) if arguments.rehearse else KEPT)
        folder.mkdir(parents=True, exist_ok=True)
        chosen = [section for section in sections if section.name in arguments.section]
        whole = [run_section(section, arguments, folder) for section in chosen]
    raise SystemExit(0 if all(whole) else 1)


if __name__ == "__main__":
    main()
