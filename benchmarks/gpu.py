"""Log-likelihoods and generation on one GPU: this project, full sequences, and the floor, in minutes, offline.

Models of about 1B and 8B parameters with random weights in bfloat16, 200 items of about 60, 300 and 1,500 tokens with
five options each. Contenders alternate after a first pass of each; medians are printed.

  this project     the `huggingface` backend from text to log-likelihoods, in its own batches
  full sequences   lm-evaluation-harness' way (`HFLM` 0.4.13), at the best of three batch sizes; where a pass takes long
                   it scores every n-th item, and its seconds are multiplied by n
  floor            a bare forward over each context, tokenized beforehand, logits of the last position, in the batches
                   of this project; it scores nothing

Beside them: peak memory; the share of time in which the device waits while this project scores; generation by the
backend and by a plain `model.generate`; the difference to full sequences in float32.

Parts run in the order of importance within `--seconds`; what no time is left for is skipped and said so, a part that
fails does not end the others, and `--output` is rewritten after each.

usage: python benchmarks/gpu.py [--seconds 420] [--output gpu.json] [--parts REGEX] [--rehearse]
Needs: torch, transformers and pydantic. `--rehearse` runs every part on the processor with a tiny model.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import statistics
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ["HF_HUB_OFFLINE"] = "1"

import torch
import transformers

from benchmarks import gpu_models as models
from benchmarks import gpu_parts as parts
from benchmarks.gpu_parts import Row
from benchmarks.measuring import Watch


@dataclass(slots=True)
class Run:
    """What all parts share.

    Attributes:
        device: Where the models are.
        deadline: When the last part has to be done, by `time.monotonic`.
        output: The file of results.
        wanted: The names of the parts that run.
        results: Everything measured, by part.
    """

    device: torch.device
    deadline: float
    output: Path
    wanted: re.Pattern[str]
    results: dict[str, Any] = field(default_factory=dict)

    def left(self) -> float:
        """Seconds."""
        return self.deadline - time.monotonic()

    def note(self, name: str, row: Row, seconds: float) -> None:
        """Keep a part's results, on disk too, and say that it is done."""
        self.results[name] = row | {"part_seconds": seconds}
        said = row.get("failed") or row.get("skipped") or "done"
        print(f"[{self.left():4.0f} s left] {name}: {said}, {seconds:.1f} s", flush=True)
        self.output.write_text(json.dumps(self.results, indent=1, ensure_ascii=False), encoding="utf-8")

    def guard(self, name: str, work: Callable[[], Row | None]) -> None:
        """Do the work; note its results, or why there are none."""
        started = time.monotonic()
        try:
            row = work()
        except Exception as error:
            line = (str(error).strip().splitlines() or [""])[0][:200]
            row = {"failed": f"{type(error).__name__}: {line}", "traceback": traceback.format_exc()}
        if row is not None:
            self.note(name, row, time.monotonic() - started)

    def part(self, name: str, needs: float, work: Callable[[], Row]) -> None:
        """Do one part if enough time is left."""
        if self.left() < needs:
            self.note(name, {"skipped": f"{self.left():.0f} s left, it needs about {needs:.0f}"}, 0.0)
            return
        self.guard(name, work)
        parts.empty(self.device)


@dataclass(frozen=True, slots=True)
class Material:
    """What both models share: the tokenizer, the items by their tokens, and how much each prompt generates."""

    tokenizer: Any
    requests: dict[int, list[Any]]
    new_tokens: int


def make_material(vocab_size: int, items: int, new_tokens: int) -> Material:
    """A tokenizer and the items of each length."""
    lines = models.project_lines()
    tokenizer = models.make_tokenizer(lines, vocab_size)
    requests = {tokens: models.make_requests(tokenizer, lines, tokens, items) for tokens in parts.SIZES}
    return Material(tokenizer, requests, new_tokens)


def load(run: Run, shape: models.Shape, material: Material) -> tuple[parts.Bench, Row]:
    """A model in bfloat16, warm, with the attention kernels whose numbers are right."""
    tokenizer, requests, new_tokens = material.tokenizer, material.requests, material.new_tokens
    model = models.make_model(shape, run.device, torch.bfloat16)
    backend = models.make_backend(tokenizer, model, new_tokens)
    row: Row = {
        "parameters": model.num_parameters(),
        "attention": model.config._attn_implementation,
        "weights_gib": parts.peak_gib(run.device),
        "option_tokens": [tokenizer.tokenize(option) for option in models.OPTIONS[:2]],
    }
    row |= parts.find_attention(model, tokenizer, backend, requests[60][:8])
    return parts.Bench(run.device, tokenizer, model, backend, requests, new_tokens, run.left), row


def run_model(run: Run, shape: models.Shape, material: Material, last: bool) -> None:
    """All parts of one model, in the order of importance; seconds needed are those of a model of 1B on an H100."""
    works: dict[str, tuple[float, Callable[[parts.Bench], Row]]] = {
        "scoring 60": (3, lambda bench: parts.measure_scoring(bench, 60)),
        "padding": (4, parts.measure_padding),
        "scoring 300": (12, lambda bench: parts.measure_scoring(bench, 300)),
        "profile 60": (3, lambda bench: parts.measure_profile(bench, 60)),
        "profile 300": (4, lambda bench: parts.measure_profile(bench, 300)),
        "generation": (8, parts.measure_generation),
        "scoring 1500": (25, lambda bench: parts.measure_scoring(bench, 1500)),
    }
    if last:
        del works["padding"]
    else:
        # It leaves the model in float32, which a model of 8B would not fit in beside its batches.
        works["exactness"] = (8, parts.measure_exactness)
    wanted = [name for name in works if run.wanted.search(f"{shape.name} {name}")]
    if not wanted:
        return
    started = time.monotonic()
    bench, row = load(run, shape, material)
    run.note(f"{shape.name} load", row, time.monotonic() - started)
    for name in wanted:
        seconds, work = works[name]
        run.part(f"{shape.name} {name}", seconds * (4 if shape.name == "8B" else 1), partial(work, bench))


HEAD = (
    "| model | tokens | this project | full sequences | floor | x full | of floor's time | first pass "
    "| peak GiB: this, full, floor | rows: this, full | largest difference, same argmax (full: softmax in bfloat16) |",
    "|---|---|---|---|---|---|---|---|---|---|---|",
)


def table_row(name: str, row: Row) -> str:
    """A scoring part as a row of the Markdown table: items a second, ratios, memory, batches."""
    model, _, tokens = name.split()
    took = row["median"]
    rate = {each: f"{row['items'] / seconds:.1f}/s ({len(row['seconds'][each])})" for each, seconds in took.items()}
    share = f", 1 of {row['full_every']} items" if row["full_every"] > 1 else ""
    rows = max(row["rows"]) if isinstance(row["rows"], list) else row["rows"]
    peaks = ", ".join(f"{peak:.1f}" for peak in row["peak_gib"].values())
    cells = [model, tokens, rate["haerae"], rate["full"] + share, rate["floor"]]
    cells += [f"{took['full'] / took['haerae']:.2f}", f"{took['haerae'] / took['floor']:.2f}"]
    cells += [f"{row['first_pass_seconds']:.2f} s", peaks, f"{rows}, {row['full_size']}"]
    failed = f", {row['not_scored']} NOT SCORED" if row["not_scored"] else ""
    agreed, compared = row["same_argmax"]
    cells += [f"{row['largest_difference']:.2g}, {agreed} of {compared}{failed}"]
    return "| " + " | ".join(cells) + " |"


def sentences(name: str, row: Row) -> list[str]:
    """A part that is no row of the table, in words."""
    lines = []
    if "failed" in row or "skipped" in row:
        lines.append(f"{name}: " + (row.get("failed") or f"skipped, {row['skipped']}"))
    elif "waiting_share" in row:
        waits = [f"{1000 * spent:.0f} ms {at}" for at, spent in row["profiled_waiting_seconds"].items()]
        wall, profiled = statistics.median(row["wall_seconds"]), row["profiled_wall_seconds"]
        lines.append(
            f"{name}: the device waits {row['waiting_share']:.0%} of {wall:.3f} s "
            f"(profiled, of {profiled:.3f} s: {', '.join(waits)}); an item: {row['kernels_per_item']:.1f} kernels, "
            f"{row['copies_per_item']:.1f} copies, {row['stops_per_item']:.1f} stops"
        )
        lines += [f"    {each}" for each in row["host"]["own"][:3]]
    elif "tokens_per_second" in row:
        rate = row["tokens_per_second"]
        lines.append(
            f"{name}: {row['prompts']} prompts, backend {rate['haerae']:.0f} tokens/s, model.generate "
            f"{rate['plain']:.0f} tokens/s, same texts {row['same_texts']} of {row['prompts']}"
        )
    elif "float32" in row:
        said = [
            f"{kind.replace('_', ' ')} {row[kind][0]:.1e} ({row[kind][1]} of {row['items']} argmax)"
            for kind in ("float32", "bfloat16_haerae", "bfloat16_full")
        ]
        lead = f"the best option leads by {row['median_lead_of_the_best_option']:.3f} (median)"
        lines.append(f"{name}, largest difference to full sequences in float32: {', '.join(said)}; {lead}")
    elif "padding" in row:
        for kind, found in row["padding"].items():
            wrong = f"wrong at widths {sorted(found['wrong'])}" if found["wrong"] else "right at every width"
            lines.append(f"{name}, left, {kind}: {wrong}, largest difference {found['largest']:.3f}")
    elif "parameters" in row:
        weights = f"{row['parameters'] / 1e9:.2f}B parameters, {row['weights_gib']:.1f} GiB, {row['attention']}"
        left_out = f"attention without {row['attention_without']} ({'; '.join(row['attention_tries'])})"
        lines.append(f"{name}: {weights}, {left_out}, options {row['option_tokens']}")
    return lines


def summary(results: dict[str, Row]) -> list[str]:
    """The table, then the other parts; a row that cannot be said does not keep the others from it."""
    rows, lines = list(HEAD), []
    for name, row in results.items():
        try:
            if "median" in row:
                rows.append(table_row(name, row))
            else:
                lines += sentences(name, row)
        except (KeyError, TypeError, ValueError) as error:
            lines.append(f"{name}: measured, see the file ({type(error).__name__}: {error})")
    return [*rows, "", *lines]


def main() -> None:
    """Measure what time allows, then print it all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=420, help="for everything, from the start on")
    parser.add_argument("--output", type=Path, default=Path("gpu.json"))
    parser.add_argument("--parts", default="", help="a regular expression: '8B scoring' measures these parts only")
    parser.add_argument("--items", type=int, default=200, help="of each length")
    parser.add_argument("--rehearse", action="store_true", help="a tiny model on the processor")
    settings = parser.parse_args()
    if not settings.rehearse and not torch.cuda.is_available():
        parser.error("there is no CUDA device; --rehearse runs a tiny model on the processor")
    models.load_package()  # what it needs and lacks is said now, not after the models are made
    device = torch.device("cpu" if settings.rehearse else "cuda")
    items, new_tokens = (6, 8) if settings.rehearse else (settings.items, 128)
    transformers.logging.set_verbosity_error()
    run = Run(device, time.monotonic() + settings.seconds, settings.output, re.compile(settings.parts))
    card = torch.cuda.get_device_name(device) if device.type == "cuda" else "no GPU"
    versions = f"torch {torch.__version__}, transformers {transformers.__version__}, Python {platform.python_version()}"
    run.note("machine", {"card": card, "versions": versions}, 0.0)
    shapes = models.TINY if settings.rehearse else models.SHAPES
    started = time.monotonic()
    material = make_material(shapes[0].vocab_size, items, new_tokens)
    run.note("items", {"items": items, "new_tokens": new_tokens}, time.monotonic() - started)
    with Watch() as watch:
        for shape in shapes:
            # Nothing may end the run before the table: a model that cannot be made is one line, as a failed part is.
            run.guard(shape.name, partial(run_model, run, shape, material, shape is shapes[-1] and len(shapes) > 1))
            parts.empty(device)
    run.note("load", watch.facts(), 0.0)
    print(f"\n{card}, {versions}; bfloat16, {items} items of each length; items a second, medians of (rounds)\n")
    print("\n".join(summary(run.results)))
    watch.report({})


if __name__ == "__main__":
    main()
