"""A backend that keeps a ledger of its loads and of what it was asked, and a suite over 1,000 questions."""

from __future__ import annotations

from pathlib import Path

from tests.helpers import write_questions

BACKEND = """
import os, time
from pytest_haerae import Response
from pytest_haerae.backends import BackendParameters
from pytest_haerae.errors import UsageError

def note(name, line):
    with open(name, "a") as file:
        file.write(line + chr(10))

class Parameters(BackendParameters):
    seconds: float = 0.0
    refuse: bool = False
    die_loading: bool = False
    deadly: int = -1
    broken: int = -1

class Counting:
    methods = frozenset({"generate"})
    parameters = Parameters
    libraries = ()
    method_detail = "counted"

    def __init__(self, parameters):
        note("loads.txt", f"{os.getpid()} {os.environ.get('OMP_NUM_THREADS')} {os.environ.get('CUDA_VISIBLE_DEVICES')}")
        if parameters.refuse:
            raise UsageError("this model is not for you")
        if parameters.die_loading:
            os.kill(os.getpid(), 9)
        self.parameters = parameters

    def run(self, requests):
        for index, request in enumerate(requests):
            time.sleep(self.parameters.seconds)
            number = int(request.context.split("번")[0].split()[-1])
            note("ledger.txt", f"{os.getpid()} {number}")
            if number == self.parameters.deadly:
                os.kill(os.getpid(), 9)
            if number == self.parameters.broken:
                raise RuntimeError("out of luck")
            yield index, Response(text="정답: (" + "ABCD"[number * 7 % 5 % 4] + ")")

    def close(self):
        note("closed.txt", str(os.getpid()))

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
