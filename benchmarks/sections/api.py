"""Requests a second to API models."""

from __future__ import annotations

import statistics
from collections.abc import Mapping

from benchmarks.sections.section import Cell, Figures, Section, Step, Table

_NAMES: Mapping[str, Cell] = {
    "aiohttp_bare": ("bare aiohttp, no client", "클라이언트 없이 aiohttp만"),
    "openai_bare": ("bare `openai.AsyncOpenAI`, httpx as it comes", "`openai.AsyncOpenAI`만, 기본 httpx"),
    "openai_bare_aiohttp": ("bare `openai.AsyncOpenAI`, aiohttp transport", "`openai.AsyncOpenAI`만, aiohttp"),
    "openai": "pytest-haerae `openai`",
    "openai_pytest": (
        "a whole `pytest` run, the client's import in it",
        "`pytest` 실행 전체(클라이언트를 불러오는 시간 포함)",
    ),
    "litellm_bare": ("bare `litellm.acompletion`", "`litellm.acompletion`만"),
    "litellm": "pytest-haerae `litellm`",
    "litellm_pytest": ("a whole `pytest` run through `litellm`", "`litellm`을 쓴 `pytest` 실행 전체"),
}


def _api(found: Mapping[str, Figures]) -> Table:
    (figures,) = found.values()
    median = {name: statistics.median(one["seconds"] for one in each) for name, each in figures["contenders"].items()}
    rates = {name: figures["items"] / seconds for name, seconds in median.items()}
    rows: list[list[Cell]] = []
    for name, rate in rates.items():
        library = name.partition("_")[0]
        bare = max((other for each, other in rates.items() if each.startswith(f"{library}_bare")), default=None)
        processor = statistics.median(one["cpu_seconds"] for one in figures["contenders"][name]) / figures["items"]
        share = "1" if rate == bare else f"{rate / bare:.2f}" if bare else ""
        rows.append(
            [
                _NAMES.get(name, f"`{name}`"),
                f"{rate:,.0f}",
                f"{rate / figures['ideal']:.2f}",
                share,
                f"{1000 * processor:.2f}",
            ]
        )
    heading: list[Cell] = [
        ("contender", "방법"),
        ("requests/s", "초당 요청"),
        ("of the ideal", "이상적인 값에 견주면"),
        ("of the bare client", "클라이언트만 쓸 때에 견주면"),
        ("processor ms a request", "요청당 프로세서 ms"),
    ]
    return Table(heading, rows)


_OWN_SERVER = ("--items", "20000", "--latency", "0.02", "--concurrency", "256", "--memory-items")
_NEAREST = ("--contenders", "aiohttp_bare", "openai_bare_aiohttp", "openai")
_TINY = ("--items", "50", "--rounds", "1")
SECTIONS = (
    Section("api", (Step("api", "api", ("--memory-items",), _TINY),), _api),
    Section("own_server", (Step("own_server", "api", (*_OWN_SERVER, *_NEAREST), _TINY),), _api),
)
