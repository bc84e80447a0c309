"""The option trie cut into chains of nodes, each of which one request reads."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_haerae.backends.local.trie import OptionTrie, Tokens


@dataclass(frozen=True, slots=True)
class Chain:
    """Inner nodes of a trie, each the parent of the next.

    Attributes:
        start: The first node, named by its path from the context.
        path: The tokens that lead from it to the last node; none where it is the only one.
        children: The tokens that follow any of the nodes.
    """

    start: Tokens
    path: Tokens
    children: tuple[int, ...]

    def nodes(self) -> list[Tokens]:
        """The nodes, from the first to the last."""
        return [self.start + self.path[:depth] for depth in range(len(self.path) + 1)]


def cut_into_chains(trie: OptionTrie, longest: int, most_children: int) -> list[Chain]:
    """Cut a trie so that each inner node belongs to one chain: the leftmost path from the root, then those beside it.

    Args:
        trie: The options.
        longest: The most nodes of a chain.
        most_children: The most tokens that a chain of several nodes may ask for.

    Returns:
        The chains in the order of their first nodes: what comes before a chain's start was read by one before it.
    """
    chains: list[Chain] = []
    previous: Tokens | None = None
    asked: dict[int, None] = {}
    for node, children in trie.children.items():
        union = asked | dict.fromkeys(children)
        # Parents stand right before the first of their children that are inner nodes.
        follows = node and node[:-1] == previous
        if follows and len(node) - len(chains[-1].start) < longest and len(union) <= most_children:
            start = chains[-1].start
            chains[-1] = Chain(start, node[len(start) :], tuple(union))
            asked = union
        else:
            chains.append(Chain(node, (), children))
            asked = dict.fromkeys(children)
        previous = node
    return chains
