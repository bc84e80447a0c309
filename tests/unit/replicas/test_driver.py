"""What the driver makes of deaths; whole runs on Ray are in tests/integration."""

from __future__ import annotations

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.replicas.actor import Words
from pytest_haerae.replicas.driver import Replicas, _Member, _reason
from pytest_haerae.replicas.pieces import Pieces

DEATH = RuntimeError("The actor died unexpectedly. More words.")


@pytest.fixture
def replicas() -> Replicas:
    """Without a cluster: nothing of it is asked here."""
    made = object.__new__(Replicas)
    made.notes, made._deaths_in_a_row = [], 0
    return made


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("The actor died because of an error. Its handle is lost.", "The actor died because of an error"),
        (
            "\x1b[36mray::load()\x1b[39m\nTraceback:\n  File x\nlib.MemoryError: no room left",
            "lib.MemoryError: no room left",
        ),
        ("ValueError: first\nRuntimeError: last", "RuntimeError: last"),
        ("Actor 0123456789abcdef01234567 died. More", "Actor died"),
        ("", "RuntimeError"),
    ],
)
def test_a_death_is_told_in_a_sentence(text: str, reason: str) -> None:
    assert _reason(RuntimeError(text)) == reason


def test_a_replica_that_dies_of_a_request_is_restarted_and_what_it_left_is_asked_again(replicas: Replicas) -> None:
    pieces = Pieces(8, 1)
    member = _Member(1, None, "loaded")
    piece = pieces.take()
    assert piece is not None
    pieces.answered(piece, [0, 1, 2])
    assert replicas._bury(member, piece, pieces, DEATH) == []
    assert member.state == "waking"
    assert replicas.notes == [
        "replica 1 died (The actor died unexpectedly); it was restarted, and 5 unanswered requests were asked again"
    ]
    again = pieces.take()
    assert again is not None
    assert set(again.indices) <= {3, 4, 5, 6, 7}


def test_a_replica_that_keeps_dying_while_it_loads_ends_the_run(replicas: Replicas) -> None:
    member, pieces = _Member(2, None, "loading"), Pieces(8, 1)
    for _ in range(2):
        assert replicas._bury(member, None, pieces, DEATH) == []
    with pytest.raises(UsageError, match="replica 2 died 3 times while it loaded the model"):
        replicas._bury(member, None, pieces, DEATH)


def test_replicas_that_answer_nothing_between_their_deaths_end_the_run(replicas: Replicas) -> None:
    pieces = Pieces(1000, 1)

    def die() -> None:
        for _ in range(20):
            piece = pieces.take()
            assert piece is not None
            replicas._bury(_Member(1, None, "loaded"), piece, pieces, DEATH)

    with pytest.raises(RuntimeError, match="replicas died 20 times in a row: The actor died unexpectedly"):
        die()


def test_what_replicas_say_of_their_backend_is_kept_once(replicas: Replicas) -> None:
    """Notes of a backend inside a replica were lost."""
    replicas._note(Words("echo", ("a", "b"), {"top_k": 4}))
    replicas._note(Words("echo", "b", {"top_k": 4}))
    replicas._note(Words("echo", 5, {"top_k": 4}))
    assert (replicas.method_detail, replicas.notes, replicas.generation()) == ("echo", ["a", "b"], {"top_k": 4})
