"""Where the tokens of contexts and option tries stand in one forward, and who sees whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pytest_haerae.backends.local.grouping import Scorable
from pytest_haerae.backends.local.trie import Tokens

_NOBODY = -1
"""The owner of padding."""


@dataclass(slots=True)
class TreeLayout:
    """Rows of tokens: of each item its context and, behind it, the inner nodes of its trie, each once.

    A context's token is seen by what stands behind it in the same item; a node by its descendants. All rows have one
    width, with padding on the right, which nothing sees.

    Attributes:
        tokens: Of each row the tokens.
        positions: Of each token its place in its own sequence, from the shared prefix on; padding has 0.
        owners: Of each token its item's number in the row; padding has -1.
        of_context: Whether each token is one of a context.
        seen: Row, the token that sees and the token that is seen, for each pair inside of a trie; a token sees itself.
        nodes: Of each node to read its item's place in the batch, its path, and its row and column.
    """

    tokens: list[list[int]] = field(default_factory=list)
    positions: list[list[int]] = field(default_factory=list)
    owners: list[list[int]] = field(default_factory=list)
    of_context: list[list[bool]] = field(default_factory=list)
    seen: list[tuple[int, int, int]] = field(default_factory=list)
    nodes: list[tuple[int, Tokens, int, int]] = field(default_factory=list)

    def open_row(self) -> None:
        """Begin a row."""
        for rows in (self.tokens, self.positions, self.owners, self.of_context):
            rows.append([])

    def add(self, place: int, entry: Scorable, prefix: int) -> None:
        """Add an item to the last row.

        Args:
            place: The item's place in the batch.
            entry: The item.
            prefix: Tokens of its context that stand before all rows.
        """
        row, start, rest = len(self.tokens) - 1, len(self.tokens[-1]), entry.context[prefix:]
        paths = [path for path in entry.trie.children if path]
        self.tokens[-1] += [*rest, *(path[-1] for path in paths)]
        self.positions[-1] += [
            *range(prefix, len(entry.context)),
            *(len(entry.context) + len(path) - 1 for path in paths),
        ]
        self.owners[-1] += [place] * (len(rest) + len(paths))
        self.of_context[-1] += [True] * len(rest) + [False] * len(paths)
        first = start + len(rest)
        self.nodes.append((place, (), row, first - 1))
        lines: dict[Tokens, list[int]] = {(): []}
        for column, path in enumerate(paths, first):
            lines[path] = [*lines[path[:-1]], column]
            self.seen += [(row, column, other) for other in lines[path]]
            self.nodes.append((place, path, row, column))

    def pad(self, token: int) -> None:
        """Give all rows the width of the longest."""
        width = max(map(len, self.tokens))
        for row in range(len(self.tokens)):
            lack = width - len(self.tokens[row])
            self.seen += [(row, column, column) for column in range(width - lack, width)]
            self.tokens[row] += [token] * lack
            self.positions[row] += [0] * lack
            self.owners[row] += [_NOBODY] * lack
            self.of_context[row] += [False] * lack


def lay_out(batch: Sequence[Scorable], prefix: int, pad: int) -> TreeLayout:
    """Lay out a batch: a row an item, or all items in one row behind a shared prefix, which then is needed once.

    Args:
        batch: The items.
        prefix: Tokens that all contexts begin with and that stand before all rows; 0 for none.
        pad: Any token's id.
    """
    layout = TreeLayout()
    for place, entry in enumerate(batch):
        if not (prefix and place):
            layout.open_row()
        layout.add(place, entry, prefix)
    layout.pad(pad)
    return layout
