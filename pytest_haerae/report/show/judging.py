"""What a report says of its judge, in lines for people: scores, who graded, and how far that holds."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_haerae.report.schema import Info, Judging, Report
from pytest_haerae.statistics.corrected import JudgeCheck
from pytest_haerae.statistics.pairwise import Flips


def judging_lines(report: Report) -> list[str]:
    """The lines; none where no judge graded and no scorer gave scores between."""
    info, metrics = report["info"], report["metrics"]
    lines = []
    if mean := metrics.get("score"):
        lines.append(f"scores of 0 to 1: mean {mean['mean']:.4f}{_interval(mean['ci95'])}, n = {mean['n']}")
    if turns := metrics.get("turn_scores"):
        means = ", ".join(f"{place}. {mean['mean']:.4f}" for place, mean in enumerate(turns, 1))
        lines.append(f"mean scores by turn: {means}")
    if (title := judge_title(info)) and "judging" in info:
        lines.append(_judge_line(title, info["judging"]))
    if pairs := metrics.get("flips"):
        lines.append(_flips_line(pairs))
    if check := metrics.get("judge"):
        lines += _check_lines(check)
    return lines


def judge_title(info: Info) -> str | None:
    """Backend and model of the judge; None where there is none."""
    judge = info.get("judge")
    return None if judge is None else " ".join(filter(None, (judge["backend"], judge["model"])))


def _judge_line(title: str, judging: Judging) -> str:
    """Who graded the answers, and what that took."""
    responses, tokens, cost = judging["responses"], judging["tokens"], judging["cost_usd"]
    words = f"graded by {title}: {responses['computed']} responses"
    words += f" computed, {responses['reused']} reused"
    if tokens["prompt"]:
        words += f", tokens: {tokens['prompt']} prompt, {tokens['completion']} completion"
    return words + ("" if cost is None else f", {cost:.4f} USD")


def _flips_line(found: Flips) -> str:
    """How often the order of two answers decided which is the better."""
    if found["rate"] is None or found["first"] is None:
        return "no pair was judged in both orders"
    return (
        f"the better of two answers changes with their order in {found['rate']:.1%}{_interval(found['ci95'])} of"
        f" {found['n']} pairs; the one shown first gets {found['first']:.3f} on average (0.5 without a bias)"
    )


def _check_lines(check: JudgeCheck) -> list[str]:
    """How far the judge was checked, and the score that follows."""
    found = f"the judge beside {check['labels']} labels ({check['source']})"
    if check["left_out"]:
        found += f", {check['left_out']} more of no answer here or not filled in"
    error, correction = check["error"], check["correction"]
    rates = [] if error is None else [("sensitivity", error["sensitivity"], error["sensitivity_ci95"])]
    rates += [] if error is None else [("specificity", error["specificity"], error["specificity_ci95"])]
    told = [f"{name} {rate:.3f}{_interval(ci95)}" for name, rate, ci95 in rates if rate is not None]
    lines = [f"{found}: {', '.join(told)}" if told else found]
    if correction is None:
        return [*lines, "not corrected: the labels are no whole random sample of the graded answers"]
    if correction["accuracy"] is None:
        return [*lines, f"not corrected: {correction['reason']}"]
    method = correction["method"].replace("_", " ")
    return [
        *lines,
        f"corrected for the judge's error: {correction['accuracy']:.4f}{_interval(correction['ci95'])} ({method})",
    ]


def _interval(ci95: Sequence[float] | None) -> str:
    return "" if ci95 is None else f" [{ci95[0]:.3f}, {ci95[1]:.3f}]"
