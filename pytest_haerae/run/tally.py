"""What is known of a run while its answers arrive: right so far, errors, tokens, cost."""

from __future__ import annotations

from collections.abc import Iterable
from time import perf_counter

from pytest_haerae.run.plan import Plan
from pytest_haerae.types import Response, Selected, Verdict

_FREE_SECONDS, _MOST_OF_TIME = 1.0, 0.05
"""What judging may take while the model answers: so many seconds, and then this share of the time."""


class Tally:
    """Counts the answers as they arrive, and judges them as far as that takes no time to speak of.

    An item is judged once: the verdict is kept. Of a fast model's answers a part is judged on the way, and the accuracy
    is theirs; so it is of the answers of this session where an earlier one stored others. A scorer that may be slow or
    remember what it saw is left alone until all answers are there, for the model would wait for it; where there is no
    other, nothing is known of the accuracy before.

    Args:
        plan: What is measured.
        asked: The items that are asked, each with its request's key.
    """

    def __init__(self, plan: Plan, asked: Iterable[tuple[Selected, str]]) -> None:
        self._plan = plan
        # The verdict takes its item's place: a second table of as many would be a fifth of what a run holds.
        self._entries: dict[str, Selected | Verdict | list[Selected]] = {}
        self._of_shared: dict[int, Verdict] = {}
        for entry, key in asked:
            # Of a conversation the first answer alone has no verdict.
            if plan.part_of(entry.data).scorer.quick and not entry.item.turns:
                other = self._entries.setdefault(key, entry)
                if isinstance(other, list):
                    other.append(entry)
                elif other is not entry:
                    self._entries[key] = [other, entry]  # type: ignore[list-item] # nothing is judged yet
        self._first: float | None = None
        self._spent = 0.0
        self._right = self._answered = self._judged = self._errors = self._tokens = 0
        self._cost: float | None = None

    def note(self, key: str, response: Response) -> None:
        """Take note of an answer that has arrived, or of the error in its place."""
        self._errors += response.error is not None
        self._tokens += (response.prompt_tokens or 0) + (response.completion_tokens or 0)
        if response.cost_usd is not None:
            self._cost = (self._cost or 0.0) + response.cost_usd
        began = perf_counter()
        if self._first is None:
            self._first = began
        if self._spent > _FREE_SECONDS + _MOST_OF_TIME * (began - self._first):
            return
        waiting = self._entries.get(key)
        self._judged += waiting is not None or response.error is not None
        if isinstance(waiting, Selected):
            self._entries[key] = self._judge(waiting, response)
        elif isinstance(waiting, list):
            self._of_shared.update({id(entry): self._judge(entry, response) for entry in waiting})
        self._spent += perf_counter() - began

    def _judge(self, entry: Selected, response: Response) -> Verdict:
        verdict = self._plan.part_of(entry.data).judge(entry.item, response)
        self._right += verdict.outcome == "correct"
        self._answered += verdict.outcome not in ("error", "skipped", "unjudged")
        return verdict

    def verdict(self, selected: Selected, key: str | None, response: Response | None) -> Verdict:
        """The verdict on one of the items: the one that was made on the way, or else made now.

        Args:
            selected: The item.
            key: Its request's key; None where the method does not apply to it.
            response: What the model answered.
        """
        kept = None if key is None else self._entries.get(key)
        if isinstance(kept, list):
            kept = self._of_shared.get(id(selected))
        return kept if isinstance(kept, Verdict) else self._plan.part_of(selected.data).judge(selected.item, response)

    def words(self, done: int) -> list[str]:
        """What there is to say of the answers that arrived, the most important first.

        Args:
            done: How many answers there are, with those of the store; the accuracy is of all of them, or about so.
        """
        from tqdm import tqdm

        said = [f"{self._errors} error{'s' if self._errors > 1 else ''}"] if self._errors else []
        about = "~" if self._judged < done else ""
        said += [f"acc {about}{self._right / self._answered:.3f}"] if self._answered else []
        said += [] if self._cost is None else [f"{self._cost:.4f} USD"]
        return said + ([f"{tqdm.format_sizeof(self._tokens)} tokens"] if self._tokens else [])
