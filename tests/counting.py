"""A scripted backend that keeps a ledger, and a suite over 1,000 questions."""

from __future__ import annotations

from pathlib import Path

from tests.helpers import write_questions

BACKEND = """
import os
from pytest_haerae.testing import ScriptedBackend

class Counting(ScriptedBackend):
    ledger = "ledger.txt"
    method_detail = "counted"

    def __init__(self, parameters):
        with open("environments.txt", "a") as file:
            print(os.environ.get("OMP_NUM_THREADS"), os.environ.get("CUDA_VISIBLE_DEVICES"), file=file)
        super().__init__(parameters)

def pytest_haerae_backends():
    return {"counting": Counting}
"""


def write_thousand(folder: Path) -> None:
    """Write a suite over 1,000 questions."""
    rows = [
        {"question": f"{number}번 문제: 옳은 것은?", "options": ["가", "나", "다", "라"], "answer": "ABCD"[number % 4]}
        for number in range(1000)
    ]
    write_questions(folder, rows)
