"""How a member leaves the library."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from domain.circulation import EventKind, LoanTerms
from domain.desk import Desk
from domain.effects import Decision, Effect, assign
from domain.errors import MemberOwes
from domain.members import Member, MemberRow
from domain.money import number_from_cents


def archive_member(
    member: MemberRow, desks: Iterable[Desk], terms: LoanTerms, now: datetime
) -> Decision[Member]:
    """Let a member leave; held copies pass on. Raises MemberOwes with open loans or fines.

    `desks` are those of the books that the member has reserved.
    """
    if member.open_loans or member.fines_cents:
        fines = number_from_cents(member.fines_cents)
        raise MemberOwes(member_id=member.id, open_loans=member.open_loans, fines=fines)
    effects: list[Effect] = []
    for desk in desks:
        desk.settle(terms, now)
        if member.id in desk.shelf.reservations:  # it may have expired just now
            desk.record(EventKind.CANCEL, member.id, now)
            desk.settle(terms, now)
        effects += desk.effects()
    archived = replace(member, archived=True)
    return Decision(archived.shown(), (*effects, assign(member, archived=True)))
