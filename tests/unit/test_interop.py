"""What `make interop` takes for right, so that its table can fail."""

from typing import Any

import pytest

from tests.interop.judged import BOOK, CALLS, LACKS, OK, OTHER, TOO_MANY, cell


def book(number: int) -> dict[str, Any]:
    return {"result": {"id": number, "title": "Snow", "stock": 1}}


NOT_FOUND = {"code": 104, "data": {"type": "not_found"}}
RIGHT: dict[str, dict[str, Any]] = {
    "by name": book(BOOK),
    "by position": book(BOOK),
    "batch": {"results": [book(BOOK), NOT_FOUND, book(OTHER)]},
    "notification": {"none": True},
    "error": {
        "code": 1001,
        "data": {"type": "out_of_stock", "book_id": BOOK, "requested": TOO_MANY},
    },
    "missing key": {"code": -32001, "data": {"type": "unauthenticated"}},
    "deadline": {"code": -32002, "data": {"retryable": True}},
}


@pytest.mark.parametrize("check", CALLS)
def test_the_right_answer_alone_passes(check: str) -> None:
    assert cell(check, RIGHT[check]) == OK
    for other in ("batch", "notification", "error", "missing key", "deadline"):
        if other != check:
            assert cell(check, RIGHT[other]).startswith("FAIL"), other
    assert cell(check, {"failed": "TypeError: no id"}).startswith("FAIL")
    assert cell(check, {"status": 500}).startswith("FAIL")


@pytest.mark.parametrize(
    "results",
    [
        [book(OTHER), NOT_FOUND, book(BOOK)],
        [book(BOOK), book(OTHER), NOT_FOUND],
        [book(BOOK), NOT_FOUND, {"result": {}}],
        [book(BOOK), NOT_FOUND],
        [book(BOOK), NOT_FOUND, book(OTHER), book(OTHER)],
    ],
)
def test_a_batch_in_another_order_fails(results: list[dict[str, Any]]) -> None:
    assert cell("batch", {"results": results}).startswith("FAIL")


def test_a_client_may_lack_batches_and_notifications_alone() -> None:
    assert {check for check in CALLS if cell(check, None) == LACKS} == {"batch", "notification"}


def test_a_client_may_show_the_status_of_a_missing_key_alone() -> None:
    assert cell("missing key", {"status": 401}) == "ok 401"
    assert cell("missing key", {"status": 403}).startswith("FAIL")
