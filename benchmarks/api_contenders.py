"""One contender of `api.py` in a process of its own; prints one line of JSON."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.measuring import SETTINGS


class Batch(NamedTuple):
    """Seconds of answering all items, and the memory of the process just before, in KB."""

    seconds: float
    before_kb: float


Settings = dict[str, Any]
Contender = Callable[[Settings, int], Batch]
"""Answers so many items."""

SUITE = """
import pytest
from pytest_haerae import assert_correct

@pytest.mark.haerae(dataset="questions.jsonl")
def test_items(haerae_verdict):
    assert_correct(haerae_verdict)
"""
OPTIONS = ["하천의 길이가 길다.", "하천의 폭이 좁다.", "유량의 변동이 크다.", "하천의 경사가 급하다.", "물이 맑다."]
OPTIONS_TEXT = "\n".join(f"({letter}) {option}" for letter, option in zip("ABCDE", OPTIONS, strict=True))


def question(number: int) -> str:
    """A question of the length that the benchmark's usual ones have, another one for each number."""
    return f"### 질문: {number}번 문제. 다음 지도에 표시된 하천의 특징으로 옳은 것을 고르시오. " + "가" * 60


def memory_kb() -> float:
    """Resident now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1024


async def nothing() -> None:
    """Close nothing."""


def pool(
    ask: Callable[[dict[str, Any]], Awaitable[Any]],
    settings: Settings,
    count: int,
    close: Callable[[], Awaitable[None]] = nothing,
    text: Callable[[Any], str] = lambda answer: answer.choices[0].message.content,
) -> Batch:
    """What a careful user writes with a bare client: as many workers as may be in flight, each answer's text kept."""
    bodies = iter(
        {
            "model": settings["model"],
            "messages": [{"role": "user", "content": f"{question(number)}\n{OPTIONS_TEXT}"}],
            "max_tokens": 512,
            "temperature": 0.0,
        }
        for number in range(count)
    )
    texts: list[str] = []
    before = memory_kb()

    async def worker() -> None:
        for body in bodies:
            texts.append(text(await ask(body)))

    async def work() -> float:
        started = time.perf_counter()
        await asyncio.gather(*(worker() for _ in range(settings["concurrency"])))
        seconds = time.perf_counter() - started
        await close()
        return seconds

    seconds = asyncio.get_event_loop().run_until_complete(work())
    if len(texts) != count:
        raise SystemExit("answers are missing")
    return Batch(seconds, before)


def aiohttp_bare(settings: Settings, count: int) -> Batch:
    """A session of aiohttp, the body as JSON, the JSON of the answer."""
    import aiohttp

    sessions: list[aiohttp.ClientSession] = []

    async def ask(body: dict[str, Any]) -> Any:  # noqa: ANN401 - an answer
        if not sessions:
            connector = aiohttp.TCPConnector(limit=settings["concurrency"])
            sessions.append(aiohttp.ClientSession(connector=connector, headers={"Authorization": "Bearer none"}))
        async with sessions[0].post(f"{settings['url']}/chat/completions", json=body) as response:
            return json.loads(await response.read())

    async def close() -> None:
        await sessions[0].close()

    return pool(ask, settings, count, close, lambda answer: str(answer["choices"][0]["message"]["content"]))


def openai_bare(settings: Settings, count: int, http_client: Any = None) -> Batch:  # noqa: ANN401 - either transport
    """The `openai` client as it comes, over httpx."""
    import openai

    client = openai.AsyncOpenAI(base_url=settings["url"], api_key="none", max_retries=0, http_client=http_client)
    return pool(lambda body: client.chat.completions.create(**body), settings, count, client.close)


def openai_bare_aiohttp(settings: Settings, count: int) -> Batch:
    """The `openai` client over its aiohttp transport."""
    import openai

    return openai_bare(settings, count, openai.DefaultAioHttpClient())


def litellm_bare(settings: Settings, count: int) -> Batch:
    """`litellm.acompletion`."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    import litellm

    more = {"api_base": settings["url"], "api_key": "none", "max_retries": 0}
    return pool(lambda body: litellm.acompletion(**body, **more), settings, count)


def haerae(settings: Settings, count: int) -> Batch:
    """This project's backend through its engine, each response stored on disk."""
    from pytest_haerae.backends.registry import find_backend, validate_parameters
    from pytest_haerae.run.engine import Engine
    from pytest_haerae.run.keys import identity_digest, response_key
    from pytest_haerae.run.loaded import KeptModel
    from pytest_haerae.run.store import Store
    from pytest_haerae.types import Message, Request

    values = {
        "model_name": settings["model"],
        "api_key": "none-at-all",
        "api_base": settings["url"],
        "max_concurrency": settings["concurrency"],
    }
    backend = find_backend(settings["library"])
    parameters = validate_parameters(settings["library"], backend, values)
    requests = [
        Request("generate", "", messages=(Message("user", f"{question(number)}\n{OPTIONS_TEXT}"),))
        for number in range(count)
    ]
    with tempfile.TemporaryDirectory(dir=settings["folder"]) as folder:
        store = Store(Path(folder) / "responses.sqlite")
        identity = identity_digest(parameters.identity())
        keys = [response_key(identity, request) for request in requests]
        run, _ = store.begin("benchmark", resume=False, rerun_errors=False)
        model = KeptModel(lambda: backend(parameters), f"--model={settings['library']}")
        engine = Engine(model, store, run, secrets=["none-at-all"])
        before = memory_kb()
        responses = list(engine.ask(keys, requests, lambda done, total: None).values())
        model.close()
        store.close()
    if any(response.error or not response.text for response in responses):
        raise SystemExit(f"a request failed: {next(each for each in responses if not each.text)}")
    return Batch(engine.usage.seconds, before)


def whole_run(settings: Settings, count: int) -> Batch:
    """A whole `pytest` run, its batch's seconds with the import of the client."""
    values = {
        "model_name": settings["model"],
        "api_key": "none-at-all",
        "api_base": settings["url"],
        "max_concurrency": settings["concurrency"],
    }
    with tempfile.TemporaryDirectory(dir=settings["folder"]) as name:
        folder = Path(name)
        rows = ({"question": question(number), "options": OPTIONS, "answer": "B"} for number in range(count))
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
        (folder / "questions.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (folder / "test_items.py").write_text(SUITE, encoding="utf-8")
        (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
        model = [f"--model={settings['library']}", f"--model-params={json.dumps(values)}"]
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *model]
        subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=True)  # noqa: S603 - this interpreter
        report = json.loads((folder / ".haerae/report.json").read_text(encoding="utf-8"))
    if report["metrics"]["correct"] != count:
        raise SystemExit(f"a request failed: {report['metrics']}")
    return Batch(count / report["info"]["items_per_second"], memory_kb())


def cpu_seconds() -> float:
    """Of this process and its children, all threads."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, kinds))


def main() -> None:
    """Warm up, answer all items and print the measurement."""
    settings = json.loads(os.environ[SETTINGS])
    os.sched_setaffinity(0, {settings["core"]})
    contender: Contender = globals()[settings["contender"]]
    asyncio.set_event_loop(asyncio.new_event_loop())
    if contender is not whole_run:
        contender(settings, settings["concurrency"])  # imports, and what a client makes at its first request
    before = cpu_seconds()
    batch = contender(settings, settings["items"])
    processor = cpu_seconds() - before
    peak = max(resource.getrusage(kind).ru_maxrss for kind in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({**batch._asdict(), "cpu_seconds": processor, "peak_kb": peak}), flush=True)


if __name__ == "__main__":
    main()
