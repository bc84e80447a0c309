"""What starting costs: imports, help texts, and a pytest run that evaluates nothing, with and without the plugin.

Every contender is a whole process. They alternate, in an empty folder, with all modules compiled; medians are printed,
of wall time and of processor time, and what each adds to, and is of, `import pytest`.

usage: python -m benchmarks.start [--rounds 11]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from functools import partial
from pathlib import Path

from benchmarks.measuring import Watch, alternate, as_json, cost_of, environment, keep, machine, median_cost

BASE = "import pytest"
PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider")
HELP = "from pytest_haerae.doors.command_line.main import main; main(['--help'])"
CONTENDERS = {
    "python": ("-c", ""),
    BASE: ("-c", BASE),
    "import pytest_haerae": ("-c", "import pytest_haerae"),
    "from pytest_haerae import Evaluator": ("-c", "from pytest_haerae import Evaluator"),
    "pytest-haerae --help": ("-c", HELP),
    "pytest -p no:haerae": (*PYTEST, "-p", "no:haerae"),
    "pytest": PYTEST,
}


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=11)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryDirectory() as compiled:
        folder = Path(name)
        (folder / "test_nothing.py").write_text("def test_nothing():\n    pass\n", encoding="utf-8")
        (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
        variables = {key: value for key, value in environment().items() if key != "PYTHONDONTWRITEBYTECODE"}
        variables["PYTHONPYCACHEPREFIX"] = compiled
        contenders = {
            name: partial(cost_of, [sys.executable, *how], folder=folder, environment=variables)
            for name, how in CONTENDERS.items()
        }
        for measure in contenders.values():
            measure()  # compiles what it imports
        with Watch() as watch:
            costs = {name: median_cost(each) for name, each in alternate(contenders, arguments.rounds).items()}
    base = costs[BASE]
    print(f"{'':<36} {'s':>6} {'cpu s':>6} {'cpu, above':>11} {'of import pytest':>17}")
    for name, cost in costs.items():
        above = f"{1000 * (cost.processor - base.processor):+.0f} ms"
        ratio = cost.processor / base.processor
        print(f"{name:<36} {cost.seconds:>6.3f} {cost.processor:>6.3f} {above:>11} {ratio:>17.2f}")
    figures = {"rounds": arguments.rounds, "machine": machine("pytest"), "costs": as_json(costs)}
    keep(figures, watch, costs)


if __name__ == "__main__":
    main()
