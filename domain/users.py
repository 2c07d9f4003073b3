"""Users of the marketplace."""

from dataclasses import dataclass, replace
from typing import Annotated, Final

from pydantic import BaseModel, Field

from domain.accounts import AccountRow
from domain.effects import Decision, assign
from domain.examples import with_example
from domain.money import Money
from domain.values import Id, Text

UserId = Annotated[Id, Field(description="The user's id.", examples=[0])]
UserName = Annotated[Text, Field(description="The user's name.", examples=["Edith Johnson"])]

EXAMPLE: Final = {"id": 0, "name": "Edith Johnson", "cash": 700.7}
TOP_EXAMPLE: Final = {"id": 5, "name": "Kasha Borda", "amount": 203.71, "purchases": 17}


class User(BaseModel):
    """A person who buys."""

    model_config = with_example(**EXAMPLE)

    id: int
    name: str
    cash: Money


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


class UsersCount(BaseModel):
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


@dataclass(frozen=True, slots=True)
class SpendingBounds:
    """Bounds of what was spent, in cents, both excluded; None is unbounded."""

    more_than: int | None
    less_than: int | None
    include_idle: bool

    @property
    def count_the_idle(self) -> bool:
        """Whether users who spent nothing are within the bounds, and wanted."""
        return self.include_idle and self.more_than is None and self.less_than != 0
