from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, get_type_hints

from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.images import Image
from pytest_haerae.run.keys import identity_digest, response_key
from pytest_haerae.types import Message, Request

FIELDS = [field.name for field in fields(Request)]
"""All of them, also one that is added later: whatever a model is asked with determines its answer."""
TYPES = get_type_hints(Request)
st.register_type_strategy(Image, st.builds(Image, st.text(), st.text(), st.text(), st.integers(), st.binary()))
VALUES = {name: st.from_type(TYPES[name]) for name in FIELDS} | {
    # 1 and 1.0 are equal in Python alone; `LanguageModel` gives each parameter its own kind of number.
    "sampling": st.lists(st.tuples(st.text(), st.integers())).map(tuple)
}
REQUESTS = st.builds(Request, **VALUES)


@given(request=REQUESTS, name=st.sampled_from(FIELDS), data=st.data())
def test_each_field_of_a_request_changes_its_key(request: Request, name: str, data: st.DataObject) -> None:
    value: Any = data.draw(VALUES[name], label=name)
    other = replace(request, **{name: value})
    assert (response_key("model", request) == response_key("model", other)) == (request == other)


def test_a_request_with_other_stops_has_another_key() -> None:
    request = Request("generate", "q", stop=("\n",))
    assert len({response_key("m", replace(request, stop=stop)) for stop in ((), ("\n",), ("\n", "Q:"))}) == 3


def test_a_chat_with_other_messages_has_another_key() -> None:
    """Without the luck of drawing such a chat."""
    chats = [None, (Message("user", "q"),), (Message("user", "r"),), (Message("system", "q"),)]
    assert len({response_key("m", Request("generate", "q", messages=chat)) for chat in chats}) == 4


@given(one=REQUESTS, other=REQUESTS)
def test_two_requests_share_a_key_only_where_they_are_equal(one: Request, other: Request) -> None:
    assert (response_key("m", one) == response_key("m", other)) == (one == other)


def test_models_are_told_apart() -> None:
    request = Request("loglikelihood", "q", (" (A)",))
    keys = {response_key(identity_digest(identity), request) for identity in ({"model": "a"}, {"model": "b"}, {})}
    assert len(keys) == 3


@given(st.dictionaries(st.text(), st.integers() | st.text()))
def test_the_order_in_which_parameters_are_typed_does_not_matter(identity: dict[str, Any]) -> None:
    assert identity_digest(identity) == identity_digest(dict(reversed(identity.items())))


def test_a_field_that_came_later_leaves_the_keys_of_answers_before_it_alone() -> None:
    """Those are in the stores of users."""
    request = Request("generate", "1+1?", messages=(Message("user", "1+1?"),), stop=("\n",))
    assert response_key("m", request) == "ceed91f7896493ffb0aa6ab523e0adb1f122fcd4a92469182018245cac4241be"
    drawn = replace(request, sampling=(("seed", 7),), repeat=2)
    assert response_key("m", drawn) == "112d8f8d223e453ef35dcd4369557371dedf899bfb623dd604719a061eb63673"
