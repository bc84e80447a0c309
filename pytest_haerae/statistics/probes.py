"""What a run's probes of validity found, as a report has it."""

from __future__ import annotations

from typing_extensions import TypedDict

from pytest_haerae.statistics.option_orders import OrdersProbe
from pytest_haerae.statistics.row_order import RowOrderProbe
from pytest_haerae.statistics.wordings import PromptsProbe


class Probes(TypedDict, total=False):
    """The same items asked in other ways; no other number of a report rests on these answers."""

    shuffle_options: OrdersProbe
    """With their options in other orders."""
    prompts: PromptsProbe
    """By other prompts."""
    row_order: RowOrderProbe
    """The rows themselves, in the data's order and in others."""
