from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.replicas.pieces import LARGEST, MOST_DEATHS, SMALLEST, Pieces


@given(count=st.integers(0, 3000), replicas=st.integers(1, 9))
def test_every_request_is_handed_out_once_in_order_and_pieces_shrink(count: int, replicas: int) -> None:
    pieces = Pieces(count, replicas)
    handed: list[int] = []
    sizes: list[int] = []
    while piece := pieces.take():
        handed += piece.indices
        sizes.append(len(piece.indices))
        pieces.answered(piece, range(len(piece.indices)))
        pieces.end(piece)
    assert handed == list(range(count))
    assert sizes == sorted(sizes, reverse=True)
    assert all(SMALLEST <= size <= LARGEST for size in sizes[:-1])
    assert pieces.unanswered == 0
    if count >= 2 * replicas * SMALLEST:
        assert sizes[0] <= max(SMALLEST, -(-count // (2 * replicas)))


@given(
    count=st.integers(1, 200),
    replicas=st.integers(1, 4),
    deadly=st.sets(st.integers(0, 199), max_size=3),
    seed=st.integers(0, 1000),
)
def test_whatever_dies_each_request_is_answered_once_and_only_the_deadly_are_given_up(
    count: int, replicas: int, deadly: set[int], seed: int
) -> None:
    """A replica answers a piece in order and dies of a deadly request; sometimes it dies of nothing in it."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    pieces = Pieces(count, replicas)
    answered: list[int] = []
    given_up: list[int] = []
    accidents = 5
    while pieces.unanswered:
        piece = pieces.take()
        assert piece is not None
        survived = next((place for place, index in enumerate(piece.indices) if index in deadly), len(piece.indices))
        accident = accidents > 0 and len(piece.indices) > 1 and chance.random() < 0.2
        if accident:
            accidents -= 1
            survived = chance.randrange(survived + 1)
        answered += pieces.answered(piece, range(survived))
        if survived < len(piece.indices) or accident:
            given_up += pieces.give_back(piece)
        else:
            pieces.end(piece)
    assert sorted(answered + given_up) == list(range(count))
    assert set(given_up) == {index for index in deadly if index < count}


def test_what_came_back_is_handed_out_next_and_a_piece_without_an_answer_in_halves() -> None:
    pieces = Pieces(64, 1)
    first = pieces.take()
    assert first is not None
    assert len(first.indices) == 32
    assert pieces.give_back(first) == []
    halves = [pieces.take(), pieces.take()]
    assert [half.indices for half in halves if half] == [tuple(range(16)), tuple(range(16, 32))]
    assert halves[0] is not None
    pieces.answered(halves[0], range(10))
    pieces.give_back(halves[0])
    rest = pieces.take()
    assert rest is not None
    assert rest.indices == tuple(range(10, 16))


def test_a_request_alone_gets_its_chances() -> None:
    pieces = Pieces(1, 1)
    for death in range(1, MOST_DEATHS + 1):
        piece = pieces.take()
        assert piece is not None
        assert pieces.give_back(piece) == ([0] if death == MOST_DEATHS else [])
    assert pieces.unanswered == 0


def test_what_a_backend_leaves_out_is_not_waited_for() -> None:
    pieces = Pieces(4, 1)
    piece = pieces.take()
    assert piece is not None
    assert pieces.answered(piece, [2, 0]) == [2, 0]
    pieces.end(piece)
    assert pieces.unanswered == 0
    assert pieces.take() is None


def test_an_answer_given_twice_stands_for_no_other() -> None:
    pieces = Pieces(2, 1)
    piece = pieces.take()
    assert piece is not None
    pieces.answered(piece, [0, 0])
    assert pieces.unanswered == 1
    pieces.answered(piece, [0, 1])
    assert pieces.unanswered == 0
