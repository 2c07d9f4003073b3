"""How a sharded cluster holds the collections: a key for each that grows with the traffic.

Nothing here is needed on a replica set. docs/scaling.md has the arithmetic. Rows are found by `_id`
nearly always, so that is the key unless a unique index needs other fields: it can only be unique
over all shards if the key's fields are its first ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

HASHED: Final = "hashed"


@dataclass(frozen=True, slots=True)
class Spread:
    """The shard key of a collection, and why it is that."""

    key: Mapping[str, int | str]
    why: str


_BY_ID: Final = {"_id": HASHED}

SPREAD: Final[Mapping[str, Spread]] = {
    "accounts": Spread(_BY_ID, "each change names its accounts by id"),
    "cash_movements": Spread(_BY_ID, "only added; read by user in the audit and in exports"),
    "circulation_events": Spread(
        {"book_id": HASHED},
        "only added; a book's events are read in order, and their numbers are unique",
    ),
    "claims": Spread(
        {"kind": 1, "book_id": HASHED},
        "one open loan or reservation a book and member; a book's queue is on one shard",
    ),
    "commits": Spread(_BY_ID, "a transaction looks for its own marker"),
    "deliveries": Spread({"order_id": HASHED}, "one active delivery an order"),
    "fines": Spread(_BY_ID, "only added; a member's page asks all shards"),
    "gateway_charges": Spread(_BY_ID, "a payment is found by its attempt, which is its id"),
    "gateway_refunds": Spread(_BY_ID, "found by its id; the audit asks by attempt"),
    "holdings": Spread(_BY_ID, "each change of the library names its book"),
    "members": Spread(_BY_ID, "each change names its member"),
    "orders": Spread(_BY_ID, "each step of an order names it"),
    "paybacks": Spread(_BY_ID, "each is paid once, by its id"),
    "purchase_refunds": Spread(_BY_ID, "its id is that of the purchase: refunded once"),
    "purchases": Spread(_BY_ID, "found by id; a user's page asks all shards"),
    "file_purchases": Spread(_BY_ID, "the key that a file gives is the id: loaded once"),
    "refunds": Spread(_BY_ID, "found by id; those of a sale ask all shards"),
    "requests": Spread(_BY_ID, "the idempotency key is the id, so it is unique"),
    "rollup_pages": Spread(_BY_ID, "a report asks for its pages of all shards at once"),
    "sales": Spread(_BY_ID, "found by id; ids rise, so only their hash spreads the inserts"),
    "stock_movements": Spread(_BY_ID, "only added; read by book in the audit"),
}
"""The collections that grow with the traffic."""

WHOLE: Final[Mapping[str, str]] = {
    "api_keys": "one row a key",
    "authors": "one row an author",
    "books": "one row a title; `isbn` is unique, which no key can have as its first field",
    "counters": "one document a kind of id",
    "demo_seeds": "three rows",
    "file_books": "one row a title of a file",
    "heartbeats": "one row a process; `holds` is unique",
    "listings": "one row a listing",
    "schema_version": "one row",
    "stores": "one row a store; `source_name` is unique",
}
"""The collections that grow with the catalogue or not at all; each stays on one shard."""


def shard_keys() -> dict[str, dict[str, int | str]]:
    """The shard key of each collection that is spread."""
    return {name: dict(spread.key) for name, spread in sorted(SPREAD.items())}
