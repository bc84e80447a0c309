"""The model as a test asks it: a prompt or a context becomes a request, and what comes back is an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, get_args

from pydantic import ValidationError

from pytest_haerae.backends.local.trie import split_trailing_space
from pytest_haerae.backends.registry import first_problem, require_choices, unknown_parameter
from pytest_haerae.errors import BackendFailure, UsageError
from pytest_haerae.escaping import shown
from pytest_haerae.prompts.requests import framed
from pytest_haerae.run.plan import Plan
from pytest_haerae.types import Capability, Message, Request, Response, Role, SamplingValue

Prompt = str | Sequence[Message | Mapping[str, str]]
"""A text, or the messages of a chat: each with a role (system, user, assistant) and its content."""
Ask = Callable[[Sequence[Request]], Sequence[Response]]
"""Answers requests, in their order."""


class LanguageModel:
    """The model of this session, by the options of the run.

    Every answer is stored as it arrives: a run that was killed goes on where it stopped, and an equal call shares the
    answer. Where the model is reached through a chat, or `--apply-chat-template` says so, a text is a user's message;
    `--system-prompt` stands before it.

    Args:
        plan: What is asked, and how.
        ask: Asks it.
    """

    def __init__(self, plan: Plan, ask: Ask) -> None:
        self._plan = plan
        self._ask = ask

    def generate(
        self,
        prompt: Prompt,
        *,
        stop: str | Sequence[str] = (),
        repeat: int = 0,
        choices: Sequence[str] = (),
        **sampling: object,
    ) -> Response:
        """Generate a text.

        Args:
            prompt: A text, or the messages of a chat.
            stop: Texts at which the generation ends.
            repeat: Which answer to this prompt: each number is asked for once, and with a seed of its own where the
                backend takes one.
            choices: Texts of which the model is kept to one, where the backend can do so.
            sampling: Generation parameters of this call, in the places of those of `--model-params`: of each backend
                that has a model `max_tokens`, `temperature`, `top_p`, `top_k`, `min_p`, `repetition_penalty`,
                `logit_bias` and `seed`; `typical_p`, `presence_penalty` and `frequency_penalty` where it has them.

        Returns:
            The answer: its `text`, and what the backend says of it.

        Raises:
            BackendFailure: There is none.
            UsageError: The call cannot be made, or the model cannot be asked.
        """
        return self.generate_all([prompt], stop=stop, repeat=repeat, choices=choices, **sampling)[0]

    def generate_all(
        self,
        prompts: Iterable[Prompt],
        *,
        stop: str | Sequence[str] = (),
        repeat: int = 0,
        choices: Sequence[str] = (),
        **sampling: object,
    ) -> list[Response]:
        """Generate a text after each of many prompts, in one pass; as `generate`.

        Raises:
            BackendFailure: There is no answer to some of them.
            UsageError: The call cannot be made, or the model cannot be asked.
        """
        if isinstance(prompts, str):
            raise UsageError("haerae_model.generate_all: prompts is a list of prompts, not a string")
        asked: dict[str, Any] = {"stop": stop, "repeat": repeat, "choices": choices, **sampling}
        return self._answers([self.request(prompt, **asked) for prompt in prompts])

    def loglikelihood(self, context: Prompt, continuations: Sequence[str]) -> Response:
        """Score continuations after a context.

        Spaces at the context's end move to the continuations, as in the items of a benchmark; so a continuation after
        "수도는" begins with its space, and one after "수도는 " does not need one.

        Args:
            context: A text, or the messages of a chat.
            continuations: The texts to score.

        Returns:
            The answer: `loglikelihoods`, for each continuation the sum of its tokens' log-probabilities (natural
            logarithm) after the context.

        Raises:
            BackendFailure: There is none.
            UsageError: The call cannot be made, or the model cannot be asked.
        """
        return self._answers([self.scoring_request(context, continuations)])[0]

    def request(
        self,
        prompt: Prompt,
        /,
        *,
        stop: str | Sequence[str] = (),
        repeat: int = 0,
        choices: Sequence[str] = (),
        **sampling: object,
    ) -> Request:
        """The request of `generate`, made and not asked.

        Raises:
            UsageError: It cannot be made.
        """
        context, messages = self._asked(prompt, "generate")
        stops = tuple(stop) if isinstance(stop, Iterable) and not isinstance(stop, str) else (stop,)
        if not all(isinstance(text, str) and text for text in stops):
            raise UsageError(f"haerae_model: stop is a text or several, not {shown(stop)}")
        if isinstance(repeat, bool) or not isinstance(repeat, int) or repeat < 0:
            raise UsageError(f"haerae_model: repeat is a number from 0, not {shown(repeat)}")
        kept_to = self._choices(choices)
        return Request("generate", context, (), messages, stops, self._sampling(sampling), repeat, kept_to)

    def scoring_request(self, context: Prompt, continuations: Sequence[str]) -> Request:
        """The request of `loglikelihood`, made and not asked.

        Raises:
            UsageError: It cannot be made.
        """
        text, messages = self._asked(context, "loglikelihood")
        several = isinstance(continuations, Iterable) and not isinstance(continuations, str)
        given = tuple(continuations) if several else ()
        if not given or not all(isinstance(each, str) and each for each in given):
            raise UsageError(f"haerae_model: continuations are a list of texts, not {shown(continuations)}")
        text, moved = split_trailing_space(text)
        return Request("loglikelihood", text, tuple(moved + each for each in given), messages)

    def _answers(self, requests: Sequence[Request]) -> list[Response]:
        answers = list(self._ask(requests))
        for answer in answers:
            if answer.error is not None:
                raise BackendFailure(answer.error)
        return answers

    def _asked(self, prompt: Prompt, kind: Capability) -> tuple[str, tuple[Message, ...] | None]:
        """A prompt as a request has it: a context, or the messages of a chat."""
        plan, config = self._plan, self._plan.config
        if kind not in plan.backend.methods:
            raise UsageError(f"haerae_model: backend '{config.model}' cannot {kind}")
        if not isinstance(prompt, str):
            return "", _messages(prompt)
        if not prompt:
            raise UsageError("haerae_model: the prompt is empty")
        return framed(prompt, chat=plan.is_chat(config, kind), system_prompt=config.system_prompt)

    def _choices(self, given: object) -> tuple[str, ...]:
        """The texts that an answer is one of."""
        choices = tuple(given) if isinstance(given, list | tuple) else ("",)
        if not all(isinstance(each, str) and each for each in choices):
            raise UsageError(f"haerae_model: choices are a list of texts, not {shown(given)}")
        if choices:
            plan = self._plan
            require_choices("haerae_model: choices", plan.config.model, plan.backend, plan.parameters)
        return choices

    def _sampling(self, given: Mapping[str, Any]) -> tuple[tuple[str, SamplingValue], ...]:
        """Sampling parameters, each as the backend's parameters have it: 1 and 1.0 are one temperature."""
        parameters = self._plan.parameters
        for name in given:
            if name not in parameters.sampling:
                names = {*parameters.sampling, "stop", "repeat", "choices"}
                backend = self._plan.config.model
                words = unknown_parameter(backend, "sampling parameter", name, names)
                raise UsageError(f"haerae_model: {words}")
        try:
            checked = parameters.of_request(Request("generate", "", sampling=tuple(given.items())))
        except ValidationError as error:
            raise UsageError(f"haerae_model: {first_problem(error)}") from None
        return tuple((name, getattr(checked, name)) for name in sorted(given))


_ROLES: tuple[Role, ...] = get_args(Role)


def _messages(prompt: object) -> tuple[Message, ...]:
    """The messages of a chat, each with a role and a text."""
    found = tuple(_message(each) for each in prompt) if isinstance(prompt, Iterable) else ()
    if not found:
        raise UsageError(f"haerae_model: a prompt is a text or a list of messages, not {shown(prompt)}")
    return found


def _message(given: object) -> Message:
    role, content = (
        (given.get("role"), given.get("content"))
        if isinstance(given, Mapping)
        else (getattr(given, "role", None), getattr(given, "content", None))
    )
    if role not in _ROLES or not isinstance(content, str):
        words = '{"role": "user", "content": "…"}'
        raise UsageError(f"haerae_model: a message is {words} with a role of {', '.join(_ROLES)}, not {shown(given)}")
    if isinstance(given, Mapping) and (others := [name for name in given if name not in ("role", "content")]):
        raise UsageError(f"haerae_model: a message has a role and a content, and no {shown(others[0])}")
    return Message(role, content)
