from __future__ import annotations

from pytest_haerae.run.usage import Usage


def test_two_runs_share_no_list_of_notes() -> None:
    one, other = Usage(), Usage()
    one.notes.append("a replica was started again")
    assert other.notes == []
