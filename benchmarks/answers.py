"""What reading an answer costs: texts of 100 KB that are meant to be slow, and recorded or hand-made answers.

Prints the slowest texts in milliseconds of processor time and of wall time (medians of the rounds), for lettered and
for free-text items. The goal is 50 ms of the processor a text.

usage: python -m benchmarks.answers [--bytes 100000] [--rounds 5] [--shown 10]
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
import tomllib

from benchmarks.measuring import ROOT, Cost, Watch, median_cost
from pytest_haerae.scoring.judging import judge
from pytest_haerae.scoring.parameters import choose_scorer
from pytest_haerae.types import Item, Response
from tests.unit.scoring.reading.adversarial import PIECES, repeated

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


def cost(item: Item, text: str, rounds: int) -> Cost:
    """Of judging one text: the medians of the rounds."""
    measured = []
    for _ in range(rounds):
        started, worked = time.perf_counter(), time.process_time()
        judge(item, Response(text=text), SCORER)
        measured.append(Cost(time.perf_counter() - started, time.process_time() - worked))
    return median_cost(measured)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bytes", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--shown", type=int, default=10)
    arguments = parser.parse_args()
    for words, item in (("lettered", LETTERED), ("free text", FREE)):
        with Watch() as watch:
            costs = {name: cost(item, text, arguments.rounds) for name, text in texts(arguments.bytes).items()}
        median = 1000 * statistics.median(each.processor for each in costs.values())
        print(f"{words}, {arguments.bytes} bytes: median {median:.1f} ms of the processor; the slowest, and wall time:")
        for name in sorted(costs, key=lambda name: -costs[name].processor)[: arguments.shown]:
            print(f"{1000 * costs[name].processor:>8.1f} ms {1000 * costs[name].seconds:>8.1f} ms  {name}")
        watch.report({})
    table = tomllib.loads((ROOT / "tests/unit/scoring/reading/answer_table.toml").read_text(encoding="utf-8"))["group"]
    outputs = [text for group in table for text, _ in group["outputs"]]
    started = time.process_time()
    for text in outputs:
        judge(LETTERED, Response(text=text), SCORER)
    each = 1e6 * (time.process_time() - started) / len(outputs)
    print(f"{len(outputs)} hand-made answers: {each:.0f} microseconds each")


if __name__ == "__main__":
    main()
