"""What the counting of statements reads in the messages of the driver."""

import struct
from typing import Any

import bson

from bench.statements_proxy import OP_MSG, Statement, statement_of


def message(command: dict[str, Any], code: int = OP_MSG, **sections: list[Any]) -> bytes:
    body = b"\0" + bson.encode(command)
    for name, documents in sections.items():
        content = name.encode() + b"\0" + b"".join(map(bson.encode, documents))
        body += b"\1" + struct.pack("<i", 4 + len(content)) + content
    payload = struct.pack("<i", 0) + body
    return struct.pack("<4i", 16 + len(payload), 1, 0, code) + payload


def statement(command: dict[str, Any], **sections: list[Any]) -> Statement:
    read = statement_of(message(command, **sections))
    assert read is not None
    return read


def test_a_statement_is_named_by_its_command_and_collection() -> None:
    assert str(statement({"find": "books", "filter": {"_id": 1}})) == "find books"


def test_documents_in_a_section_of_their_own_are_counted() -> None:
    assert str(statement({"insert": "sales"}, documents=[{"_id": 1}, {"_id": 2}])) == (
        "insert sales x2"
    )


def test_a_statement_of_a_transaction_is_known_by_its_missing_autocommit() -> None:
    assert statement({"find": "books", "autocommit": False}).in_transaction
    assert not statement({"find": "books"}).in_transaction


def test_signatures_differ_by_the_fields_asked_for_and_not_by_their_values() -> None:
    one, other = ({"find": "orders", "filter": {"status": text}} for text in ("paid", "pending"))
    by_worker = {"find": "orders", "filter": {"worker": "a"}}
    assert statement(one).signature == statement(other).signature
    assert statement(one).signature != statement(by_worker).signature


def test_signs_of_life_and_change_streams_are_housekeeping_and_a_commit_is_not() -> None:
    watch = {"aggregate": 1, "pipeline": [{"$changeStream": {}}]}
    for command in ({"hello": 1}, {"getMore": 7}, {"update": "heartbeats"}, watch):
        assert statement(command).is_housekeeping
    assert not statement({"commitTransaction": 1}).is_housekeeping


def test_other_messages_of_the_wire_protocol_are_no_statements() -> None:
    assert statement_of(message({"hello": 1}, code=2004)) is None
