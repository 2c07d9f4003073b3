"""All changes that wait share a transaction, and each is answered on its own."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from typing import Any, NoReturn

import pytest
from pymongo.errors import OperationFailure
from structlog.testing import capture_logs

from domain.effects import Add, Assign, Decision, Increase, assign
from domain.errors import (
    Busy,
    InvalidParams,
    NotFound,
    OctavoError,
    OutOfStock,
    StorageUnavailable,
    WaitedTooLong,
)
from repository.mongo import core as core_module
from repository.mongo.attempts import Attempt
from repository.mongo.changes import Change, Need, State, need, need_to_read
from repository.mongo.connection import Database
from repository.mongo.core import Core
from repository.mongo.crowd import GROWS_S_MAX
from repository.mongo.idempotency import (
    REQUESTS,
    Answer,
    RequestKey,
    RequestRow,
    Shown,
    is_in_progress,
    once,
)
from tests.factories.shelf import (
    SHELVES,
    TAKINGS,
    Shelf,
    Taking,
    known,
    put,
    relabel,
    stock,
    take,
    taken,
    with_effects,
)
from tests.support.held_sessions import HeldUp
from tests.support.statements import Statements

PLENTY_S = 30.0


@pytest.fixture
async def core(database: Database) -> AsyncIterator[Core]:
    await put(database, Shelf(1, 3), Shelf(2, 3))
    await database.ids.reserve(TAKINGS)
    running = Core(database)
    yield running
    await running.finish()


def soon(seconds: float = PLENTY_S) -> float:
    return asyncio.get_running_loop().time() + seconds


def keyed(change: Change[int], key: str, fingerprint: str = "same") -> Change[Answer]:
    request = RequestKey("till", key, "take", fingerprint)
    return once(change, request, Shown(lambda left: str(left).encode()))


async def all_of(core: Core, *changes: Change[Any], seconds: float = PLENTY_S) -> list[Any]:
    """What each of several changes, submitted in this order at once, was answered."""
    return await asyncio.gather(
        *(core.submit(each, deadline=soon(seconds)) for each in changes), return_exceptions=True
    )


def failing() -> Change[int]:
    def decide(_: State) -> Decision[int]:
        raise ZeroDivisionError

    return Change(decide)


def refusing(refusal: OctavoError) -> Change[int]:
    def decide(_: State) -> Decision[int]:
        raise refusal

    return Change(decide)


async def records(database: Database) -> dict[str, RequestRow]:
    return {record.id: record for record in await database.rows(REQUESTS, {})}


async def test_each_is_refused_on_its_own_first_come_first_served(
    core: Core, database: Database
) -> None:
    answers = await all_of(core, *(take() for _ in range(5)))

    assert answers[:3] == [2, 1, 0]
    assert [type(refusal) for refusal in answers[3:]] == [OutOfStock, OutOfStock]
    assert await stock(database) == 0
    assert await taken(database) == 3


async def test_a_group_reads_and_writes_each_collection_once(
    core: Core, statements: Statements
) -> None:
    with statements.counted() as sent:
        await all_of(core, *(take(1 + number % 2) for number in range(6)))

    assert sent == [
        "find test_shelves",
        "update test_shelves",
        "insert test_takings",
        "commitTransaction",
    ]


async def test_one_shelf_of_many_takers_moves_by_one_guarded_update(
    core: Core, statements: Statements
) -> None:
    with statements.counted() as sent:
        await all_of(core, *(take() for _ in range(3)))

    assert sent == [
        "find test_shelves",
        "findAndModify test_shelves",
        "insert test_takings",
        "commitTransaction",
    ]


async def test_a_change_alone_reads_and_writes_its_row_in_one_statement(
    core: Core, statements: Statements
) -> None:
    with statements.counted() as sent:
        assert await core.submit(take(foreseen=True), deadline=soon()) == 2

    assert sent == ["findAndModify test_shelves", "insert test_takings", "commitTransaction"]


async def test_foreseen_effects_of_many_on_one_row_are_read_and_written_in_one_statement(
    core: Core, database: Database, statements: Statements
) -> None:
    with statements.counted() as sent:
        answers = await all_of(core, *(take(foreseen=True) for _ in range(3)))

    assert sent == ["findAndModify test_shelves", "insert test_takings", "commitTransaction"]
    assert answers == [2, 1, 0]
    assert await stock(database) == 0
    assert await taken(database) == 3


def looks_at_takings() -> Change[int]:
    """A change that only reads rows of another collection, and foresees nothing."""

    def decide(state: State) -> Decision[int]:
        return Decision(int(state.get(TAKINGS, 7) is not None))

    return Change(decide, (need_to_read(TAKINGS, 7),))


async def test_the_only_row_of_a_collection_is_foreseen_also_beside_changes_that_foresee_nothing(
    core: Core, statements: Statements
) -> None:
    with statements.counted() as sent:
        answers = await all_of(core, take(foreseen=True), looks_at_takings(), take(foreseen=True))

    assert sent == [
        "findAndModify test_shelves",
        "find test_takings",
        "insert test_takings",
        "commitTransaction",
    ]
    assert answers == [2, 0, 1]


READ_AND_WRITTEN = [
    "find test_shelves",
    "findAndModify test_shelves",
    "insert test_takings",
    "commitTransaction",
]


async def test_a_row_that_not_all_changes_foresee_is_read(
    core: Core, statements: Statements
) -> None:
    with statements.counted() as sent:
        assert await all_of(core, take(foreseen=True), take()) == [2, 1]

    assert sent == READ_AND_WRITTEN


def takes_later(copies: int) -> Change[int]:
    """A change that foresees what it does to the first shelf once other rows were read."""
    effect = Increase(Shelf, 1, {"stock": -copies})

    def decide(state: State) -> Decision[int]:
        shelf = known(state)
        if shelf.stock < copies:
            raise OutOfStock(book_id=1, requested=copies, available=shelf.stock)
        return Decision(shelf.stock - copies, (effect,))

    def shelf_after_all(_: State) -> list[Need]:
        return [need(SHELVES, 1, foreseen=effect)]

    return Change(decide, (need(TAKINGS, 999),), further=(shelf_after_all,))


async def test_what_a_later_round_foresees_of_a_row_is_added_to_what_an_earlier_one_did(
    core: Core, database: Database
) -> None:
    await database.collection(SHELVES.name).update_one({"_id": 1}, {"$set": {"stock": 10}})

    left, taken_8, refusal = await all_of(core, take(foreseen=True), takes_later(8), takes_later(8))

    assert (left, taken_8) == (9, 1)
    assert isinstance(refusal, OutOfStock)
    assert await stock(database) == 1


async def test_foreseen_effects_that_cancel_each_other_out_write_nothing(
    core: Core, database: Database, statements: Statements
) -> None:
    def put_back() -> Change[int]:
        effect = Increase(Shelf, 1, {"stock": 1})
        return Change(
            lambda state: Decision(known(state).stock + 1, (effect,)),
            (need(SHELVES, 1, foreseen=effect),),
        )

    with statements.counted() as sent:
        assert await all_of(core, take(foreseen=True), put_back()) == [2, 3]

    assert sent == ["find test_shelves", "insert test_takings", "commitTransaction"]
    assert await stock(database) == 3


FORESEEN = ["findAndModify test_shelves", "insert test_takings", "commitTransaction"]


@pytest.mark.parametrize(("seconds", "sent_next"), [(60.0, READ_AND_WRITTEN), (0.0, FORESEEN)])
async def test_after_a_group_whose_foresight_failed_groups_read_first_for_a_while(
    core: Core,
    database: Database,
    statements: Statements,
    monkeypatch: pytest.MonkeyPatch,
    seconds: float,
    sent_next: list[str],
) -> None:
    monkeypatch.setattr(core_module, "READS_FIRST_S", seconds)
    await put(database, Shelf(3, 100))
    other_effect = with_effects(take(3, foreseen=True), Increase(Shelf, 3, {"stock": -1}))
    assert await all_of(core, take(3, foreseen=True), other_effect) == [99, 98]

    with statements.counted() as sent_for_two:
        await all_of(core, take(3, foreseen=True), take(3, foreseen=True))
    with statements.counted() as sent_for_one:
        await all_of(core, take(3, foreseen=True))

    assert sent_for_two == sent_next
    assert sent_for_one == FORESEEN


async def test_of_many_foreseen_effects_on_one_row_those_happen_that_can(
    core: Core, database: Database, statements: Statements
) -> None:
    with statements.counted() as sent:
        answers = await all_of(core, *(take(foreseen=True) for _ in range(5)))

    assert sent == [
        "findAndModify test_shelves",
        "find test_shelves",
        "findAndModify test_shelves",
        "insert test_takings",
        "commitTransaction",
    ]
    assert answers[:3] == [2, 1, 0]
    assert [type(refusal) for refusal in answers[3:]] == [OutOfStock, OutOfStock]
    assert await stock(database) == 0
    assert await taken(database) == 3


async def test_a_failure_among_many_foreseen_effects_leaves_the_others(
    core: Core, database: Database
) -> None:
    failed = replace(take(foreseen=True), decide=failing().decide)

    fault, *answers = await all_of(core, failed, take(foreseen=True), take(foreseen=True))

    assert isinstance(fault, ZeroDivisionError)
    assert answers == [2, 1]
    assert await stock(database) == 1
    assert await taken(database) == 2


async def test_ids_are_given_once_when_a_block_ends_among_many_foreseen_effects(
    core: Core, database: Database
) -> None:
    await database.collection(SHELVES.name).update_one({"_id": 1}, {"$set": {"stock": 1_000}})

    for _ in range(3):
        await all_of(core, *(take(foreseen=True) for _ in range(TAKINGS.ids_per_block - 1)))

    assert await taken(database) == 3 * (TAKINGS.ids_per_block - 1)


async def test_a_foreseen_effect_that_is_refused_leaves_no_trace(
    core: Core, database: Database
) -> None:
    await database.collection(SHELVES.name).update_one({"_id": 1}, {"$set": {"stock": 0}})

    [refusal] = await all_of(core, take(foreseen=True))

    assert isinstance(refusal, OutOfStock)
    assert await stock(database) == 0
    assert await taken(database) == 0


async def test_an_effect_other_than_the_foreseen_one_is_what_happens(
    core: Core, database: Database
) -> None:
    change = with_effects(take(foreseen=True), Increase(Shelf, 1, {"stock": -1}))

    await core.submit(change, deadline=soon())

    assert await stock(database) == 1
    assert await taken(database) == 1


async def test_a_certain_change_alone_is_one_statement(
    core: Core, database: Database, statements: Statements
) -> None:
    with statements.counted() as sent:
        assert await core.submit(label(1, "new"), deadline=soon()) == "new"

    assert sent == ["findAndModify test_shelves"]
    assert await labels(database) == ["new", None]


async def test_a_certain_change_of_two_rows_alone_is_a_statement_for_each_and_the_commit(
    core: Core, database: Database, statements: Statements
) -> None:
    with statements.counted() as sent:
        assert await core.submit(relabel(1, 2), deadline=soon()) == 3

    assert sent == ["findAndModify test_shelves"] * 2 + ["commitTransaction"]
    assert await labels(database) == ["new", "new"]


async def test_certain_changes_together_are_one_group(
    core: Core, database: Database, statements: Statements
) -> None:
    with statements.counted() as sent:
        await all_of(core, label(1, "one"), label(2, "two"), label(1, "last"))

    assert sent == ["find test_shelves", "update test_shelves", "commitTransaction"]
    assert await labels(database) == ["last", "two"]


async def test_a_certain_change_of_a_row_that_is_not_there_is_refused(core: Core) -> None:
    [refusal] = await all_of(core, label(7, "nowhere"))

    assert isinstance(refusal, NotFound)


def label(shelf_id: int, text: str) -> Change[str]:
    def decide(state: State) -> Decision[str]:
        shelf = state.get(SHELVES, shelf_id)
        if shelf is None:
            raise NotFound(kind="shelf", id=shelf_id)
        return Decision(text, (assign(shelf, label=text),))

    foreseen = Assign(Shelf, shelf_id, {"label": text})
    return Change(decide, (need(SHELVES, shelf_id, foreseen=foreseen),), is_certain=True)


async def labels(database: Database) -> list[str | None]:
    return [shelf.label for shelf in await database.rows(SHELVES, {}, sort=[("_id", 1)])]


async def test_those_that_wait_while_one_commits_share_the_next_transaction(
    core: Core, database: Database, statements: Statements
) -> None:
    await database.collection(SHELVES.name).update_one({"_id": 1}, {"$set": {"stock": 60}})
    first = asyncio.create_task(core.submit(take(), deadline=soon()))
    await asyncio.sleep(0.001)  # the first is on its way, and alone

    with statements.counted() as sent:
        rest = await all_of(core, *(take() for _ in range(50)))

    assert await first == 59
    assert rest == list(range(58, 8, -1))
    assert sent.count("commitTransaction") <= 2


async def test_a_group_waits_for_changes_that_are_announced(
    core: Core, statements: Statements
) -> None:
    with statements.counted() as sent:
        with core.more_to_come():
            first = asyncio.create_task(core.submit(take(), deadline=soon()))
            await asyncio.sleep(GROWS_S_MAX / 5)
            second = asyncio.create_task(core.submit(take(), deadline=soon()))
            await asyncio.sleep(0)
        assert [await first, await second] == [2, 1]

    assert sent.count("commitTransaction") == 1


async def test_changes_that_are_announced_for_ever_keep_nobody_waiting(core: Core) -> None:
    with core.more_to_come():
        assert await core.submit(take(), deadline=soon()) == 2


async def test_a_row_found_on_the_way_is_waited_for(core: Core, database: Database) -> None:
    """A change that learns from one row which other one it needs never meets its own process."""

    def by_way_of(shelf_id: int) -> Change[int]:
        def the_other(_: State) -> Iterable[Need]:
            return [need(SHELVES, 1)]

        inner = take(1)
        return replace(inner, needs=(need_to_read(SHELVES, shelf_id),), further=(the_other,))

    answers = await all_of(core, take(1), by_way_of(2), take(1))
    meeting = await all_of(core, by_way_of(2))

    assert answers == [2, 1, 0]
    assert isinstance(meeting[0], OutOfStock)
    assert await stock(database) == 0


async def test_one_that_fails_does_not_fail_its_neighbours(core: Core, database: Database) -> None:
    before, fault, after = await all_of(core, take(), failing(), take())

    assert (before, after) == (2, 1)
    assert isinstance(fault, ZeroDivisionError)
    assert await stock(database) == 1


async def test_an_impossible_effect_fails_its_change_alone(core: Core, database: Database) -> None:
    too_much = with_effects(take(), Increase(Shelf, 1, {"stock": -9}))

    before, fault, after = await all_of(core, take(), too_much, take())

    assert (before, after) == (2, 1)
    assert isinstance(fault, ValueError)
    assert await stock(database) == 1


def take_from_the_next_if_labelled() -> Change[None]:
    """Take a copy of shelf 2 unread, if shelf 1 has a label."""

    def the_next(state: State) -> list[Need]:
        return [need(SHELVES, 2)] if known(state).label else []

    def decide(state: State) -> Decision[None]:
        taken = [Increase(Shelf, 2, {"stock": -1})] if known(state).label else []
        return Decision(None, tuple(taken))

    return Change(decide, (need(SHELVES, 1),), further=(the_next,))


async def test_a_change_whose_rows_follow_from_a_change_before_it_waits_for_the_next_group(
    core: Core, database: Database
) -> None:
    answers = await all_of(core, relabel(1), take_from_the_next_if_labelled())

    assert answers == [3, None]
    assert await stock(database, 2) == 2


async def test_a_row_that_is_there_already_fails_its_change_alone(
    core: Core, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core_module, "DUPLICATE_KEY_PATIENCE_S", 0.1)
    await database.collection(TAKINGS.name).insert_one({"_id": 10_000, "shelf_id": 1})

    def add_again(_: State) -> Decision[int]:
        return Decision(0, (Add(Taking(10_000, 1)),))

    before, fault, after = await all_of(core, take(), Change(add_again), take())

    assert sorted([before, after]) == [1, 2]
    assert isinstance(fault, Exception)
    assert await stock(database) == 1


async def test_a_cancelled_caller_does_not_stop_its_change(core: Core, database: Database) -> None:
    caller = asyncio.create_task(core.submit(keyed(take(), "left"), deadline=soon()))
    await asyncio.sleep(0)
    assert is_in_progress(core, "till", "left")

    caller.cancel()
    await core.finish()

    assert caller.cancelled()
    assert await stock(database) == 2
    assert (await records(database))["till:left"].result == "2"
    assert not is_in_progress(core, "till", "left")


async def test_what_fails_unforeseen_after_its_caller_has_left_is_logged(core: Core) -> None:
    caller = asyncio.create_task(core.submit(failing(), deadline=soon()))
    await asyncio.sleep(0)

    with capture_logs() as logged:
        caller.cancel()
        await core.finish()
        await asyncio.sleep(0)

    (line,) = logged
    assert line["log_level"] == "error"
    assert isinstance(line["exc_info"], ZeroDivisionError)


async def test_a_group_whose_callers_have_left_is_not_tried_again_one_by_one(
    core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts = 0

    async def broken(*_: Any, **__: Any) -> NoReturn:
        nonlocal attempts
        attempts += 1
        await asyncio.sleep(0.2)
        raise OperationFailure("internal server error", 1)

    monkeypatch.setattr(Attempt, "run", broken)
    deadline = asyncio.get_running_loop().time() + 0.1

    answers = await asyncio.gather(
        *(core.submit(take(), deadline=deadline) for _ in range(20)), return_exceptions=True
    )

    assert attempts == 1
    assert {type(each) for each in answers} == {WaitedTooLong}


async def test_a_group_that_is_cut_off_leaves_nobody_waiting_and_its_rows_are_free(
    core: Core, database: Database
) -> None:
    arrived = asyncio.Event()

    async def wait_for_ever() -> None:
        arrived.set()
        await asyncio.Event().wait()

    real_session = database.session
    database.session = lambda: HeldUp(real_session(), wait_for_ever)  # type: ignore[method-assign,assign,return-value]
    at_work = asyncio.create_task(core.submit(take(), deadline=soon()))
    await arrived.wait()
    database.session = real_session  # type: ignore[method-assign]
    in_line = asyncio.create_task(core.submit(take(), deadline=soon()))
    await asyncio.sleep(0)

    for task in asyncio.all_tasks():
        if "Core._run" in repr(task.get_coro()):
            task.cancel()
    async with asyncio.timeout(PLENTY_S):
        cut_off, after = await asyncio.gather(at_work, in_line, return_exceptions=True)

    assert isinstance(cut_off, StorageUnavailable)
    assert after == 2


async def test_a_change_that_waited_too_long_is_told_that_nothing_happened(
    core: Core, database: Database
) -> None:
    in_time = asyncio.create_task(core.submit(take(), deadline=soon()))
    [late] = await all_of(core, keyed(take(), "late"), seconds=0)

    assert await in_time == 2
    assert isinstance(late, Busy)
    assert late.retryable
    assert await stock(database) == 2
    assert not await records(database)


async def test_a_key_is_answered_once_for_all_that_have_it(core: Core, database: Database) -> None:
    together = await all_of(core, *(keyed(take(), "k") for _ in range(3)))
    later = await all_of(core, keyed(take(), "k"))

    assert [answer.result for answer in [*together, *later]] == [b"2"] * 4
    assert await stock(database) == 2


async def test_a_key_adds_one_write_and_no_read_to_a_change_alone(
    core: Core, statements: Statements
) -> None:
    with statements.counted() as plain:
        await all_of(core, take(foreseen=True))
    with statements.counted() as with_key:
        await all_of(core, keyed(take(foreseen=True), "k"))

    added = Counter(with_key) - Counter(plain)
    assert added == {"insert requests": 1}


async def test_a_repetition_alone_skips_no_id(core: Core, database: Database) -> None:
    await all_of(core, keyed(take(), "k"))
    await all_of(core, keyed(take(), "k"))
    await all_of(core, take())

    ids = [row.id for row in await database.rows(TAKINGS, {}, sort=[("_id", 1)])]
    assert ids == [ids[0], ids[0] + 1]


async def test_a_key_answered_before_wins_over_a_refusal_for_now(core: Core) -> None:
    [first] = await all_of(core, keyed(take(), "k"))
    [again] = await all_of(core, keyed(refusing(Busy()), "k"))

    assert [first.result, again.result] == [b"2", b"2"]


async def test_a_key_that_races_in_two_processes_is_answered_once(
    core: Core, database: Database
) -> None:
    other_process = Core(database)

    here, there = await asyncio.gather(
        all_of(core, *(keyed(take(), "k") for _ in range(4))),
        all_of(other_process, *(keyed(take(), "k") for _ in range(4))),
    )

    assert [answer.result for answer in here + there] == [b"2"] * 8
    assert await stock(database) == 2


async def test_two_processes_that_meet_lose_and_double_nothing(
    core: Core, database: Database
) -> None:
    await database.collection(SHELVES.name).update_many({}, {"$set": {"stock": 100}})
    other_process = Core(database)

    answers = await asyncio.gather(
        *(all_of(each, *(take(1 + n % 2) for n in range(60))) for each in (core, other_process))
    )

    left = sorted(answer for of_one in answers for answer in of_one)
    assert left == sorted([*range(40, 100), *range(40, 100)])
    assert [await stock(database, shelf_id) for shelf_id in (1, 2)] == [40, 40]
    assert await taken(database) == 120


async def test_a_crowd_that_another_process_keeps_waiting_stays_one_group(
    core: Core, database: Database, statements: Statements
) -> None:
    with statements.counted() as sent:
        async with database.session() as session, asyncio.TaskGroup() as tasks:
            session.start_transaction()
            await database.collection(SHELVES.name).update_one(
                {"_id": 1}, {"$set": {"label": "held"}}, session=session
            )
            crowd = tasks.create_task(all_of(core, *(take() for _ in range(3))))
            async with asyncio.timeout(PLENTY_S):
                tries = core_module.ATTEMPTS_BEFORE_HALVING + 1
                while Counter(sent)["find test_shelves"] < tries:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            await session.abort_transaction()

    left = crowd.result()
    assert left == [2, 1, 0]
    assert Counter(sent)["commitTransaction"] == 1


async def test_a_key_of_another_request_is_refused(core: Core, database: Database) -> None:
    _, reused = await all_of(core, keyed(take(), "k"), keyed(take(), "k", "other"))

    assert reused.refusal.type == "idempotency_key_reused"
    assert await stock(database) == 2


async def test_final_refusals_are_kept_and_those_to_be_retried_are_not(core: Core) -> None:
    final = NotFound(kind="shelf", id=9)
    await all_of(
        core,
        keyed(refusing(Busy()), "b"),
        keyed(refusing(InvalidParams.parameter("quantity", "is wrong")), "w"),
        keyed(refusing(final), "f"),
    )
    retried = await all_of(core, keyed(take(), "b"), keyed(take(), "w"), keyed(take(), "f"))

    assert [answer.result for answer in retried[:2]] == [b"2", b"1"]
    assert retried[2].refusal.as_record() == final.as_record()


async def test_a_failing_side_effect_repeats_nothing(core: Core, database: Database) -> None:
    stumbling = replace(take(), afterwards=lambda: 1 // 0)

    assert await all_of(core, stumbling, take()) == [2, 1]
    assert await stock(database) == 1


async def test_a_change_that_changes_nothing_is_answered(core: Core, database: Database) -> None:
    def look(state: State) -> Decision[int]:
        shelf = state.get(SHELVES, 1)
        return Decision(0 if shelf is None else shelf.stock)

    assert await all_of(core, Change(look, (need(SHELVES, 1),)), take()) == [3, 2]
    assert await stock(database) == 2
