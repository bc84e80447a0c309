r"""Formulas in the characters of print: options have ``√3`` where models write ``\sqrt{3}``."""

from __future__ import annotations

import re

from pytest_haerae.scoring.reading.traced import Traced

_NAMES = {
    **dict.fromkeys(("le", "leq", "leqslant"), "≤"),
    **dict.fromkeys(("ge", "geq", "geqslant"), "≥"),
    **dict.fromkeys(("ne", "neq"), "≠"),
    **dict.fromkeys(("circ", "degree"), "°"),
    **dict.fromkeys(("to", "rightarrow", "longrightarrow"), "→"),
    **{"times": "×", "cdot": "·", "div": "÷", "pm": "±", "approx": "≈", "infty": "∞", "in": "∈", "notin": "∉"},
    **{"cap": "∩", "cup": "∪", "subset": "⊂", "emptyset": "∅", "angle": "∠", "triangle": "△", "nabla": "∇"},
    **{"sum": "∑", "int": "∫", "partial": "∂", "ell": "ℓ", "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ"},
    **{"epsilon": "ε", "eta": "η", "theta": "θ", "lambda": "λ", "mu": "μ", "nu": "ν", "pi": "π", "rho": "ρ"},
    **{"sigma": "σ", "tau": "τ", "phi": "φ", "omega": "ω", "Delta": "Δ", "Sigma": "Σ", "Phi": "Φ", "Omega": "Ω"},
    **{name: name for name in ("log", "ln", "exp", "sin", "cos", "tan", "lim", "max", "min", "det")},
}
_COMMAND = re.compile(rf"\\{{1,2}}(?:({'|'.join(sorted(_NAMES, key=len, reverse=True))})(?![A-Za-z])|([%&#]))")
_FRACTION = re.compile(r"\\{1,2}[dtc]?frac\s?(?:\{([^{}]{1,40})\}\s?\{([^{}]{1,40})\}|(\d)\s?(\d))")
_ROOT = re.compile(r"\\{1,2}sqrt\s?(?:\{([^{}]{1,40})\}|(\w))")
_RAISED_OR_LOWERED = re.compile(r"(?<=[\w)\]}])(?:\^(?=[\w{(+°\-\\])|_(?=[\d{]))")
_COMPARED = re.compile("[<>]=(?![=>])")
_BRACED_INDEX = re.compile(r"(?<=[\^_])\{([^{}]{1,20})\}")
_SIMPLE = re.compile(r"-?[\w.°√]+")
_DEPTH = 3
"""Fractions within fractions that are written out."""


def with_plain_formulas(text: Traced) -> Traced:
    r"""Write LaTeX's commands as the characters that they print, and indices and powers on the line.

    ``\frac{1}{2}`` becomes ``1/2``, ``2\sqrt{3}`` becomes ``2√3``, and ``10^{5}`` ``105``, as NFKC makes of ``10⁵``.
    """
    indexed = "^" in text.text or "_" in text.text
    if indexed:
        text = text.within(_BRACED_INDEX, 1)
    if "\\" in text.text:
        text = text.sub(_COMMAND, lambda match: _NAMES[match[1]] if match[1] else match[2])
        for _ in range(_DEPTH):
            if "frac" in text.text or "sqrt" in text.text:
                text = text.sub(_ROOT, lambda match: f"√{_term(match[1] or match[2])}").sub(_FRACTION, _fraction)
    if "=" in text.text:
        text = text.sub(_COMPARED, lambda match: "≤" if match[0] == "<=" else "≥")
    return text.sub(_RAISED_OR_LOWERED, "") if indexed else text


def _fraction(match: re.Match[str]) -> str:
    above, below = (match[1], match[2]) if match[1] else (match[3], match[4])
    return f"{_term(above)}/{_term(below)}"


def _term(written: str) -> str:
    return written if _SIMPLE.fullmatch(written.strip()) else f"({written})"
