"""Items to requests: what a plan asks of the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pytest_haerae.config.run_config import RunConfig
from pytest_haerae.data.layouts import PlacedRow
from pytest_haerae.errors import UsageError
from pytest_haerae.lazy import LazySequence
from pytest_haerae.prompts.requests import choose_shots, continued, make_request
from pytest_haerae.run.item_source import ItemSource
from pytest_haerae.run.keys import identity_digest, response_key
from pytest_haerae.run.plan import Plan
from pytest_haerae.run.shards import joined
from pytest_haerae.run.ways import Way
from pytest_haerae.scoring.judging import skip_reason
from pytest_haerae.types import DataKey, Item, Request, Response, Sample, Selected


class Questions:
    """The requests that ask a plan's items, and the keys that their responses are stored by.

    Args:
        plan: How items are asked.
        source: Where few-shot examples come from.
    """

    def __init__(self, plan: Plan, source: ItemSource) -> None:
        self._plan = plan
        self._source = source

    def request(self, selected: Selected) -> Request | None:
        """The request that asks an item; None where the method does not apply to it."""
        method = self._plan.part_of(selected.data).config.method
        return None if skip_reason(selected.item, method) else self._render(selected)

    def requests(self, asked: Sequence[Selected]) -> LazySequence[Request]:
        """The requests of items that the method applies to, made when they are looked at; each item's one by one."""
        k = self._plan.config.repeats
        if k == 1:
            return LazySequence(self._render, asked)
        return LazySequence(lambda place: repeated(self._render(asked[place // k]), place % k), range(k * len(asked)))

    def keys_of(self, selected: Selected, identity: str | None = None) -> Sequence[str | None]:
        """The keys that the answers to an item are stored by; of as many None where the method does not apply to it.

        Args:
            selected: The item.
            identity: What determined the answers beside their requests; None for what determines them now.
        """
        request, k = self.request(selected), self._plan.config.repeats
        if request is None:
            return [None] * k
        identity = identity or self._plan.identity
        if self._plan.given is not None:
            # Answers of a file are joined to items, which may be asked in the same words.
            item = selected.item
            identity = identity_digest(
                {"given": identity, "item": [self.name_of(selected), item.subset, item.id, item.key]}
            )
        return [response_key(identity, repeated(request, number)) for number in range(k)]

    def first_request(self, selected: Selected, number: int) -> Request:
        """The request for the answer of this number, from 0, to an item that the method applies to."""
        return repeated(self._render(selected), number)

    def next_request(self, selected: Selected, request: Request, response: Response, turn: int) -> Request:
        """The request that goes on with a conversation.

        Args:
            selected: The conversation.
            request: What was asked last.
            response: What was answered to it: the answer without what was thought before stands in the chat.
            turn: The number of the next question, from 0.
        """
        item = selected.item
        question = self._plan.part_of(selected.data).prompt.render(replace(item, query=item.turns[turn].question))
        return continued(request, spoken(response), question)

    def asked(self, sample: Sample) -> Request | None:
        """What was asked for the answer that a judged item shows: of a conversation the last request."""
        request = self.request(sample.selected)
        if request is None or sample.response is None:
            return request
        return self._last(sample.selected, request, sample.response)

    def answered(self, selected: Selected, response: Response) -> Request:
        """What was asked for an answer to an item that the method applies to: of a conversation the last request."""
        return self._last(selected, self._render(selected), response)

    def _last(self, selected: Selected, request: Request, response: Response) -> Request:
        for turn, earlier in enumerate(response.earlier, 1):
            request = self.next_request(selected, request, earlier, turn)
        return request

    def name_of(self, selected: Selected) -> str:
        """What an item's data set is called."""
        return self._source.name_of(selected.data)

    def read_rows(self, data: DataKey, rows: Sequence[PlacedRow]) -> list[Item]:
        """Rows from elsewhere, read as those of a data set are.

        Raises:
            UsageError: One is none of its layout.
        """
        return self._source.loader(data).read_rows(rows)

    def shown(self, selected: Selected) -> str:
        """An item's question as it is sent, as people are shown it."""
        request = self.request(selected)
        return selected.item.query if request is None else shown_text(request)

    def in_way(self, selected: Selected, way: Way) -> Request:
        """The request that asks an item in another way than the run's own.

        Few-shot examples are those that stand before it in the run: by its own words it is known among them.
        """
        return self._render(selected, way)

    def key_of_way(self, selected: Selected, way: Way) -> str:
        """The key that the answer to it is stored by."""
        return response_key(self._plan.identity, self._render(selected, way))

    def shows(self, selected: Selected, way: Way) -> bool:
        """Whether what the model reads is another text in that way."""
        own, other = self._render(selected), self._render(selected, way)
        return (own.context, own.messages) != (other.context, other.messages)

    def hidden(self, selected: Selected, way: Way) -> str | None:
        """The first option that the run shows the model and that way does not, by its letter; None for none.

        By a prompt that has the options' texts scored none has to be shown.
        """
        item, prompt = selected.item, way.prompt
        if not item.options or not item.labels or prompt is None or prompt.continuation == "text":
            return None
        own, other = self._plan.part_of(selected.data).prompt.render(item), prompt.render(item)
        pairs = zip(item.labels, item.options, strict=True)
        return next((label for label, option in pairs if option in own and option not in other), None)

    def _render(self, selected: Selected, way: Way | None = None) -> Request:
        if way is not None and way.rows:
            return Request("loglikelihood", "", (joined(way.rows, range(len(way.rows))),))
        part = self._plan.part_of(selected.data)
        config = part.config
        shots = self._shots(selected, config) if config.num_few_shot else []
        return make_request(
            selected.item if way is None else way.asks(selected.item),
            part.prompt if way is None or way.prompt is None else way.prompt,
            part.kind,
            shots,
            chat=self._plan.is_chat(config, part.kind),
            system_prompt=config.system_prompt,
            constrained=config.constrained,
            log_probability=way is None and config.ranking is not None and config.ranking.needs_log_probability,
        )

    def _shots(self, selected: Selected, config: RunConfig) -> list[Item]:
        """The few-shot examples before an item: of its own subset, in the split they are to come from."""
        item = selected.item
        try:
            pool = self._source.loader(selected.data, config.few_shot_split).items(item.subset)
        except UsageError as error:
            raise UsageError(f"--few-shot-split: {error}") from None
        return choose_shots(pool, item, config.num_few_shot, config.few_shot_seed, config.few_shot_split)


def shown_text(request: Request) -> str:
    """A request's text as people are shown it; of a chat, its messages in one text."""
    chat = "\n\n".join(f"[{message.role}]\n{message.content}" for message in request.messages or ())
    return chat or request.context


def repeated(request: Request, number: int) -> Request:
    """The request for another answer to the same question."""
    return replace(request, repeat=number) if number else request


def spoken(response: Response) -> str:
    """An answer as it stands in a chat: without its reasoning, and never empty, which some servers refuse."""
    # Imported here: the table of marks takes its time, and a question alone has no answer before it.
    from pytest_haerae.scoring.reading.marks import answered_text

    return answered_text(response.text) or "…"
