"""A small part of the page on speed, held by every run of the tests: ratios of processor time, far from their bounds.

Contenders alternate in this process or in processes of their own, and the least time of each counts: what others do on
the machine makes no contender faster. A bound is two to three times what was measured; what breaks it is work that is
done again for each option, each item, or each start.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from benchmarks import start
from benchmarks.measuring import cost_of, environment
from benchmarks.overhead import measure, prepare

pytestmark = pytest.mark.slow

ROUNDS = 3


def least(
    contenders: Mapping[str, Callable[[], Any]], seconds: Callable[[Callable[[], Any]], float]
) -> dict[str, float]:
    """Each contender's least processor time; they alternate."""
    rounds = [{name: seconds(work) for name, work in contenders.items()} for _ in range(ROUNDS)]
    return {name: min(one[name] for one in rounds) for name in contenders}


def in_this_process(work: Callable[[], Any]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def in_a_process(work: Callable[[], Any]) -> float:
    return float(work().processor)


@pytest.fixture
def one_thread() -> Iterator[None]:
    torch = pytest.importorskip("torch")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.usefixtures("one_thread")
def test_options_cost_little_beside_the_context_that_they_share() -> None:
    import torch

    from benchmarks import gpu_models as models

    shape = models.Shape("small", 1024, 256, 1024, 4, 4, 2, True)
    lines = models.project_lines()[:500]
    tokenizer = models.make_tokenizer(lines, shape.vocab_size)
    requests = models.make_requests(tokenizer, lines, 150, 8)
    model = models.make_model(shape, torch.device("cpu"), torch.float32)
    ours = models.haerae(models.make_backend(tokenizer, model))
    with models.batches_seen(model) as seen:
        scores = ours(requests)
    shortest = min(len(tokenizer.encode(request.context)) for request in requests)
    rows = [count for count, width in seen if width >= shortest]
    full = models.full_sequences(tokenizer, model, 4)
    difference, agreed = models.differences(scores, full(requests))
    assert (difference < 1e-3, agreed) == (True, len(requests)), "else the ratios compare different work"
    contenders = {"ours": ours, "full": full, "floor": models.floor(tokenizer, model, rows)}
    contenders["floor"](requests)
    took = least({name: partial(score, requests) for name, score in contenders.items()}, in_this_process)
    assert took["ours"] < 3 * took["floor"], took
    assert took["full"] > 2 * took["ours"], took


def test_names_and_help_texts_cost_less_than_pytest() -> None:
    names = (start.BASE, "import pytest_haerae", "from pytest_haerae import Evaluator", "pytest-haerae --help")
    contenders = {
        name: partial(cost_of, [sys.executable, *start.CONTENDERS[name]], environment=environment()) for name in names
    }
    took = least(contenders, in_a_process)
    assert took["import pytest_haerae"] < 1.15 * took[start.BASE], took
    assert max(took.values()) < 2 * took[start.BASE], took


def test_an_item_costs_little_beside_an_ordinary_test(tmp_path: Path) -> None:
    prepare(tmp_path, 300, None)
    options = ["--model=random", "--method=log_likelihood"]
    took = least(
        {
            "plain": partial(measure, tmp_path, "test_plain.py", ["-p", "no:haerae"]),
            "items": partial(measure, tmp_path, "test_items.py", options),
        },
        in_a_process,
    )
    assert took["items"] < 4 * took["plain"], took
