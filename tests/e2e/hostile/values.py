"""Values of options and of the environment."""

# ruff: noqa: ANN401 - further fields of an attack, and further headers, are handed on as they are
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.e2e.hostile.attack import NASTY, SECRET, Attack, beside, questions

DATASET = "--dataset=questions.jsonl"


def typed(name: str, says: str, *options: str, entry: str = "pytest", **fields: Any) -> Attack:
    """An attack by an option's value; it is refused in one line unless said otherwise."""
    command = (entry, *options) if entry == "pytest" else (entry, DATASET, "--output_file=r.json", *options)
    return Attack(name=name, command=command, says=says, **{"code": 4, "seconds": 15, **fields})


def parameters(name: str, says: str, value: str, **fields: Any) -> Attack:
    return typed(name, says, "--model=openai", f"--model-params={value}", **fields)


def api(**more: object) -> str:
    return json.dumps({"model_name": "m", "api_key": SECRET, "api_base": "http://127.0.0.1:9/v1", **more})


def secret_file(folder: Path) -> None:
    questions(folder)
    (folder / "p.json").write_text('{"model_name": "m", "api_key": "' + SECRET + '",,}', encoding="utf-8")


VALUES = (
    parameters(
        "JSON with a key that ends early", r"--model-params.*JSON", f'{{"model_name": "m", "api_key": "{SECRET}'
    ),
    parameters("a list of pairs with a key and no sign", r"--model-params", f"model_name=m,{SECRET}"),
    parameters("a file of parameters that is no JSON", r"p\.json", "@p.json", prepare=secret_file, changes=("p.json",)),
    parameters("a file of parameters that has no end", r"--model-params", "@/dev/zero"),
    typed(
        "a configuration ten thousand deep",
        r"c\.yaml",
        "--config=c.yaml",
        entry="run",
        prepare=beside(lambda folder: (folder / "c.yaml").write_text("[" * 10_000, encoding="utf-8")),
    ),
    parameters("parameters a hundred thousand deep", r"--model-params", '{"a":' * 20_000),
    parameters("parameters that are a list", r"--model-params.*object", json.dumps([SECRET])),
    parameters("a number of five thousand digits", r"--model-params", f'{{"model_name": "m", "seed": {"9" * 5000}}}'),
    parameters(
        "an unknown parameter that is a key", r"api_kye.*api_key", json.dumps({"model_name": "m", "api_kye": SECRET})
    ),
    parameters("a key with a newline", r"(?i)key|header", api(api_key=f"{SECRET}\nX-Evil: 1")),
    parameters("a header with a newline", r"(?i)header", api(extra_headers={"X-A": f"{SECRET}\r\nX-Evil: 1"})),
    parameters("an address without a scheme", r"api_base", api(api_base=f"user:{SECRET}@127.0.0.1:9/v1")),
    parameters("an address of another kind", r"api_base", api(api_base="file:///etc/passwd")),
    parameters("an address with a newline", r"api_base", api(api_base=f"http://127.0.0.1:9/{NASTY}")),
    parameters("an address that nothing listens at", r"connection refused", api(max_retries=50)),
    parameters(
        "an unknown host with a key in its query",
        r"unknown host",
        api(api_base=f"http://no-such-host.invalid/v1?sig={SECRET}"),
    ),
    parameters("NaN for a temperature", r"temperature", api(temperature=float("nan"))),
    parameters("infinity for a time", r"timeout", api(timeout=float("inf"))),
    typed(
        "parameters in the environment that are no JSON",
        r"HAERAE_MODEL_PARAMS|--model-params",
        "--model=openai",
        environment={"HAERAE_MODEL_PARAMS": f'{{"api_key": "{SECRET}",,}}'},
    ),
    typed("a backend that is not there, with control characters", r"unknown backend", f"--model=vlm{NASTY}"),
    typed(
        "a subset that is not there, with control characters", r"unknown subset", "--model=random", f"--subset={NASTY}"
    ),
    typed(
        "a prompt that is a picture",
        r"--prompt|p\.toml",
        "--model=random",
        "--prompt=p.toml",
        prepare=beside(lambda folder: (folder / "p.toml").write_bytes(bytes(range(256)))),
    ),
    typed(
        "a prompt that is a folder",
        r"--prompt|p\.txt",
        "--model=random",
        "--prompt=p.txt",
        prepare=beside(lambda folder: (folder / "p.txt").mkdir()),
    ),
    typed("a gate that is no number", r"--min-accuracy", "--model=random", "--min-accuracy=nan"),
    typed(
        "a gate of an unknown subset, with control characters",
        r"--min-accuracy",
        "--model=random",
        f"--min-accuracy=a{NASTY}=0.5",
    ),
    typed("a limit of five thousand digits", r"--limit", "--model=random", f"--limit={'9' * 5000}"),
    typed("a level of infinity", r"--significance", "--model=random", "--significance=1e999"),
    typed(
        "a backend that is not installed",
        r"pytest-haerae\[vllm\]",
        "--model=vllm",
        "--dataset=haerae_bench",
        seconds=10,
    ),
    typed(
        "a marker's keyword that is not there",
        r"subsets.*subset",
        "--model=random",
        prepare=beside(
            lambda folder: (folder / "test_mine.py").write_text(
                (folder / "test_mine.py").read_text(encoding="utf-8").replace("dataset=", "subsets='a', dataset="),
                encoding="utf-8",
            )
        ),
    ),
    typed(
        "a terminal without a language, of one column",
        "",
        "--model=random",
        "-rA",
        code=0,
        environment={"LC_ALL": "C", "COLUMNS": "1", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
    ),
    typed(
        "a terminal whose width is no number",
        "",
        "--model=random",
        entry="run",
        code=0,
        environment={"COLUMNS": "wide", "LINES": "-1"},
    ),
    typed(
        "a summary of GitHub that is a folder",
        "",
        "--model=random",
        code=0,
        environment={"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": "/proc"},
    ),
    typed(
        "a home that is not there",
        "",
        "--model=random",
        code=0,
        environment={"HOME": "/nowhere", "XDG_CACHE_HOME": "/proc/nowhere", "HF_HOME": "/proc/nowhere"},
    ),
)
