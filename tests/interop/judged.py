"""The calls that each client makes, and what has to come of them."""

from typing import Any, Final

DEADLINE_S: Final = 1.5
"""Shorter than the slow card takes, long for any other call."""
BOOK, OTHER, UNKNOWN, SLOW_BOOK = 1, 2, 987654321, 5
TOO_MANY: Final = 9999
CALLS: Final[dict[str, Any]] = {
    "by name": {"method": "books.get", "params": {"id": BOOK}},
    "by position": {"method": "books.get", "params": [BOOK]},
    "batch": [
        {"method": "books.get", "params": {"id": BOOK}},
        {"method": "books.get", "params": {"id": UNKNOWN}},
        {"method": "books.get", "params": [OTHER]},
    ],
    "notification": {"method": "books.get", "params": {"id": BOOK}},
    "error": {"method": "sales.create", "params": {"book_id": BOOK, "quantity": TOO_MANY}},
    "missing key": {"method": "books.get", "params": {"id": BOOK}},
    "deadline": {
        "method": "orders.place",
        "params": {
            "items": [{"book_id": SLOW_BOOK}],
            "customer": {"name": "Ada Lovelace"},
            "payment": {"token": "tok_slow"},
        },
    },
}
RESTOCK: Final[dict[str, Any]] = {
    "method": "books.restock",
    "params": {"id": SLOW_BOOK, "quantity": 1000},
}
"""So that there is a copy for each client's slow order."""
UNAUTHENTICATED, TIMED_OUT, NOT_FOUND, OUT_OF_STOCK = -32001, -32002, 104, 1001
OK, LACKS = "ok", "-"

Outcome = dict[str, Any]


def cell(check: str, outcome: Outcome | None) -> str:
    """What the table says of an outcome: `ok`, `-` for what a client can't do, or what came."""
    if outcome is None:
        return LACKS if check in {"batch", "notification"} else "FAIL: it can't"
    if check == "missing key" and outcome == {"status": 401}:
        return "ok 401"
    return OK if expected(check, outcome) else f"FAIL: {outcome}"


def expected(check: str, outcome: Outcome) -> bool:
    """Whether an outcome is the one that the call has to have."""
    data = outcome.get("data") or {}
    match check:
        case "by name" | "by position":
            return shows(outcome, BOOK)
        case "batch":
            first, second, third, *more = [*outcome.get("results", ()), {}, {}, {}]
            in_order = shows(first, BOOK) and shows(third, OTHER) and len(more) == len(CALLS[check])
            return in_order and second.get("code") == NOT_FOUND
        case "notification":
            return outcome == {"none": True}
        case "error":
            told = (data.get("type"), data.get("book_id"), data.get("requested"))
            return outcome.get("code") == OUT_OF_STOCK and told == ("out_of_stock", BOOK, TOO_MANY)
        case "missing key":
            return outcome.get("code") == UNAUTHENTICATED and data.get("type") == "unauthenticated"
        case _:
            return outcome.get("code") == TIMED_OUT and data.get("retryable") is True


def shows(outcome: Outcome, book: int) -> bool:
    """Whether an outcome is a whole book."""
    result = outcome.get("result") or {}
    return result.get("id") == book and "stock" in result and "title" in result
