"""A section for a model's card on the hub: its results in the head, as `model-index`, and a table in its text.

What else the card says stays as it is, byte for byte. The head gets the key `model-index` alone; of the text what
stands between two marks is written anew. Results and tables of other settings stay: a card may have several.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pytest_haerae.errors import UsageError
from pytest_haerae.escaping import markdown
from pytest_haerae.report.exchange.model_index import card_name, eval_results
from pytest_haerae.report.formats import register_format
from pytest_haerae.report.names import dataset_names, model_name
from pytest_haerae.report.schema import Report

_HEAD = re.compile(r"\A(\s*---[ \t]*\r?\n)(.*?)(^---[ \t]*(?:\r?\n|\Z))", re.DOTALL | re.MULTILINE)
_KEY = "model-index"


@register_format(
    "model_card",
    suffix=".README.md",
    help="the hub's model card: model-index in its head and a table, beside all else that a card says",
    adds=True,
)
def write_model_card(report: Report, path: Path) -> None:
    """Add the report's accuracies to a card, or begin one.

    Raises:
        UsageError: The report has no accuracy, or the card's head or marks cannot be read.
    """
    import yaml

    results = eval_results(report)
    if not results:
        raise UsageError(f"{path}: the report has no accuracy, which is what a model card tells")
    try:
        card = path.read_bytes().decode("utf-8-sig")
        newline = "\r\n" if "\r\n" in card else "\n"
        made = _with_section(_with_index(card, report, newline), report, newline)
        _check(card, made)
    except (yaml.YAMLError, ValueError, TypeError, KeyError, AttributeError, AssertionError) as error:
        # Of what is no card, and of the hub's reader.
        raise UsageError(f"the card cannot be added to ({' '.join(str(error).split())})") from None
    path.write_bytes(made.encode("utf-8", "backslashreplace"))


def _with_index(card: str, report: Report, newline: str) -> str:
    """The card with the report's results in its head."""
    import yaml

    head = _HEAD.match(card)
    text = head[2] if head else ""
    data = _mapping(text)
    index = yaml.safe_dump({_KEY: _merged(data.get(_KEY), report)}, allow_unicode=True, sort_keys=False)
    index = index.replace("\n", newline)
    before, after = _around_key(text) if _KEY in data else (text, "")
    if before and not before.endswith("\n"):
        before += newline
    if head:
        return head[1] + before + index + after + card[head.start(3) :]
    return f"---{newline}{index}---{newline}{card}"


def _mapping(text: str) -> dict[str, Any]:
    import yaml

    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(f"its head is no YAML: {error}") from None
    if data is not None and not isinstance(data, dict):
        raise ValueError("its head is no mapping")
    return data or {}


def _around_key(text: str) -> tuple[str, str]:
    """The head before and behind the entry of the results, with its comments."""
    import yaml

    root = yaml.compose(text)
    assert isinstance(root, yaml.MappingNode)  # noqa: S101 - it was read as a mapping
    if root.flow_style:
        raise ValueError("its head is in braces; write it as lines")
    lines = text.splitlines(keepends=True)
    starts = [key.start_mark.line for key, _ in root.value]
    place = next((number for number, (key, _) in enumerate(root.value) if key.value == _KEY), None)
    if place is None:
        raise ValueError(f"its {_KEY} is merged into it from elsewhere; write it as lines")
    start = starts[place]
    end = starts[place + 1] if place + 1 < len(starts) else len(lines)
    # Comments and empty lines before the next key are that one's.
    while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return "".join(lines[:start]), "".join(lines[end:])


def _merged(found: Any, report: Report) -> list[dict[str, Any]]:  # noqa: ANN401 - any YAML value
    """The results that a card has, less those of the same settings, and the report's."""
    from huggingface_hub.repocard_data import eval_results_to_model_index

    (own,) = eval_results_to_model_index(card_name(report), eval_results(report))
    models = found or []
    if not isinstance(models, list) or not all(isinstance(each, dict) for each in models):
        raise ValueError(f"its {_KEY} is no list of models")
    replaced = {key for result in own["results"] for key in _keys(result)}
    # A card is of one model, whatever its author calls it.
    target = next((each for each in models if len(models) == 1 or each.get("name") == own["name"]), None)
    if target is None:
        return [*models, own]
    kept = [result for each in target.get("results") or () if (result := _others(each, replaced)) is not None]
    merged = {**target, "results": [*kept, *own["results"]]}
    return [merged if each is target else each for each in models]


def _others(result: Mapping[str, Any], replaced: set[str]) -> Mapping[str, Any] | None:
    """A result without the metrics that are replaced; None where none is left."""
    metrics = result.get("metrics") or ()
    others = [metric for metric, key in zip(metrics, _keys(result), strict=True) if key not in replaced]
    return result if len(others) == len(metrics) else {**result, "metrics": others} if others else None


def _keys(result: Mapping[str, Any]) -> Iterator[str]:
    """What tells each metric of a result from others; the revision of the data does not."""
    dataset = result.get("dataset") or {}
    about = [dataset.get(name) for name in ("type", "name", "config", "split")]
    for metric in result.get("metrics") or ():
        yield json.dumps([about, metric.get("type"), metric.get("args")], sort_keys=True, default=str)


def _with_section(card: str, report: Report, newline: str) -> str:
    """The card with the report's table in the place of an earlier one of the same settings, or at its end."""
    info = report["info"]
    parts = [model_name(info), info["split"], *info["subsets"]]
    settings = [dataset_names(info), info["method"], info["prompt"], info["num_few_shot"], parts]
    name = hashlib.sha256(json.dumps(settings).encode()).hexdigest()[:8]
    begin, end = (f"<!-- pytest-haerae {name}: {what} -->" for what in ("begin", "end"))
    lines = [begin, *_table(report), end]
    section = newline.join(lines)
    if begin not in card:
        return f"{card.rstrip()}{newline}{newline}{section}{newline}"
    before, _, rest = card.partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise ValueError(f"it has the mark '{begin}' without its end '{end}'")
    return before + section + after


def _table(report: Report) -> Iterator[str]:
    info, metrics = report["info"], report["metrics"]
    yield f"## Evaluation: {markdown(', '.join(dataset_names(info)))}"
    yield ""
    yield "| | n | accuracy | 95% interval |"
    yield "|---|---:|---:|---|"
    rows: list[tuple[str, Any]] = [*metrics["subsets"].items()] if len(metrics["subsets"]) > 1 else []
    rows += [(f"**{name}**", part) for name, part in metrics.get("benchmarks", {}).items()]
    rows += [("**all items**", metrics)]
    for name, score in rows:
        if score["accuracy"] is not None:
            strong = name.startswith("**") and name.endswith("**")
            shown = f"**{markdown(name.strip('*'))}**" if strong else markdown(name)
            low, high = score["ci95"] or (None, None)
            interval = "" if low is None else f"{low:.3f} to {high:.3f}"
            yield f"| {shown} | {score['n']} | {score['accuracy']:.4f} | {interval} |"
    yield ""
    version = info["versions"].get("pytest_haerae", "")
    told = [info["method"], f"prompt {info['prompt']}", f"{info['num_few_shot']}-shot"]
    told += [f"revision {info['dataset_revision']}"] if info["dataset_revision"] else []
    told += [f"split {info['split']}"] if info["split"] else []
    yield f"{markdown(', '.join(told))}; {info['started'][:10]}, pytest-haerae {markdown(version)}."


def _check(before: str, after: str) -> None:
    """Hold what was made against the hub's own reader, and against all else that the card said.

    Raises:
        ValueError: It cannot be read, or says something else.
    """
    from huggingface_hub import ModelCard, ModelCardData

    card = ModelCard(after)
    assert isinstance(card.data, ModelCardData)  # noqa: S101 - of a model's card it is
    head, earlier = _HEAD.match(after), _HEAD.match(before)
    said = _mapping(earlier[2]) if earlier else {}
    now = _mapping(head[2]) if head else {}
    if {**said, _KEY: None} != {**now, _KEY: None} or card.data.eval_results is None:
        raise ValueError("its head is written in a way that nothing can be added to; write it as lines")
