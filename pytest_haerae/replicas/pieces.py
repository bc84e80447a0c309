"""The requests of a run in pieces for several replicas: handed out, given back when a replica dies."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass

SMALLEST, LARGEST = 8, 1024
"""Requests in a piece: enough to make batches of, and few enough that a cluster's message stays small."""
MOST_DEATHS = 3
"""How often one request alone may end its replica before it is given up."""


@dataclass(slots=True)
class Piece:
    """Requests that one replica is asked together.

    Attributes:
        indices: The requests' places among all of the run.
        unanswered: The places of those that have no answer yet.
    """

    indices: tuple[int, ...]
    unanswered: set[int]


class Pieces:
    """Hands out requests by guided self-scheduling: large pieces first, small ones at the end, so that none idles.

    A piece is a 1 / (2 * replicas) part of what is left (Polychronopoulos and Kuck 1987 take 1 / replicas; half of it
    evens out requests of different lengths). Neighbours stay together: they share few-shot examples and are of like
    lengths.

    A replica may die of a request. So a piece that came back without a single answer is halved, until the request that
    no replica survives stands alone and is given up.

    Args:
        count: How many requests there are.
        replicas: How many replicas answer them.
    """

    def __init__(self, count: int, replicas: int) -> None:
        self.unanswered = count
        self._left = deque(range(count))
        self._returned: deque[tuple[int, ...]] = deque()
        self._deaths: Counter[int] = Counter()
        self._replicas = replicas

    def take(self) -> Piece | None:
        """The next piece; None where nothing is left to hand out now."""
        if self._returned:
            indices = self._returned.popleft()
        else:
            share = -(-len(self._left) // (2 * self._replicas))
            size = min(len(self._left), max(SMALLEST, min(LARGEST, share)))
            indices = tuple(self._left.popleft() for _ in range(size))
        return Piece(indices, set(indices)) if indices else None

    def answered(self, piece: Piece, places: Sequence[int]) -> list[int]:
        """Note answers.

        Args:
            piece: What was asked.
            places: Which of its requests were answered, counted from the piece's beginning.

        Returns:
            The requests' places among all of the run.
        """
        found = [piece.indices[place] for place in places]
        # Not by the number of answers: one that a backend gives twice would stand for another.
        self.unanswered -= len(piece.unanswered.intersection(found))
        piece.unanswered.difference_update(found)
        return found

    def end(self, piece: Piece) -> None:
        """Note that a piece is done; what its replica left without an answer will have none."""
        self.unanswered -= len(piece.unanswered)
        piece.unanswered.clear()

    def give_back(self, piece: Piece) -> list[int]:
        """Take the requests back that a dead replica did not answer; they are the next to be handed out.

        Returns:
            The requests that are given up: alone, each ended its replica too often.
        """
        rest = tuple(index for index in piece.indices if index in piece.unanswered)
        if not rest:
            return []
        if len(rest) == 1:
            (index,) = rest
            self._deaths[index] += 1
            if self._deaths[index] >= MOST_DEATHS:
                self.unanswered -= 1
                return [index]
        middle = len(rest) // 2 if len(rest) == len(piece.indices) else 0
        self._returned.extendleft(part for part in (rest[middle:], rest[:middle]) if part)
        return []
