"""Matrix products of linear layers by whichever of torch's two libraries is the faster one on a processor."""

from __future__ import annotations

from functools import cache
from typing import TypeGuard

import torch

_FEWEST_ROWS = 16
"""Fewer rows, which generating has, wait for the weights to be read from memory, whoever multiplies."""


class OneDnnLinear(torch.nn.Linear):
    """A linear layer that oneDNN multiplies where it pays: float32 on a processor; the numbers differ by rounding."""

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        """As of `torch.nn.Linear`."""
        if input.numel() < _FEWEST_ROWS * self.in_features or not takes_product(input, self.weight):
            return super().forward(input)
        return product(input, self.weight, self.bias)


def multiply_faster(model: torch.nn.Module) -> None:
    """Let oneDNN multiply in a model's plain linear layers of float32, where it is the faster library.

    torch hands products of float32 to MKL, which does not use the wide registers of processors that are not Intel's: on
    an AMD EPYC (Zen 5) oneDNN takes 0.4 to 0.5 of its time (torch 2.13, 16 to 1,000 rows).
    """
    if not is_faster():
        return
    for module in model.modules():
        if is_plain(module):
            module.__class__ = OneDnnLinear


def is_plain(module: torch.nn.Module) -> TypeGuard[torch.nn.Linear]:
    """Whether a layer is a linear one and nothing else: not wrapped, derived or of quantized weights."""
    kinds = type(module) in (torch.nn.Linear, OneDnnLinear) and "forward" not in vars(module)
    return kinds and type(module.weight) is torch.nn.Parameter


def product(rows: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None = None) -> torch.Tensor:
    """``rows @ weight.T + bias`` by oneDNN, in full float32."""
    made: torch.Tensor = torch.ops.mkldnn._linear_pointwise(rows, weight, bias, "none", [], "")
    return made


def takes_product(rows: torch.Tensor, weight: torch.Tensor) -> bool:
    """Whether `product` computes what torch does, and where: it keeps nothing to differentiate by."""
    kinds = rows.dtype is weight.dtype is torch.float32 and rows.device.type == weight.device.type == "cpu"
    return kinds and not torch.is_grad_enabled() and not torch.is_autocast_enabled("cpu")


@cache
def is_faster() -> bool:
    """Whether oneDNN has registers at hand that MKL leaves alone: a rule, as what is measured changes from run to run.

    It is tried once: torch promises no operator of this name.
    """
    try:
        processor = torch.cpu.get_capabilities()
        wide = bool(processor["avx512_f"]) and "AMD" in str(processor["cpu_name"])
        if not (wide and torch.backends.mkl.is_available()):  # type: ignore[no-untyped-call]
            return False
        made = product(torch.ones(2, 3, 4), torch.ones(5, 4), torch.ones(5))
    except Exception:  # whatever a torch raises that has none of this, or something else by its name
        return False
    return torch.equal(made, torch.full((2, 3, 5), 5.0))
