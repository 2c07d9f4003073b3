"""An answer is kept while it is true, and never given to who asks after a change."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from repository.mongo.mirror import Observer
from repository.mongo.reading import note_read
from rpc import kept_answers
from rpc.kept_answers import KeptAnswers
from rpc.metrics import KeptAnswersMetrics


class Source:
    """Stands for a database: whom it tells of changes, and what time it is."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 26, 12, 0, 0, tzinfo=UTC)
        self.clock = lambda: self.now

    def observe(self, observer: Observer) -> None:
        """The test tells them itself."""


@pytest.fixture
def source() -> Source:
    return Source()


def keeping(source: Source, bytes_max: int = 1_000) -> KeptAnswers:
    return KeptAnswers(
        source,
        told=["books"],
        bytes_max=bytes_max,
        metrics=KeptAnswersMetrics(CollectorRegistry()),
    )


class Question:
    """Counts how often it was answered; each answer is its number."""

    def __init__(self, *collections: str, wait: Callable[[], Awaitable[Any]] | None = None) -> None:
        self.made = 0
        self._collections = collections
        self._wait = wait

    async def make(self) -> bytes:
        self.made += 1
        number = self.made
        for name in self._collections:
            note_read(name)
        if self._wait is not None:
            await self._wait()
        return str(number).encode()


async def test_the_same_question_is_answered_once(source: Source) -> None:
    answers, question = keeping(source), Question("books")

    given = [await answers.answer(b"q", question.make) for _ in range(3)]

    assert given == [b"1", b"1", b"1"]


async def test_a_change_of_what_was_read_asks_again_and_another_change_does_not(
    source: Source,
) -> None:
    answers, question = keeping(source), Question("books")
    await answers.answer(b"q", question.make)

    answers.mark([("sales", 1)])
    unaffected = await answers.answer(b"q", question.make)
    answers.mark([("books", 1)])

    assert unaffected == b"1"
    assert await answers.answer(b"q", question.make) == b"2"


async def test_doubt_asks_again(source: Source) -> None:
    answers, question = keeping(source), Question("books")
    await answers.answer(b"q", question.make)

    answers.mark_all()

    assert await answers.answer(b"q", question.make) == b"2"


async def test_equal_questions_at_once_are_answered_once(source: Source) -> None:
    answers, question = keeping(source), Question("books", wait=lambda: asyncio.sleep(0.01))

    given = await asyncio.gather(*(answers.answer(b"q", question.make) for _ in range(5)))

    assert given == [b"1"] * 5


async def test_who_asks_after_a_change_does_not_join_an_answer_begun_before(
    source: Source,
) -> None:
    may_go_on = asyncio.Event()
    answers, question = keeping(source), Question("books", wait=may_go_on.wait)
    early = asyncio.create_task(answers.answer(b"q", question.make))
    await asyncio.sleep(0)

    answers.mark([("books", 1)])
    late = asyncio.create_task(answers.answer(b"q", question.make))
    await asyncio.sleep(0)
    may_go_on.set()

    assert (await early, await late) == (b"1", b"2")
    assert await answers.answer(b"q", question.make) == b"2"


async def test_an_answer_begun_before_a_change_is_not_kept(source: Source) -> None:
    may_go_on = asyncio.Event()
    answers, question = keeping(source), Question("books", wait=may_go_on.wait)
    early = asyncio.create_task(answers.answer(b"q", question.make))
    await asyncio.sleep(0)

    answers.mark([("books", 1)])
    may_go_on.set()
    await early

    assert await answers.answer(b"q", question.make) == b"2"


async def test_rows_that_other_processes_add_unseen_are_asked_for_again_soon(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(kept_answers.time, "monotonic", lambda: now)
    answers = keeping(source)
    seen, unseen = Question("books"), Question("books", "sales")
    await answers.answer(b"seen", seen.make)
    await answers.answer(b"unseen", unseen.make)

    now = kept_answers.OTHERS_WRITES_S

    assert await answers.answer(b"seen", seen.make) == b"1"
    assert await answers.answer(b"unseen", unseen.make) == b"2"


async def test_no_answer_outlives_its_minute(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(kept_answers.time, "monotonic", lambda: now)
    answers, question = keeping(source), Question("books")
    source.now = source.now.replace(second=58)
    await answers.answer(b"q", question.make)

    now = 1.9
    before = await answers.answer(b"q", question.make)
    now = 2.0

    assert before == b"1"
    assert await answers.answer(b"q", question.make) == b"2"


async def test_the_answers_used_longest_ago_leave_first(source: Source) -> None:
    answers = keeping(source, bytes_max=20)
    questions = {key: Question("books") for key in (b"a", b"b")}
    for key, question in questions.items():
        await answers.answer(key, question.make)
    for number in range(9):
        await answers.answer(b"a", questions[b"a"].make)
        await answers.answer(b"%d" % number, Question("books").make)

    assert await answers.answer(b"a", questions[b"a"].make) == b"1"
    assert await answers.answer(b"b", questions[b"b"].make) == b"2"


async def test_bytes_that_leave_are_no_longer_counted(source: Source) -> None:
    registry = CollectorRegistry()
    metrics = KeptAnswersMetrics(registry)
    answers = KeptAnswers(source, told=["books"], bytes_max=1_000, metrics=metrics)

    async def refuse() -> bytes:
        raise LookupError("no")

    await answers.answer(b"q", Question("books").make)
    kept = registry.get_sample_value("octavo_kept_answers_bytes")
    answers.mark([("books", 1)])
    with pytest.raises(LookupError):
        await answers.answer(b"q", refuse)

    assert (kept, registry.get_sample_value("octavo_kept_answers_bytes")) == (2, 0)


async def test_with_no_bytes_nothing_is_kept(source: Source) -> None:
    answers, question = keeping(source, bytes_max=0), Question("books")

    assert await answers.answer(b"q", question.make) == b"1"
    assert await answers.answer(b"q", question.make) == b"2"


async def test_a_refusal_is_raised_and_not_kept(source: Source) -> None:
    answers = keeping(source)

    async def refuse() -> bytes:
        await asyncio.sleep(0)
        raise LookupError("no")

    given = await asyncio.gather(
        *(answers.answer(b"q", refuse) for _ in range(2)), return_exceptions=True
    )

    assert [type(each) for each in given] == [LookupError] * 2
    assert await answers.answer(b"q", Question("books").make) == b"1"


async def test_a_caller_who_leaves_does_not_stop_the_answer_for_others(source: Source) -> None:
    may_go_on = asyncio.Event()
    answers, question = keeping(source), Question("books", wait=may_go_on.wait)
    first = asyncio.create_task(answers.answer(b"q", question.make))
    await asyncio.sleep(0)
    second = asyncio.create_task(answers.answer(b"q", question.make))
    await asyncio.sleep(0)

    first.cancel()
    may_go_on.set()

    assert await second == b"1"
