"""Members of the library."""

from datetime import datetime
from typing import Annotated, Final

from pydantic import BaseModel, Field

from domain.examples import with_example
from domain.paging import Page
from domain.values import Id, Text

MemberId = Annotated[Id, Field(description="The member's id.", examples=[1])]
MemberName = Annotated[Text, Field(description="The member's name.", examples=["Ada Lovelace"])]

EXAMPLE: Final = {
    "id": 1,
    "name": "Ada Lovelace",
    "email": "ada@example.org",
    "open_loans": 0,
    "joined_at": "2026-11-23T09:00:00Z",
}


class Member(BaseModel):
    """Somebody who may borrow."""

    model_config = with_example(**EXAMPLE)

    id: int
    name: str
    email: str | None
    open_loans: int = Field(description="Books that the member has on loan.")
    joined_at: datetime


class MemberPage(Page[Member]):
    """One page of members, by id."""

    model_config = with_example(items=[EXAMPLE], next_cursor=None)
