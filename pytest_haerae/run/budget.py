"""What a run may cost, and what it has cost so far."""

from __future__ import annotations

from pytest_haerae.errors import UsageError
from pytest_haerae.types import Response


class Budget:
    """Adds up what answers cost. Not a thread's own: whoever asks does so one after the other.

    Args:
        limit: US dollars from which nothing more is asked; None for no limit.
        model: How the model is called in messages.
    """

    def __init__(self, limit: float | None = None, model: str = "the model") -> None:
        self._limit = limit
        self._model = model
        self._spent = 0.0

    def pay(self, response: Response) -> None:
        """Add what an answer cost; what ended in an error told no price.

        Raises:
            UsageError: There is a limit, and the answer does not say what it cost.
        """
        if response.cost_usd is not None:
            self._spent += response.cost_usd
        elif self._limit is not None and response.error is None:
            raise UsageError(f"--max-cost: {self._model}: an answer came without its price; leave --max-cost out")

    @property
    def is_spent(self) -> bool:
        """Whether nothing more is to be asked."""
        return self._limit is not None and self._spent >= self._limit

    def words(self) -> str:
        """Why the rest was not asked."""
        return (
            f"not asked: this run has cost {self._spent:.4f} USD, of at most {self._limit:g} (--max-cost); the same"
            " command with a higher one goes on"
        )
