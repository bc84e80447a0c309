"""Items to requests: what a plan asks of the model."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_haerae.errors import UsageError
from pytest_haerae.lazy import LazySequence
from pytest_haerae.prompts.requests import choose_shots, make_request
from pytest_haerae.run.item_source import ItemSource
from pytest_haerae.run.keys import response_key
from pytest_haerae.run.plan import Plan
from pytest_haerae.scoring.judging import skip_reason
from pytest_haerae.types import CAPABILITY, Item, Request, Selected


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
        return None if skip_reason(selected.item, self._plan.config.method) else self._render(selected)

    def requests(self, asked: Sequence[Selected]) -> LazySequence[Request]:
        """The requests of items that the method applies to, made when they are looked at."""
        return LazySequence(self._render, asked)

    def key_of(self, selected: Selected) -> str | None:
        """The key that an item's response is stored by; None where the method does not apply to it."""
        request = self.request(selected)
        return None if request is None else response_key(self._plan.identity, request)

    def _render(self, selected: Selected) -> Request:
        config = self._plan.config
        shots = self._shots(selected) if config.num_few_shot else []
        kind, chat = CAPABILITY[config.method], config.apply_chat_template
        return make_request(
            selected.item,
            self._plan.prompt,
            kind,
            shots,
            chat=self._plan.parameters.takes_chats(kind) if chat is None else chat,
            system_prompt=config.system_prompt,
        )

    def _shots(self, selected: Selected) -> list[Item]:
        """The few-shot examples before an item: of its own subset, in the split they are to come from."""
        config, item = self._plan.config, selected.item
        try:
            pool = self._source.loader(selected.data, config.few_shot_split).items(item.subset)
        except UsageError as error:
            raise UsageError(f"--few-shot-split: {error}") from None
        return choose_shots(pool, item, config.num_few_shot, config.few_shot_seed, config.few_shot_split)
