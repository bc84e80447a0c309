from __future__ import annotations

import subprocess
import sys

HEAVY = ("pandas", "datasets", "torch", "scipy", "transformers", "openai", "litellm", "pydantic", "jinja2", "xllamacpp")


def test_the_plugin_imports_nothing_heavy() -> None:
    code = f"import pytest_haerae.plugin.hooks, sys; print([name for name in {HEAVY} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
