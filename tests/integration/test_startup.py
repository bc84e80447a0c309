"""What every pytest run of a user pays for having the plugin installed, and what the other doors pay to open."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import pytest_haerae
from pytest_haerae.doors.command_line import all_commands

HEAVY = ("pandas", "datasets", "torch", "scipy", "transformers", "openai", "litellm", "pydantic", "jinja2", "xllamacpp")
NEEDED_TO_EVALUATE = ("asyncio", "sqlite3", "ssl", "typing_extensions", "numpy", "yaml")
"""Beside these, what no import of a name and no help text needs; pytest itself has some of them."""
ROOMS = ("plugin", "config")
"""The rooms that an ordinary run opens: hooks, and the options that they declare."""

ORDINARY_RUN = """
import json, sys
looked_at = set()

def note(event, arguments):
    if event in ("open", "os.listdir", "os.scandir"):
        looked_at.add(str(arguments[0]))

sys.addaudithook(note)
import pytest
code = pytest.main(["-q", "-p", "no:cacheprovider", *sys.argv[1:]])
print(json.dumps([int(code), sorted(looked_at), sorted(sys.modules)]))
"""


@pytest.fixture
def ordinary(tmp_path: Path) -> tuple[list[str], list[str]]:
    """What a run of a test that evaluates nothing looked at on disk, and the modules that it imported."""
    (tmp_path / "test_plain.py").write_text("def test_plain():\n    pass\n", encoding="utf-8")
    command = [sys.executable, "-c", ORDINARY_RUN, "test_plain.py"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    code, looked_at, modules = json.loads(result.stdout.splitlines()[-1])
    assert code == 0, result.stdout
    return looked_at, modules


def test_an_ordinary_run_imports_nothing_heavy(ordinary: tuple[list[str], list[str]]) -> None:
    _, modules = ordinary
    assert "pytest_haerae.plugin.hooks" in modules, "else this holds nothing"
    assert not set(HEAVY) & set(modules)
    own = {name.split(".")[1] for name in modules if name.startswith("pytest_haerae.")}
    assert own <= {*ROOMS, "errors"}


@pytest.mark.parametrize(
    "code",
    [
        "import pytest_haerae",
        "from pytest_haerae import Evaluator; Evaluator(model='random')",
        "from pytest_haerae.doors.command_line.main import main; main(['--help'])",
        *(
            f"from pytest_haerae.doors.command_line.main import main; main(['{command.name}', '--help'])"
            for command in all_commands()
        ),
    ],
)
def test_a_name_or_a_help_text_imports_nothing_that_evaluates(code: str) -> None:
    # `--help` ends the process.
    listed = f"import atexit, sys; atexit.register(lambda: print('', *sys.modules, sep='\\n')); {code}"
    result = subprocess.run([sys.executable, "-c", listed], capture_output=True, text=True, check=True)
    modules = set(result.stdout.split("\n"))
    assert "pytest_haerae" in modules, "else this holds nothing"
    assert not {*HEAVY, *NEEDED_TO_EVALUATE, "pytest"} & modules


def test_an_ordinary_run_reads_nothing_but_the_plugins_modules(ordinary: tuple[list[str], list[str]]) -> None:
    looked_at, _ = ordinary
    package = Path(pytest_haerae.__file__).parent
    below = [Path(path).relative_to(package) for path in looked_at if Path(path).is_relative_to(package)]
    assert below, "else this holds nothing"
    assert not [
        path for path in below if path.parts and path.parts[0] not in (*ROOMS, "__pycache__") and path.suffix != ".py"
    ]


EVALUATION = """
import gc, sys
import pytest

class Watcher:
    def pytest_collection_modifyitems(self):
        print("works in the collection:", gc.get_threshold() == usual)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self):
        print("works in the tests:", gc.get_threshold()[:2] == usual[:2])

    def pytest_unconfigure(self):
        print("set aside:", gc.get_freeze_count() > 0)

usual = gc.get_threshold()

pytest.main(["-q", "-p", "no:cacheprovider", "--model=random", "--method=log_likelihood", *sys.argv[1:]], [Watcher()])
print("still set aside:", gc.get_freeze_count() > 0)
print("works as before:", gc.isenabled() and gc.get_threshold() == usual)
"""
SUITE = """
import pytest

@pytest.mark.haerae(dataset="sample")
def test_sample(haerae_verdict):
    pass
"""


def test_what_an_evaluation_sets_aside_is_given_back_when_pytest_ends(tmp_path: Path) -> None:
    (tmp_path / "test_sample.py").write_text(SUITE, encoding="utf-8")
    command = [sys.executable, "-c", EVALUATION, "-s", "test_sample.py", "--limit=1"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "works in the collection: False" in result.stdout
    assert "works in the tests: True" in result.stdout
    # pytest's own plugins go over all garbage there.
    assert "\nset aside: True" in result.stdout, result.stdout
    assert "still set aside: False" in result.stdout
    assert "works as before: True" in result.stdout


@pytest.mark.parametrize("broken", ["import nothing_of_this_name", "raise KeyboardInterrupt", "pytest.exit('enough')"])
def test_the_collector_works_again_after_a_collection_that_broke_off(tmp_path: Path, broken: str) -> None:
    (tmp_path / "test_sample.py").write_text(SUITE, encoding="utf-8")
    (tmp_path / "test_second.py").write_text(f"import pytest\n{broken}\n", encoding="utf-8")
    command = [sys.executable, "-c", EVALUATION, ".", "--limit=1"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "still set aside: False" in result.stdout
    assert "works as before: True" in result.stdout
