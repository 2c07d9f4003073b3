"""One attempt of a group: read what its changes need, decide them in order, write, commit."""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Any

from pymongo.errors import OperationFailure

from domain.effects import Assign, Row
from domain.errors import WaitedTooLong
from repository.mongo import statements
from repository.mongo.changes import (
    Change,
    Lock,
    Need,
    NotLoadedError,
    State,
    Written,
)
from repository.mongo.collections import Collection, Document, Place, named, plain
from repository.mongo.connection import Database, Session
from repository.mongo.ids import IdsSpentError
from repository.mongo.transactions import (
    COMMIT_MARKERS,
    CommitMarker,
    Witness,
    WriteConflictError,
    is_duplicate_key,
    transact,
)
from repository.mongo.turns import Turn


@dataclass(eq=False, slots=True)
class Submission:
    """A change that somebody waits for; `number` is its place in the order of arrival.

    `deadline` is a time of the loop's clock. `locks` are the locks that it is known to need. A
    caller waits for all changes of its `request`.
    """

    change: Change[Any]
    deadline: float
    number: int
    locks: set[Lock]
    answer: "asyncio.Future[Any]"
    request: object
    deferrals: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one change of a group ended: with a result, or with an exception to raise."""

    result: Any = None
    error: Exception | None = None


Claim = Callable[[set[Lock]], bool]
"""Takes locks for the group; False if another group has one of them."""


class ForesightError(Exception):
    """A decision differs from what was foreseen, or a row is not new; nothing has happened."""


class BrokenChangeError(Exception):
    """A decision had an impossible effect; nothing has happened."""

    def __init__(self, submission: Submission, fault: Exception) -> None:
        super().__init__(str(fault))
        self.submission = submission
        self.fault = fault


class Attempt:
    """One attempt at a group of changes.

    With `foresee` it writes the foreseen effects while it reads their rows, and takes rows as they
    probably are: as new, or as they are known. `deferred` are the changes that have to wait for
    another group.
    """

    def __init__(
        self,
        database: Database,
        submissions: list[Submission],
        claim: Claim,
        *,
        foresee: bool = False,
    ) -> None:
        self.deferred: list[Submission] = []
        self._database = database
        self._submissions = submissions
        self._claim = claim
        self._foresee = foresee
        self._foreseen: dict[Place, Written] = {}
        self._unread: set[Place] = set()
        """Rows that are taken to be new: when they are not, their write fails."""
        self._guards: dict[Place, Document] = {}
        """The values of known rows that they still have to have: when not, their write fails."""
        self._state = State(database.clock(), database.ids)

    async def run(self, session: Session, *, deadline: float) -> dict[Submission, Outcome]:
        """The outcome of each change that was not deferred, durable; in the group's session.

        Raises ForesightError, BrokenChangeError, and what `transact` raises.
        """
        try:
            return await transact(self._database, session, self._work, deadline=deadline)
        except (ForesightError, OperationFailure) as failure:
            if self._foresee and self._is_unforeseen(failure):
                self._state.give_all_ids_back()
                raise ForesightError from failure
            raise
        finally:
            # Also when the outcome of the commit is unknown: cached rows may be old now.
            self._database.changed(self._written())

    async def run_certain(self) -> dict[Submission, Outcome]:
        """The same for a certain change alone: one statement and no transaction."""
        [submission] = self._submissions
        try:
            await self._read_foreseen(submission.change.needs, None)
            decision = submission.change.decide(self._state)
            self._state.apply(decision.effects)
            self._require_foreseen()
            await statements.write(self._database, None, self._state, already=self._foreseen)
        except NotLoadedError as unknown:  # writing twice is harmless
            raise ForesightError from unknown
        except OperationFailure as failure:
            if is_duplicate_key(failure):
                raise ForesightError from failure
            raise
        finally:
            self._database.changed(self._written())
        return {submission: Outcome(decision.result)}

    def _is_unforeseen(self, failure: ForesightError | OperationFailure) -> bool:
        """Whether a decision, a new row or a known one may be other than foreseen."""
        if isinstance(failure, OperationFailure):
            is_guarded = isinstance(failure, WriteConflictError) and bool(self._guards)
            return is_guarded or is_duplicate_key(failure)
        return True

    def _written(self) -> set[Place]:
        return {*self._state.written, *self._foreseen}

    async def _work(self, session: Session) -> tuple[dict[Submission, Outcome], Witness | None]:
        await self._load(session)
        outcomes: dict[Submission, Outcome] = {}
        turn = Turn()
        for submission in self._taking_part():
            outcome = await self._decide(submission)
            if outcome is not None:
                outcomes[submission] = outcome
            if turn.is_over():
                await turn.next()
        self._require_foreseen()
        witness = self._witness()
        await statements.write(
            self._database, session, self._state, already=self._foreseen, guards=self._guards
        )
        return outcomes, witness

    def _taking_part(self) -> list[Submission]:
        return [each for each in self._submissions if each not in self.deferred]

    async def _load(self, session: Session) -> None:
        """Read what all changes need, one round after the other."""
        needs = {each: each.change.needs for each in self._submissions}
        rounds = 0
        while needs:
            if self._foresee:
                await self._read_foreseen(chain.from_iterable(needs.values()), session)
            await self._read(needs, session)
            for submission, of_one in needs.items():
                self._claim_or_defer(submission, set(self._state.rows_of(of_one)))
            needs = {
                each: tuple(each.change.further[rounds](self._state))
                for each in self._taking_part()
                if len(each.change.further) > rounds
            }
            for submission, of_one in needs.items():
                self._claim_or_defer(submission, {lock for need in of_one for lock in need.locks})
            needs = {each: needs[each] for each in needs if each not in self.deferred}
            rounds += 1

    async def _read(self, needs: dict[Submission, tuple[Need, ...]], session: Session) -> None:
        of_all = [need for of_one in needs.values() for need in of_one]
        for collection, by_field in self._state.missing(of_all).items():
            for by, values in by_field.items():
                rows = await statements.read(self._database, session, collection, by, values)
                self._state.load(collection, by, values, rows)

    async def _read_foreseen(self, needs: Iterable[Need], session: Session | None) -> None:
        """Take new and known rows as such; read and write rows that one statement each is best for.

        Those are all foreseen rows of a change alone, and of many changes the only row of a
        collection, which all of them foresee. A row is written so once, before it is read: what a
        later round foresees of it is written with the rest.
        """
        by_collection: defaultdict[str, list[Need]] = defaultdict(list)
        for need in needs:
            if need.is_new:
                self._state.load(need.collection, need.by, need.values, [])
                self._unread |= {(need.collection.name, row_id) for row_id in need.values}
            elif need.known is not None:
                self._take_as_known(need.collection, need.known, need.unchanged)
            else:
                by_collection[need.collection.name].append(need)
        is_alone = len(self._submissions) == 1
        for name, of_one in by_collection.items():
            if is_alone or _is_one_foreseen_row(of_one):
                for row_id, written in _foreseen_by(of_one).items():
                    is_known = self._state.is_named((name, row_id))
                    if not is_known and written.update(named(name)):
                        await self._read_and_write(named(name), row_id, written, session)

    def _take_as_known(
        self, collection: Collection[Any], row: Row, unchanged: Iterable[str]
    ) -> None:
        place = (collection.name, row.id)
        if not self._state.is_named(place):
            self._state.load(collection, "id", [row.id], [row])
            self._guards[place] = {name: plain(getattr(row, name)) for name in unchanged}

    async def _read_and_write(
        self, collection: Collection[Any], row_id: Any, written: Written, session: Session | None
    ) -> None:
        """Write what is foreseen of a row; not if it is not there or a change will be refused."""
        self._foreseen[collection.name, row_id] = written
        row = await statements.read_and_write(self._database, session, collection, row_id, written)
        if row is None:  # it is read then
            del self._foreseen[collection.name, row_id]
        else:
            self._state.load(collection, "id", [row_id], [row])

    def _claim_or_defer(self, submission: Submission, locks: set[Lock]) -> None:
        submission.locks |= locks
        if not self._claim(locks) and submission not in self.deferred:
            self.deferred.append(submission)

    async def _decide(self, submission: Submission) -> Outcome | None:
        """The outcome of a change; None if it has to be tried with the next group."""
        if asyncio.get_running_loop().time() >= submission.deadline:
            return Outcome(error=WaitedTooLong())
        while True:
            try:
                decision = submission.change.decide(self._state)
                self._state.require_loaded(decision.effects)
            except IdsSpentError as spent:
                self._state.give_ids_back()
                await self._database.ids.reserve(spent.collection, spent.count)
                continue
            except NotLoadedError:
                # It needs rows that follow from what another change of this group has just written.
                self._state.give_ids_back()
                self.deferred.append(submission)
                return None
            except Exception as error:  # noqa: BLE001 - raised to the caller whose change it is
                self._state.give_ids_back()
                return Outcome(error=error)
            self._state.use_ids()
            break
        try:
            self._state.apply(decision.effects)
        except (ValueError, LookupError, TypeError) as fault:
            if self._guards:  # a known row may have changed
                raise ForesightError from fault
            raise BrokenChangeError(submission, fault) from fault
        return Outcome(decision.result)

    def _require_foreseen(self) -> None:
        written = self._state.written
        if any(written.get(place) != it for place, it in self._foreseen.items()):
            raise ForesightError
        if not all(map(self._state.is_added, self._unread)):
            raise ForesightError
        if not all(map(self._is_guarded, self._guards)):
            raise ForesightError

    def _is_guarded(self, place: Place) -> bool:
        """Whether a known row is written, so that its guard is looked at."""
        written = self._state.written.get(place)
        if written is None or written.is_new or written.is_removed:
            return False
        return bool(written.update(named(place[0])))

    def _may_happen_again(self) -> bool:
        """Whether all writes were foreseen for certain, so that writing twice is harmless."""
        return all(each.change.is_certain for each in self._submissions)

    def _witness(self) -> Witness | None:
        """A row that this attempt adds, or a marker; None if no witness is needed."""
        written = self._state.written
        for place, what in written.items():
            witness = self._witness_in(place) if what.is_new else None
            if witness is not None:
                return witness
        if not written or self._database.remembers_outcomes or self._may_happen_again():
            return None
        marker = CommitMarker(uuid.uuid4().hex, self._state.now)
        self._state.add(marker)
        return Witness(COMMIT_MARKERS.name, marker.id)

    def _witness_in(self, place: Place) -> Witness | None:
        """A new row as witness; None if another transaction may add or remove such a row."""
        collection, row = named(place[0]), self._state.row_at(place)
        if row is None:
            return None
        field = collection.told_apart_by
        if field is not None:
            return Witness(*place, (field, getattr(row, field)))
        if self._state.is_named(place) or not collection.stay:
            return None
        return Witness(*place)


def _is_one_foreseen_row(needs: list[Need]) -> bool:
    """Whether needs name one row, and each of them foresees its effects on it."""
    return len({need.values for need in needs}) == 1 and all(need.foreseen for need in needs)


def _foreseen_by(needs: list[Need]) -> dict[Any, Written]:
    """What needs foresee that will be written, by the row's id."""
    rows: defaultdict[Any, Written] = defaultdict(Written)
    for effect in chain.from_iterable(need.foreseen for need in needs):
        rows[effect.id].include(effect)
    return rows


def is_one_statement(change: Change[Any]) -> bool:
    """Whether one statement makes the whole change, and may be sent again."""
    if not change.is_certain or len(change.needs) != 1:
        return False
    [need] = change.needs
    assigns = bool(need.foreseen) and all(isinstance(each, Assign) for each in need.foreseen)
    return need.is_new or assigns
