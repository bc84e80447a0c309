"""What a report says of its judge, in lines for people: scores, who graded, and how far that holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pytest_haerae.gates.compatibility import JudgeModel, model_title
from pytest_haerae.report.schema import Info, Judging, Report
from pytest_haerae.statistics.corrected import JudgeCheck
from pytest_haerae.statistics.pairwise import Flips
from pytest_haerae.statistics.panel import Panel


def judging_lines(report: Report) -> list[str]:
    """The lines; none where no judge graded, no model ranked, and no scorer gave scores between."""
    info, metrics = report["info"], report["metrics"]
    lines = []
    if mean := metrics.get("score"):
        lines.append(f"scores of 0 to 1: mean {mean['mean']:.4f}{_interval(mean['ci95'])}, n = {mean['n']}")
    if turns := metrics.get("turn_scores"):
        means = ", ".join(f"{place}. {mean['mean']:.4f}" for place, mean in enumerate(turns, 1))
        lines.append(f"mean scores by turn: {means}")
    judging = info.get("judging")
    if "judge" in info and judging:
        lines.append(_took_line("graded by", model_title(info["judge"]), judging))
    if "reward_model" in info and "rewarding" in info:
        lines.append(_took_line("ranked by", model_title(info["reward_model"]), info["rewarding"]))
    if (panel := metrics.get("panel")) and judging:
        lines += _panel_lines(info, panel, judging.get("judges", {}))
    if pairs := metrics.get("flips"):
        lines.append(_flips_line(pairs))
    if check := metrics.get("judge"):
        lines += _check_lines(check)
    return lines


def judge_title(info: Info) -> str | None:
    """Backend and model of the judge, or of each of several behind its name; None where there is none."""
    if judges := info.get("judges"):
        return ", ".join(map(_named, judges))
    judge = info.get("judge")
    return None if judge is None else model_title(judge)


def _named(judge: JudgeModel) -> str:
    name, title = judge.get("name", ""), model_title(judge)
    return title if name in ("", judge["backend"]) else f"{name} ({title})"


def _panel_lines(info: Info, panel: Panel, took: Mapping[str, Judging]) -> list[str]:
    """Each judge with what it took and made of the answers, and how far they agree."""
    lines = []
    for judge in info.get("judges", ()):
        name = judge.get("name", "")
        own = panel["judges"].get(name)
        line = _took_line("graded by", _named(judge), took[name]) if name in took else f"graded by {_named(judge)}"
        if own is not None and own["accuracy"] is not None:
            line += f"; alone: accuracy {own['accuracy']:.4f}, n = {own['n']}"
            line += f", mean score {own['score']['mean']:.4f}" if "score" in own else ""
            line += f", {own['unjudged']} unjudged" if own["unjudged"] else ""
        lines.append(line)
        if own is not None and "flips" in own:
            lines.append(_flips_line(own["flips"]))
    if panel["alpha"] is not None:
        lines.append(f"the judges agree by Krippendorff's alpha {panel['alpha']:.3f} ({panel['level']})")
    return lines


def _took_line(verb: str, title: str, judging: Judging) -> str:
    """Who graded or ranked the answers, and what that took."""
    responses, tokens, cost = judging["responses"], judging["tokens"], judging["cost_usd"]
    words = f"{verb} {title}: {responses['computed']} responses"
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
    # A report of before has the accuracy's name for both: where the judge's error is not told, its scores are partial.
    value = correction.get("score", correction.get("accuracy"))
    if value is None:
        return [*lines, f"not corrected: {correction['reason']}"]
    method = correction["method"].replace("_", " ")
    about = "mean score " if "score" in correction or error is None else ""
    score = f"{value:.4f}{_interval(correction['ci95'])}"
    return [*lines, f"{about}corrected for the judge's error: {score} ({method})"]


def _interval(ci95: Sequence[float] | None) -> str:
    return "" if ci95 is None else f" [{ci95[0]:.3f}, {ci95[1]:.3f}]"
