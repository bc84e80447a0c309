from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    import torch
else:
    torch = pytest.importorskip("torch")

from pytest_haerae.backends.local import linear
from pytest_haerae.backends.local.linear import OneDnnLinear, is_faster, multiply_faster

WITHOUT = not torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
needs_onednn = pytest.mark.skipif(WITHOUT, reason="torch is built without oneDNN")


class Packed(torch.Tensor):
    """Weights of another making, which say that they are float32: so do those of torchao."""


AMD = {"avx512_f": True, "cpu_name": "AMD EPYC"}


@pytest.fixture(autouse=True)
def asked_anew() -> Iterator[None]:
    is_faster.cache_clear()
    yield
    is_faster.cache_clear()


def on(monkeypatch: pytest.MonkeyPatch, capabilities: dict[str, object]) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities, raising=False)
    monkeypatch.setattr(torch.backends.mkl, "is_available", lambda: True)


@needs_onednn
@settings(deadline=None, max_examples=40)
@given(
    shape=st.lists(st.integers(1, 40), min_size=1, max_size=2),
    inputs=st.integers(1, 70),
    outputs=st.integers(1, 70),
    bias=st.booleans(),
    strided=st.booleans(),
)
def test_a_product_is_that_of_torch(shape: list[int], inputs: int, outputs: int, bias: bool, strided: bool) -> None:
    torch.manual_seed(0)
    layer = torch.nn.Linear(inputs, outputs, bias=bias)
    rows = torch.randn(*shape, 2 * inputs)[..., ::2] if strided else torch.randn(*shape, inputs)
    with torch.inference_mode():
        expected = layer(rows)
        layer.__class__ = OneDnnLinear
        assert torch.allclose(layer(rows), expected, atol=1e-5)


@needs_onednn
def test_plain_layers_are_multiplied_faster_and_others_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, AMD)
    wrapped, derived = torch.nn.Linear(4, 4), type("Derived", (torch.nn.Linear,), {})(4, 4)
    monkeypatch.setattr(wrapped, "forward", wrapped.forward)
    quantized = torch.nn.Linear(4, 4)
    quantized.weight = torch.nn.Parameter(quantized.weight.data.as_subclass(Packed))
    model = torch.nn.Sequential(torch.nn.Linear(4, 4), wrapped, derived, quantized, torch.nn.ReLU())
    multiply_faster(model)
    own = [OneDnnLinear, torch.nn.Linear, type(derived), torch.nn.Linear, torch.nn.ReLU]
    assert [type(module) for module in model] == own


@pytest.mark.parametrize("capabilities", [{}, {**AMD, "avx512_f": False}, {**AMD, "cpu_name": "Intel(R) Xeon(R)"}])
def test_a_processor_that_gains_nothing_keeps_what_torch_does(
    capabilities: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    on(monkeypatch, capabilities)
    model = torch.nn.Sequential(torch.nn.Linear(4, 4))
    multiply_faster(model)
    assert type(model[0]) is torch.nn.Linear


def test_an_operator_that_is_another_one_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, AMD)

    def gone(*given: object) -> torch.Tensor:
        raise AttributeError

    monkeypatch.setattr(linear, "product", gone)
    assert not is_faster()
    is_faster.cache_clear()
    monkeypatch.setattr(linear, "product", lambda *given: torch.zeros(2, 3, 5))
    assert not is_faster()


@needs_onednn
@pytest.mark.parametrize("kind", ["few rows", "half precision", "gradients", "autocast"])
def test_what_onednn_does_not_gain_or_change_is_multiplied_by_torch(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*given: object) -> torch.Tensor:
        raise AssertionError

    monkeypatch.setattr(linear, "product", never)
    layer, rows = OneDnnLinear(8, 4), torch.randn(3 if kind == "few rows" else 64, 8)
    if kind == "half precision":
        layer, rows = layer.to(torch.bfloat16), rows.to(torch.bfloat16)
    with torch.set_grad_enabled(kind == "gradients"), torch.autocast("cpu", enabled=kind == "autocast"):
        assert layer(rows).shape == (len(rows), 4)


@needs_onednn
def test_rows_enough_are_multiplied_by_onednn(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def noted(rows: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None = None) -> torch.Tensor:
        asked.append(len(rows))
        return rows @ weight.t()

    monkeypatch.setattr(linear, "product", noted)
    with torch.inference_mode():
        OneDnnLinear(8, 4)(torch.randn(16, 8))
    assert asked == [16]
