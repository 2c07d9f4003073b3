"""Accounts: the cash of users and stores.

A user is an account. A store's account repeats the store's name, so a purchase reads both names
and both balances from one collection.
"""

from dataclasses import dataclass
from typing import Literal

Owner = Literal["user", "store"]


@dataclass(frozen=True, slots=True)
class AccountRow:
    """What is stored of an account.

    `opening_cents` is the cash it began with, after any purchases loaded with it. The
    purchases made here explain every cent between that and `cents`.
    """

    id: str
    owner: Owner
    owner_id: int
    name: str
    cents: int
    opening_cents: int


def account_id_of(owner: Owner, owner_id: int) -> str:
    """The id of an owner's account."""
    return f"{owner}:{owner_id}"


def user_account(user_id: int) -> str:
    """The id of a user's account."""
    return account_id_of("user", user_id)


def store_account(store_id: int) -> str:
    """The id of a store's account."""
    return account_id_of("store", store_id)


def new_account(owner: Owner, owner_id: int, name: str, cents: int) -> AccountRow:
    """Make an account with its first cash."""
    return AccountRow(account_id_of(owner, owner_id), owner, owner_id, name, cents, cents)
