"""What an item is known by when its file grows: the id of its row, or else what it asks."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

from pytest_haerae.data.cells import is_missing, nfc
from pytest_haerae.data.rows import Row

ID_COLUMN = "id"


class Keys:
    """Gives the items of one subset their keys, each another.

    A row without an id has a hash of its query, options and reference. The second row that is equal to an earlier one
    gets ``#2``, the third ``#3``. Where an id comes back with another content, as a passage's does, the later rows'
    keys are the id and their hash: they do not change when rows are inserted between them.
    """

    def __init__(self) -> None:
        self._used: dict[str, int] = {}
        self._contents: dict[str, str] = {}

    def of(self, row: Row, query: str, options: Sequence[str] | None, reference: str) -> str:
        """The key of the next item."""
        key = content = content_hash(query, options, reference)
        identifier = identifier_of(row)
        if identifier is not None:
            key = identifier
            if self._contents.setdefault(identifier, content) != content:
                key = f"{identifier}@{content}"
        count = self._used.get(key, 0) + 1
        self._used[key] = count
        if count == 1:
            return key
        while (numbered := f"{key}#{count}") in self._used:
            count += 1
        self._used[key], self._used[numbered] = count, 1
        return numbered


def identifier_of(row: Row) -> str | None:
    """A row's id as text, a whole number without its point; None where it has none."""
    value = row.get(ID_COLUMN)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if is_missing(value) or not isinstance(value, str | int | float) or isinstance(value, bool):
        return None
    return nfc(str(value)).strip()


def content_hash(query: str, options: Sequence[str] | None, reference: str) -> str:
    """A hash of what an item asks, which is in NFC; 16 hexadecimal digits."""
    count = -1 if options is None else len(options)
    parts = (str(count), reference, *(options or ()), query)
    lengths = ",".join([str(len(part)) for part in parts])
    return blake2b("\0".join((lengths, *parts)).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
