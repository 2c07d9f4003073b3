"""Indexes of many rows: the server may need longer than the driver waits for an answer."""

from collections.abc import Awaitable, Callable

import pytest
from pymongo.errors import NetworkTimeout

from repository.mongo import indexes


def timing_out(times: int) -> tuple[Callable[[], Awaitable[None]], list[int]]:
    """A request that is answered after so many timeouts, and what was sent."""
    sent: list[int] = []

    async def send() -> None:
        sent.append(len(sent))
        if len(sent) <= times:
            raise NetworkTimeout("timed out")

    return send, sent


async def test_a_request_that_times_out_is_sent_again_until_it_is_answered() -> None:
    send, sent = timing_out(2)

    await indexes.patiently(send)

    assert len(sent) == 3


async def test_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexes, "INDEX_PATIENCE_S", 0.0)
    send, sent = timing_out(2)

    with pytest.raises(NetworkTimeout):
        await indexes.patiently(send)
    assert len(sent) == 1
