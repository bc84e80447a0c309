from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    import torch
else:
    torch = pytest.importorskip("torch")

from pytest_haerae.backends.local import head as module
from pytest_haerae.backends.local.head import head_at, head_of_few, linear_in_slices


def make_head(vocabulary: int = 40, width: int = 8, *, bias: bool = False) -> torch.nn.Linear:
    torch.manual_seed(0)
    return torch.nn.Linear(width, vocabulary, bias=bias)


@settings(deadline=None, max_examples=40)
@given(vocabulary=st.integers(1, 70), rows=st.integers(1, 5), size=st.integers(1, 2000), bias=st.booleans())
def test_slices_give_what_the_whole_head_gives(vocabulary: int, rows: int, size: int, bias: bool) -> None:
    head, states = make_head(vocabulary, bias=bias), torch.randn(1, rows, 8)
    with pytest.MonkeyPatch.context() as patch, torch.inference_mode():
        patch.setattr(module, "_SLICE_BYTES", size)
        assert torch.allclose(linear_in_slices(head, states), head(states), atol=1e-6)


def test_a_head_sees_the_places_asked_for_and_is_as_it_was_afterwards() -> None:
    head, states = make_head(), torch.randn(2, 3, 8)
    whole = head(states)
    with torch.inference_mode(), head_at(head, torch.tensor([[1, 2], [0, 0]])):
        assert torch.allclose(head(states), torch.stack([whole[1, 2], whole[0, 0]]).unsqueeze(0), atol=1e-6)
    assert torch.equal(head(states), whole)
    assert "forward" not in vars(head)


def test_a_head_is_as_it_was_after_an_error() -> None:
    head = make_head()
    with pytest.raises(IndexError), torch.inference_mode(), head_at(head, torch.tensor([[7, 0]])):
        head(torch.randn(1, 3, 8))
    assert head(torch.randn(1, 3, 8)).shape == (1, 3, 40)


@pytest.mark.parametrize("kind", ["half", "wrapped", "derived"])
def test_a_head_that_gains_nothing_or_is_not_known_multiplies_by_itself(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*given: object) -> object:
        raise AssertionError

    head = make_head()
    if kind == "half":
        head = head.to(torch.bfloat16)
    elif kind == "wrapped":
        monkeypatch.setattr(head, "forward", head.forward)
    else:
        head.__class__ = type("Derived", (torch.nn.Linear,), {})
    monkeypatch.setattr(module, "linear_in_slices", never)
    with torch.inference_mode(), head_at(head, torch.tensor([[0, 1]])):
        assert head(torch.randn(1, 3, 8, dtype=head.weight.dtype)).shape == (1, 1, 40)
    assert ("forward" in vars(head)) is (kind == "wrapped")


@pytest.mark.parametrize("bias", [False, True])
def test_a_head_of_few_makes_the_first_logits_and_is_as_it_was_afterwards(bias: bool) -> None:
    head, states = make_head(bias=bias), torch.randn(2, 3, 8)
    whole = head(states)
    with torch.inference_mode(), head_of_few(head, 7), head_at(head, torch.tensor([[1, 2]])):
        assert torch.allclose(head(states), whole[1, 2, :7].reshape(1, 1, 7), atol=1e-6)
    assert torch.equal(head(states), whole)
    assert "forward" not in vars(head)


def test_a_wrapped_head_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    head = make_head()
    monkeypatch.setattr(head, "forward", own := head.forward)
    with head_of_few(head, 7):
        assert head.forward is own
    assert head.forward is own
