"""One contender of `scale.py`: what the transformers backend does outside its model to score a file's questions.

Windows, encoding, option tries, groups, the layout of each forward, and the sums of made-up log-probabilities. Nothing
is cut: a model's window is taken to be larger than any context.

usage: python -m benchmarks.scale_local MODEL DATA [--prompt raw] [--limit 6]
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence

from pytest_haerae.backends.local.encoding import Part, RequestEncoder, make_parts
from pytest_haerae.backends.local.grouping import make_groups, make_scorable
from pytest_haerae.backends.local.loglikelihoods import make_windows
from pytest_haerae.backends.local.tree_layout import lay_out
from pytest_haerae.catalogue.datasets import open_items
from pytest_haerae.prompts.registry import find_prompt
from pytest_haerae.prompts.requests import make_request
from pytest_haerae.types import Request, Response

WINDOW = 1 << 40


def score(encoder: RequestEncoder, requests: Sequence[Request]) -> Iterator[Response]:
    """Responses to requests, each log-probability -1."""
    for window in make_windows(requests):
        parts, board, errors = make_parts("scale", encoder, (requests[index] for index in window), WINDOW)
        yield from errors.values()
        lay_out_all(parts)
        for part in parts:
            tables = [dict.fromkeys(followers, -1.0) for followers in part.trie.followers]
            response = board.add(part, part.trie.sums_or_problem(tables))
            if response is not None:
                yield response


def lay_out_all(parts: Sequence[Part]) -> None:
    """Lay each part out as a forward of its own."""
    for group in make_groups([make_scorable(number, part.context, part.trie) for number, part in enumerate(parts)]):
        for member in group.members:
            lay_out([member], len(group.prefix), pad=0)


def main() -> None:
    """Score all questions and say how many tokens their options have."""
    from transformers import AutoTokenizer

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("data")
    parser.add_argument("--prompt", default="raw")
    parser.add_argument("--limit", type=int, help="how many questions of each file are scored")
    arguments = parser.parse_args()
    loader, prompt = open_items(arguments.data), find_prompt(arguments.prompt)
    requests = [
        make_request(item, prompt, "loglikelihood")
        for name in loader.dataset.subsets()
        for item in loader.items(name)[: arguments.limit]
    ]
    responses = list(score(RequestEncoder(AutoTokenizer.from_pretrained(arguments.model)), requests))
    sums = [-value for response in responses for value in response.loglikelihoods or ()]
    assert len(responses) == len(requests)  # noqa: S101 - a benchmark of something else, otherwise
    print(f"{len(responses)} items, {sum(sums) / len(sums):.0f} tokens an option")


if __name__ == "__main__":
    main()
