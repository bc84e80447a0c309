from __future__ import annotations

from typing import get_args

from pytest_haerae.gates.gate import Gate, GateVerdict, failing_gates


def test_what_fails_fails_in_the_report_too() -> None:
    gates = [Gate(verdict, verdict, 0.1, 0.2, 0.3, "why") for verdict in get_args(GateVerdict)]
    assert [gate.name for gate in gates if gate.fails()] == ["failed", "unmeasurable"]
    assert [gate.name for gate in gates if gate.fails("fail")] == ["failed", "inconclusive", "unmeasurable"]
    entries = [gate.to_json() for gate in gates]
    assert [entry["name"] for entry in failing_gates({"gates": entries})] == ["failed", "unmeasurable"]
    strict = failing_gates({"gates": entries, "inconclusive": "fail"})
    assert [entry["name"] for entry in strict] == ["failed", "inconclusive", "unmeasurable"]


def test_the_entry_has_the_promised_keys_in_their_order() -> None:
    entry = Gate("baseline", "passed", None, 0.0, 1.0, "why").to_json()
    assert list(entry.items()) == [
        ("name", "baseline"),
        ("verdict", "passed"),
        ("value", None),
        ("threshold", 0.0),
        ("p_value", 1.0),
        ("detail", "why"),
    ]
