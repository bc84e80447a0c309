"""Where the tokens of contexts and option tries stand in one forward, and who sees whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pytest_haerae.backends.local.grouping import Scorable


@dataclass(slots=True)
class TreeLayout:
    """Rows of tokens: of each item its context and, behind it, the inner nodes of its trie, each once.

    A context's token is seen by itself and all behind it in the same item, a node by itself and all below it: in either
    case by the columns from its own to an end. All rows have one width, with padding on the right, which nothing sees.

    Attributes:
        tokens: Of each row the tokens.
        positions: Of each token its place in its own sequence, from the shared prefix on; padding has 0.
        ends: Of each token the first column behind it that does not see it.
        nodes: Of each node to read its item's place in the batch, its number there, and its row and column.
    """

    tokens: list[list[int]] = field(default_factory=list)
    positions: list[list[int]] = field(default_factory=list)
    ends: list[list[int]] = field(default_factory=list)
    nodes: list[tuple[int, int, int, int]] = field(default_factory=list)

    def open_row(self) -> None:
        """Begin a row."""
        for rows in (self.tokens, self.positions, self.ends):
            rows.append([])

    def add(self, place: int, entry: Scorable, prefix: int) -> None:
        """Add an item to the last row.

        Args:
            place: The item's place in the batch.
            entry: The item.
            prefix: Tokens of its context that stand before all rows.
        """
        row, trie, rest = len(self.tokens) - 1, entry.trie, entry.context[prefix:]
        # Node 0 is the context's last token, and each other one stands by its number behind it.
        last = len(self.tokens[-1]) + len(rest) - 1
        depths, sizes = [0] * len(trie.parents), [1] * len(trie.parents)
        for node in range(1, len(trie.parents)):
            depths[node] = depths[trie.parents[node]] + 1
        for node in reversed(range(1, len(trie.parents))):
            sizes[trie.parents[node]] += sizes[node]
        self.tokens[-1] += [*rest, *trie.tokens[1:]]
        self.positions[-1] += range(prefix, len(entry.context))
        self.positions[-1] += [len(entry.context) - 1 + depth for depth in depths[1:]]
        self.ends[-1] += [last + sizes[0]] * len(rest)
        self.ends[-1] += [last + node + sizes[node] for node in range(1, len(sizes))]
        self.nodes += [(place, node, row, last + node) for node in range(len(sizes))]

    def pad(self, token: int) -> None:
        """Give all rows the width of the longest."""
        width = max(map(len, self.tokens))
        for row in range(len(self.tokens)):
            lack = width - len(self.tokens[row])
            self.tokens[row] += [token] * lack
            self.positions[row] += [0] * lack
            # Each sees itself: over nothing at all, an attention would divide by zero.
            self.ends[row] += range(width - lack + 1, width + 1)


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
