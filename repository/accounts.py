"""The accounts of users and stores; a user is an account."""

from collections.abc import Mapping
from typing import Any, Final

from domain.accounts import AccountRow, Owner, account_id_of
from domain.errors import found
from repository.mongo.changes import State
from repository.mongo.collections import Collection, Document, Index
from repository.name_search import found_by_name


def _found_by(fields: Mapping[str, Any]) -> Document:
    return found_by_name(fields["name"]) if "name" in fields else {}


ACCOUNTS: Final = Collection(
    "accounts",
    AccountRow,
    derive=_found_by,
    cached=True,
    indexes=(
        Index(
            "owner",
            [("owner", 1), ("owner_id", 1)],
            query={"owner": "user", "owner_id": {"$gt": 7}},
            sort=[("owner_id", 1)],
        ),
        Index(
            "name_beginnings",
            [("name_beginnings", 1), ("owner", 1), ("owner_id", 1)],
            query={"name_beginnings": "joh", "owner": "user"},
            sort=[("owner_id", 1)],
        ),
    ),
)


def known_account(state: State, owner: Owner, owner_id: int) -> AccountRow:
    """The account of a user or a store in a group's state. Raises NotFound."""
    return found(state.get(ACCOUNTS, account_id_of(owner, owner_id)), owner, id=owner_id)
