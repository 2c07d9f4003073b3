"""Members of the library."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field

from domain.effects import Add, Decision, assign
from domain.emails import ShownEmail
from domain.examples import with_example
from domain.money import Money
from domain.paging import Page
from domain.values import Id, Text

MemberId = Annotated[Id, Field(description="The member's id.", examples=[1])]
MemberName = Annotated[Text, Field(description="The member's name.", examples=["Ada Lovelace"])]
MemberQuery = Annotated[
    Text,
    Field(
        description="Words of the name, or their beginnings; or the e-mail address.",
        examples=["ada lov"],
    ),
]

EXAMPLE: Final = {
    "id": 1,
    "name": "Ada Lovelace",
    "email": "ada@example.org",
    "open_loans": 0,
    "fines": 0.0,
    "archived": False,
    "joined_at": "2026-11-23T09:00:00Z",
}


class Member(BaseModel):
    """A person who may borrow books."""

    model_config = with_example(**EXAMPLE)

    id: int
    name: str
    email: ShownEmail | None
    open_loans: int = Field(description="Books that the member has on loan.")
    fines: Money = Field(description="What the member owes for late or lost books.")
    archived: bool = Field(description="Whether the member has left: no loans, no reservations.")
    joined_at: datetime


class MemberPage(Page[Member]):
    """One page of members, by id."""

    model_config = with_example(items=[EXAMPLE], next_cursor=None)


@dataclass(frozen=True, slots=True)
class MemberFilter:
    """Filters of a list of members.

    `query` is words of the name, or their beginnings, or the e-mail address.
    """

    query: str | None = None
    archived: bool = False


@dataclass(frozen=True, slots=True)
class MemberRow:
    """What is stored of a member.

    `open_loans` counts the loans, for the loan limit; `fines_cents` is what the member owes.
    `loans_due` has for each book on loan when it is due, `reserved` for each open reservation since
    when it waits or is held; both by the book's id, as text.
    """

    id: int
    name: str
    email: str | None
    joined_at: datetime
    open_loans: int = 0
    fines_cents: int = 0
    archived: bool = False
    loans_due: Mapping[str, datetime] = field(default_factory=dict)
    reserved: Mapping[str, datetime] = field(default_factory=dict)

    def overdue_loans(self, now: datetime) -> int:
        """How many loans are past their due date."""
        return sum(due_at < now for due_at in self.loans_due.values())

    def shown(self) -> Member:
        """The member as callers see it."""
        return Member(
            id=self.id,
            name=self.name,
            email=self.email,
            open_loans=self.open_loans,
            fines=self.fines_cents,
            archived=self.archived,
            joined_at=self.joined_at,
        )


def join(member_id: int, name: str, email: str | None, now: datetime) -> Decision[Member]:
    """Add a member."""
    member = MemberRow(member_id, name, email, now)
    return Decision(member.shown(), (Add(member),))


def edit_member(member: MemberRow, changes: Mapping[str, Any]) -> Decision[Member]:
    """Give fields new values."""
    return Decision(replace(member, **changes).shown(), (assign(member, **changes),))
