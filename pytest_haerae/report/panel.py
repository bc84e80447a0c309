"""What a report has of several judges beside their verdicts: their own numbers, notes and warnings."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_haerae.gates.own_family import family_of, warn_of_own_family
from pytest_haerae.run.plan import Plan
from pytest_haerae.statistics.agreement import has_nltk
from pytest_haerae.statistics.panel import panel_of, preference_of
from pytest_haerae.statistics.scores import Metrics
from pytest_haerae.types import Sample

NO_AGREEMENT = (
    "how far the judges agree was not measured: it needs NLTK, which is not installed: pip install"
    " 'pytest-haerae[judge]'"
)
"""What is noted of a panel where the library is missing."""


def with_panel(metrics: Metrics, samples: Sequence[Sample]) -> tuple[Metrics, list[str]]:
    """A run's metrics with what each of several judges makes of its answers, and lines for people.

    Args:
        metrics: The metrics.
        samples: The items.
    """
    panel = panel_of(samples)
    if panel is None:
        return metrics, []
    return {**metrics, "panel": panel}, [] if has_nltk() else [NO_AGREEMENT]


def warn_of_judges(plan: Plan, samples: Sequence[Sample]) -> list[str]:
    """The lines on judges of the model's own family: that they are, and what they were seen to prefer.

    That needs pairs, a judge of the family and another that is of none or of another one.

    Args:
        plan: What was measured.
        samples: The items.
    """
    model = plan.parameters.model_label()
    labels = {second.name: second.parameters.model_label() for second in plan.seconds}
    lines: list[str] = []
    for second in plan.seconds:
        backends = plan.config.model, second.backend_name
        lines += warn_of_own_family(model, second.parameters.model_label(), backends)
    family = family_of(model)
    own = [name for name, label in labels.items() if family is not None and family_of(label) == family]
    others = [name for name in labels if name not in own]
    for name in own if others else ():
        found = preference_of(name, others, samples)
        if found["difference"] is not None and found["ci95"] is not None and found["ci95"][0] > 0:
            low, high = found["ci95"]
            lines.append(
                f"the judge {name} puts its own family's answers before the others by {found['difference']:.3f}"
                f" [{low:.3f}, {high:.3f}] more than the judges of other families do ({found['n']} pairs)"
            )
    return lines
