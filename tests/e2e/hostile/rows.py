"""All attacks, by what is hostile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.e2e.hostile.attack import Attack
from tests.e2e.hostile.data import DATA
from tests.e2e.hostile.killed import KILLED
from tests.e2e.hostile.names import NAMES
from tests.e2e.hostile.outputs import OUTPUTS
from tests.e2e.hostile.own_code import OWN_CODE
from tests.e2e.hostile.replies import REPLIES
from tests.e2e.hostile.servers import SERVERS
from tests.e2e.hostile.stored import STORED
from tests.e2e.hostile.values import VALUES

KINDS: Mapping[str, Sequence[Attack]] = {
    "servers": SERVERS,
    "replies": REPLIES,
    "data": DATA,
    "values": VALUES,
    "own code": OWN_CODE,
    "names": NAMES,
    "outputs": OUTPUTS,
    "stored": STORED,
    "killed": KILLED,
}
