"""The results of HAE-RAE's evaluation toolkit (HRET): what ``--output_file`` and `EvaluationResult.save_json` write.

The layout is that of its commit cbc399b of November 2025, the newest of the main branch: `metrics`, `samples` and
`info`, and of a sample `input`, `reference`, `prediction`, `options`, `_subset_name` and, where options were scored,
`logits.option_log_probs` in their order. It has no ids, so that items are told by their text. Two things there cannot
be undone: ``string_match`` keeps of an output what it compares, its first line; and a call that failed has its error as
its prediction, which is read as the error that it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pytest_haerae.errors import UsageError
from pytest_haerae.redact import error_line
from pytest_haerae.report.responses.fields import (
    json_file,
    list_in,
    log_likelihood,
    mapping_in,
    refuse,
    text_in,
    texts_in,
)
from pytest_haerae.report.responses.looks import keys_of
from pytest_haerae.run.given_questions import GivenQuestion
from pytest_haerae.run.given_responses import OPTION, GivenItem, GivenResponses
from pytest_haerae.types import Response

_ERROR = re.compile(r"(?:vLLM )?Error: |\[\w+Backend\] ", re.IGNORECASE)
"""What its backends write in an output's place."""


def takes(path: Path) -> bool:
    """Whether a file looks like one of these."""
    keys = keys_of(path)
    return keys >= {"metrics", "samples", "info"} and "schema_version" not in keys


def read(path: Path, columns: Mapping[str, Any]) -> GivenResponses:
    """Read the results of a run.

    Args:
        path: The file.
        columns: Of no log: it says by itself what is what.

    Raises:
        UsageError: They are malformed, or of a run that failed.
    """
    place = f"{OPTION} {path}"
    result = json_file(path, place)
    samples, info = list_in(result, "samples", place), mapping_in(result, "info", place)
    if not samples and info.get("error"):
        raise UsageError(f"{place}: the run failed there ({error_line(str(info['error']))}), and nothing was answered")
    items = [_item(sample, f"{place}, sample {number}", number) for number, sample in enumerate(samples, 1)]
    model = info.get("model_backend_name")
    return GivenResponses(path, model if isinstance(model, str) and model else path.name, items)


def _item(sample: Any, place: str, number: int) -> GivenItem:  # noqa: ANN401 - JSON
    if not isinstance(sample, dict):
        raise UsageError(f"{place}: is no JSON object")
    text, reference = text_in(sample, "input", place), text_in(sample, "reference", place).strip()
    options = texts_in(sample, "options", place) or None
    subset = sample.get("_subset_name")
    return GivenItem(
        str(number),
        (_response(sample, options, place),),
        f"sample {number}",
        subset=subset if isinstance(subset, str) and subset else None,
        shown=text,
        question=GivenQuestion((text,), options, (reference,) if reference else ()),
        continuations=options,
    )


def _response(sample: Mapping[str, Any], options: tuple[str, ...] | None, place: str) -> Response | None:
    said = sample.get("prediction")
    if said is None:
        return None
    text = said if isinstance(said, str) else str(said)
    if _ERROR.match(text):
        return Response(error=error_line(text))
    logits = sample.get("logits")
    listed = logits.get("option_log_probs") if isinstance(logits, dict) else None
    if listed is None:
        return Response(text)
    if not isinstance(listed, list) or options is None or len(listed) != len(options):
        refuse(place, "logits", "has not one number for each of its options")
    return Response(text, tuple(log_likelihood(each, "option_log_probs", place) for each in listed))
