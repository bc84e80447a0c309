"""What reading an answer costs: texts of 100 KB that are meant to be slow, and recorded or hand-made answers.

Prints the slowest texts in milliseconds of CPU time (median of the rounds), for lettered and for free-text items. The
goal is 50 ms a text on an idle core.

usage: python benchmarks/answers.py [--bytes 100000] [--rounds 5] [--shown 10]
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from pytest_haerae.scoring.judging import judge  # noqa: E402 - the tests' texts lie beside the package
from pytest_haerae.scoring.parameters import choose_scorer  # noqa: E402
from pytest_haerae.types import Item, Response  # noqa: E402
from tests.unit.scoring.reading.adversarial import PIECES, repeated  # noqa: E402

OPTIONS = ("훈민정음", "경국대전", "삼국사기", "동의보감", "농사직설")
SCORER = choose_scorer("string_match")
LETTERED = Item("b-0000", "b", 0, "조선의 기본 법전은?", OPTIONS, tuple("ABCDE"), "B")
FREE = Item("b-0001", "b", 1, "빈칸을 채우시오.", None, None, "가는 말이 고와야 오는 말이 곱다")


def texts(size: int) -> dict[str, str]:
    """Each piece repeated, and pieces shuffled."""
    found = {ascii(piece): repeated(piece, size) for piece in PIECES}
    for seed in range(10):
        shuffler = random.Random(seed)  # noqa: S311 - no secret
        mixed = "".join(shuffler.choices(PIECES, k=size))
        found[f"pieces shuffled, seed {seed}"] = mixed.encode("utf-8", "surrogatepass")[:size].decode(
            "utf-8", "replace"
        )
    return found


def milliseconds(item: Item, text: str, rounds: int) -> float:
    """CPU time of judging one text: the median of the rounds."""
    measured = []
    for _ in range(rounds):
        started = time.process_time()
        judge(item, Response(text=text), SCORER)
        measured.append(1000 * (time.process_time() - started))
    return statistics.median(measured)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bytes", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--shown", type=int, default=10)
    arguments = parser.parse_args()
    for words, item in (("lettered", LETTERED), ("free text", FREE)):
        costs = {name: milliseconds(item, text, arguments.rounds) for name, text in texts(arguments.bytes).items()}
        print(f"{words}, {arguments.bytes} bytes: median {statistics.median(costs.values()):.1f} ms; the slowest:")
        for name in sorted(costs, key=lambda name: -costs[name])[: arguments.shown]:
            print(f"{costs[name]:>8.1f} ms  {name}")
    table = tomllib.loads((ROOT / "tests/unit/scoring/reading/answer_table.toml").read_text(encoding="utf-8"))["group"]
    outputs = [text for group in table for text, _ in group["outputs"]]
    started = time.process_time()
    for text in outputs:
        judge(LETTERED, Response(text=text), SCORER)
    each = 1e6 * (time.process_time() - started) / len(outputs)
    print(f"{len(outputs)} hand-made answers: {each:.0f} microseconds each")


if __name__ == "__main__":
    main()
