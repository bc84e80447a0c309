"""What an item is known by when its file grows: the id of its row, or else what it asks."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

from pytest_haerae.data.cells import is_missing, nfc, plain
from pytest_haerae.data.rows import Row
from pytest_haerae.images import Image

ID_COLUMN = "id"


class Keys:
    """Gives the items of one subset their keys, each another.

    A key has the row's id, where it has one, and a hash of its query, options and reference: the same id with another
    content is another item. The second row that is equal to an earlier one gets ``#2``, the third ``#3``.
    """

    def __init__(self) -> None:
        self._used: dict[str, int] = {}

    def of(
        self,
        identifier: str | None,
        query: str,
        options: Sequence[str] | None,
        reference: str,
        images: Sequence[Image] = (),
    ) -> str:
        """The key of the next item, whose row has this id or none."""
        content = content_hash("\0".join((query, *(image.digest for image in images))), options, reference)
        key = content if identifier is None else f"{identifier}@{content}"
        if key not in self._used:
            self._used[key] = 1
            return key
        count = self._used[key] + 1
        while (numbered := f"{key}#{count}") in self._used:
            count += 1
        self._used[key], self._used[numbered] = count, 1
        return numbered


def identifier_of(row: Row) -> str | None:
    """A row's id as text, a whole number without its point; None where it has none."""
    value = plain(row.get(ID_COLUMN))
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if is_missing(value) or not isinstance(value, str | int | float) or isinstance(value, bool):
        return None
    return nfc(str(value)).strip()


def content_hash(query: str, options: Sequence[str] | None, reference: str) -> str:
    """A hash of what an item asks, which is in NFC; 16 hexadecimal digits."""
    # No text holds a NUL, so that nothing else gives the same.
    listed = "-" if options is None else "\0".join(options)
    return blake2b(f"{listed}\0{reference}\0{query}".encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
