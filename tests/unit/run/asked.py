"""Questions with one right letter each, and runs that ask them."""

from __future__ import annotations

from pytest_haerae.evaluation import Evaluation
from pytest_haerae.run.asking import Answers, ask
from pytest_haerae.run.questions import Questions
from pytest_haerae.types import Request, Response, Selected
from tests.unit.fakes import everything, question, silent

ROWS = [question(number) for number in range(9)]


def right(request: Request) -> Response:
    """The right letter: that of the number in the last question."""
    number = int(request.context.split("번 문제는?")[-2].split()[-1])
    return Response(text=f"정답: ({'ABC'[number % 3]})")


def asked(evaluation: Evaluation, selection: list[Selected] | None = None) -> Answers:
    questions = Questions(evaluation.plan, evaluation.source)
    return ask(evaluation.plan, questions, selection or everything(evaluation), silent)


def failing(request: Request) -> Response:
    return Response(error="HTTP 500") if "4번" in request.context else right(request)
