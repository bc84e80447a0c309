"""For tests of backends and of suites, and public: a stand-in for a model, a check of the contract, a faulty server.

``ScriptedBackend`` answers and fails as it is told, ``check_backend`` holds a backend to what `pytest_haerae.Backend`
promises, and ``serve(ApiServer(…))`` is an OpenAI-compatible server on loopback.
"""

from pytest_haerae.testing.checks import check_backend
from pytest_haerae.testing.ledger import Ledger
from pytest_haerae.testing.scripted import Answer, ScriptedBackend, ScriptedParameters
from pytest_haerae.testing.server import TRANSIENT_FAULTS, ApiServer, completion, serve

__all__ = [
    "TRANSIENT_FAULTS",
    "Answer",
    "ApiServer",
    "Ledger",
    "ScriptedBackend",
    "ScriptedParameters",
    "check_backend",
    "completion",
    "serve",
]
