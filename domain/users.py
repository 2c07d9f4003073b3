"""Users of the marketplace."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Final

from pydantic import BaseModel, Field

from domain.accounts import AccountRow, new_account
from domain.effects import Add, Decision, assign, increase
from domain.errors import InsufficientFunds
from domain.examples import with_example
from domain.money import Money, number_from_cents
from domain.paging import Page
from domain.values import Id, Text

UserId = Annotated[Id, Field(description="The user's id.", examples=[0])]
UserName = Annotated[Text, Field(description="The user's name.", examples=["Edith Johnson"])]
UserQuery = Annotated[
    Text, Field(description="Words of the name, or their beginnings.", examples=["edi joh"])
]

EXAMPLE: Final = {"id": 0, "name": "Edith Johnson", "cash": 700.7}
TOP_EXAMPLE: Final = {"id": 5, "name": "Kasha Borda", "amount": 203.71, "purchases": 17}


class User(BaseModel):
    """A person who buys."""

    model_config = with_example(**EXAMPLE)

    id: int
    name: str
    cash: Money


class UserPage(Page[User]):
    """One page of users, by id."""

    model_config = with_example(items=[EXAMPLE], next_cursor=None)


class TopUser(BaseModel):
    """A user with what they bought in a period."""

    model_config = with_example(**TOP_EXAMPLE)

    id: int
    name: str
    amount: Money
    purchases: int


class TopUsers(BaseModel):
    """Users ranked by what they spent, the most first; without those who bought nothing."""

    model_config = with_example(items=[TOP_EXAMPLE], time_zone="UTC")

    items: list[TopUser]
    time_zone: str


class UserCount(BaseModel):
    """How many users spent more or less than an amount in a period."""

    model_config = with_example(count=7, time_zone="UTC")

    count: int
    time_zone: str


def shown_user(account: AccountRow) -> User:
    """The user of an account as callers see it."""
    return User(id=account.owner_id, name=account.name, cash=account.cents)


def rename_user(account: AccountRow, name: str) -> Decision[User]:
    """Rename a user."""
    return Decision(shown_user(replace(account, name=name)), (assign(account, name=name),))


def new_user(user_id: int, name: str, cents: int) -> Decision[User]:
    """Add a user with their first cash."""
    account = new_account("user", user_id, name, cents)
    return Decision(shown_user(account), (Add(account),))


@dataclass(frozen=True, slots=True)
class CashMovementRow:
    """What is stored of cash that a user brought (positive) or took away. Never changed."""

    id: int
    user_id: int
    amount_cents: int
    at: datetime


def move_cash(account: AccountRow, cents: int, movement_id: int, now: datetime) -> Decision[User]:
    """Let a user bring cash, or take it away if it is negative. Raises InsufficientFunds."""
    if account.cents + cents < 0:
        raise InsufficientFunds(
            user_id=account.owner_id,
            amount=number_from_cents(-cents),
            balance=number_from_cents(account.cents),
        )
    movement = CashMovementRow(movement_id, account.owner_id, cents, now)
    user = shown_user(replace(account, cents=account.cents + cents))
    return Decision(user, (increase(account, cents=cents), Add(movement)))


@dataclass(frozen=True, slots=True)
class UserFilter:
    """Filters of a list of users; `query` is words of the name, or their beginnings."""

    query: str | None = None


@dataclass(frozen=True, slots=True)
class SpendingBounds:
    """Bounds of what was spent, in cents, both excluded; None is unbounded."""

    more_than: int | None
    less_than: int | None
    include_idle: bool

    def hold(self, cents: int) -> bool:
        """Whether an amount is within the bounds."""
        is_more = self.more_than is None or cents > self.more_than
        return is_more and (self.less_than is None or cents < self.less_than)

    @property
    def count_the_idle(self) -> bool:
        """Whether users who spent nothing are within the bounds, and wanted."""
        return self.include_idle and self.more_than is None and self.less_than != 0
