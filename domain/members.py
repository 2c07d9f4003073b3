"""Members of the library."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field

from domain.effects import Add, Decision, assign
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
    """A person who may borrow books."""

    model_config = with_example(**EXAMPLE)

    id: int
    name: str
    email: str | None
    open_loans: int = Field(description="Books that the member has on loan.")
    joined_at: datetime


class MemberPage(Page[Member]):
    """One page of members, by id."""

    model_config = with_example(items=[EXAMPLE], next_cursor=None)


@dataclass(frozen=True, slots=True)
class MemberRow:
    """What is stored of a member; `open_loans` counts the loans, for the loan limit."""

    id: int
    name: str
    email: str | None
    joined_at: datetime
    open_loans: int = 0

    def shown(self) -> Member:
        """The member as callers see it."""
        return Member(
            id=self.id,
            name=self.name,
            email=self.email,
            open_loans=self.open_loans,
            joined_at=self.joined_at,
        )


def join(member_id: int, name: str, email: str | None, now: datetime) -> Decision[Member]:
    """Add a member."""
    member = MemberRow(member_id, name, email, now)
    return Decision(member.shown(), (Add(member),))


def edit_member(member: MemberRow, changes: Mapping[str, Any]) -> Decision[Member]:
    """Give fields new values."""
    return Decision(replace(member, **changes).shown(), (assign(member, **changes),))
