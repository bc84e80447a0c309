"""Whether a run's images reach its model: all of them, or the run is refused."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_haerae.backends.registry import backends_that, refusing
from pytest_haerae.errors import UsageError
from pytest_haerae.run.plan import Plan
from pytest_haerae.types import Selected


def check_images(plan: Plan, about: Sequence[Selected]) -> None:
    """Refuse items with images where the model would be asked without them.

    Args:
        plan: What is measured.
        about: All that it is about.

    Raises:
        UsageError: With the way out.
    """
    entry = next((entry for entry in about if entry.item.images), None)
    if entry is None:
        return
    part, place = plan.part_of(entry.data), f"{entry.group}: its items have images ({entry.item.id} is the first)"
    if not plan.backend.takes_images:
        can = ", ".join(backends_that(lambda each: each.takes_images))
        raise UsageError(f"{place}, and backend '{plan.config.model}' takes none; {can} do")
    name = f"--model={plan.config.model}"
    with refusing(f"{name}: its images_problem()"):
        every = [image for each in about for image in each.item.images]
        problem = plan.backend.images_problem(plan.parameters, every)
    if problem is not None:
        raise UsageError(f"{place}, {problem} ({name})")
    if part.kind == "loglikelihood":
        raise UsageError(f"{place}, and --method=log_likelihood scores texts alone; take --method=string_match")
    if not plan.is_chat(part.config, part.kind):
        raise UsageError(f"{place}, which stand in a chat's messages alone; add --apply-chat-template")
