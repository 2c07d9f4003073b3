"""Users of the marketplace."""

from typing import Annotated, Final

from pydantic import BaseModel, Field

from domain.examples import with_example
from domain.money import Money
from domain.values import Id, Text

UserId = Annotated[Id, Field(description="The user's id.", examples=[0])]
UserName = Annotated[Text, Field(description="The user's name.", examples=["Edith Johnson"])]

EXAMPLE: Final = {"id": 0, "name": "Edith Johnson", "cash": 700.7}
TOP_EXAMPLE: Final = {"id": 5, "name": "Kasha Borda", "amount": 203.71, "purchases": 17}


class User(BaseModel):
    """Someone who buys."""

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
    """Users by what they spent, the most first; who bought nothing is not among them."""

    model_config = with_example(items=[TOP_EXAMPLE], time_zone="UTC")

    items: list[TopUser]
    time_zone: str


class UsersCount(BaseModel):
    """How many users spent more or less than an amount in a period."""

    model_config = with_example(count=7, time_zone="UTC")

    count: int
    time_zone: str
