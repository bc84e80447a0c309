"""What a report says of its protocol, in lines for people: deviations, and the published numbers beside ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pytest_haerae.config.options import BY_NAME
from pytest_haerae.config.protocols import plainly
from pytest_haerae.gates.compatibility import ProtocolInfo, PublishedInfo
from pytest_haerae.report.protocol import ONLY_SUBSETS
from pytest_haerae.report.schema import Report
from pytest_haerae.statistics.scores import Score


def protocol_lines(report: Report) -> list[str]:
    """The lines; none where the run followed no protocol."""
    protocol = report["info"].get("protocol")
    if protocol is None:
        return []
    count = len(protocol["deviations"])
    followed = "followed in every setting" if not count else f"with {count} deviation{'' if count == 1 else 's'}"
    if free := ", ".join(protocol.get("free", ())):
        followed += f"; set for each model: {free}" if count else f" but those set for each model: {free}"
        followed += " (not compared)"
    lines = [f"protocol {protocol['name']}, {followed}"]
    lines += [f"deviation: {deviation}" for deviation in protocol["deviations"]]
    lines += [f"not as in the source: {note}" for note in protocol.get("notes", ())]
    for entry in protocol["published"]:
        if entry["same_model"]:
            lines += _beside(report, entry)
    return lines


class SubsetBeside(NamedTuple):
    """A subset's published number, and what it came to here."""

    name: str
    published: float
    score: Score


class ProtocolTable(NamedTuple):
    """What the page shows of a protocol: what it is, and of the same model each subset whose number is published."""

    info: ProtocolInfo
    subsets: list[SubsetBeside]


def protocol_table(report: Report) -> ProtocolTable | None:
    """What the page shows of the protocol; None where the run followed none."""
    protocol = report["info"].get("protocol")
    if protocol is None:
        return None
    same = (entry for entry in protocol["published"] if entry["same_model"])
    return ProtocolTable(protocol, [each for entry in same for each in _subsets(report, entry)])


def _subsets(report: Report, entry: PublishedInfo) -> list[SubsetBeside]:
    """The subsets that both have, however their names are written."""
    ours = {plainly(name): score for name, score in report["metrics"]["subsets"].items()}
    pairs = ((name, share, ours.get(plainly(name))) for name, share in entry["subsets"].items())
    return [SubsetBeside(name, share, score) for name, share, score in pairs if score and score["n"]]


def _beside(report: Report, entry: PublishedInfo) -> Iterator[str]:
    found = _subsets(report, entry)
    source = "; ".join(filter(None, (entry.get("note"), entry["source"])))
    # Other subsets have another total.
    total = None if _asks_other_subsets(report) else entry["accuracy"]
    if total is not None:
        numbers = f"{total:.4f}, here {_ours(report['metrics'], total)}"
        yield f"published of {entry['model']} ({entry['metric']}): {numbers}; {source}"
    told = [f"{each.name} {each.published:.4f}, here {_ours(each.score, each.published)}" for each in found]
    if told:
        yield f"published by subset: {'; '.join(told)}" + ("" if total is not None else f"; {source}")


def _asks_other_subsets(report: Report) -> bool:
    protocol = report["info"].get("protocol")
    told = (ONLY_SUBSETS, f"{BY_NAME['subset'].flag}: ")
    return protocol is not None and any(line.startswith(told) for line in protocol["deviations"])


def _ours(score: Score, published: float) -> str:
    """An accuracy with its interval, and whether the published one lies outside."""
    if score["accuracy"] is None or score["ci95"] is None:
        return "nothing was measured"
    low, high = score["ci95"]
    outside = "" if low <= published <= high else ", which it lies outside of"
    return f"{score['accuracy']:.4f} (95% interval {low:.3f}-{high:.3f}{outside})"
