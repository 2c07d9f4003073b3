"""What an order, its customer and its delivery may say."""

import hashlib
from typing import Any

import orjson
import pytest

from domain.deliveries import MOVES, DeliveryStatus
from domain.errors import InvalidParams
from domain.order_requests import OrderItem, demand
from rpc.methods.deliveries import schedule
from rpc.methods.orders import place

ADDRESS = {"line1": "12 Mill Lane", "city": "Cambridge", "postcode": "CB2 1RX", "country": "GB"}


def order(**changes: Any) -> dict[str, Any]:
    sound = {
        "items": [{"book_id": 1}],
        "customer": {"name": "Ada Lovelace"},
        "payment": {"token": "tok_ok"},
    }
    return sound | changes


def test_an_item_is_one_copy_unless_it_says_more() -> None:
    items = place.bind(order(items=[{"isbn": "0-306-40615-2"}]))["items"]

    assert items == [OrderItem(isbn="9780306406157", quantity=1)]


def test_demand_is_summed_per_book_in_the_order_of_first_mention() -> None:
    assert list(demand([(7, 1), (3, 2), (7, 4)]).items()) == [(7, 5), (3, 2)]


@pytest.mark.parametrize(
    "items",
    [
        [],
        [{}],
        [{"book_id": 1, "isbn": "9780306406157"}],
        [{"book_id": 1, "quantity": 0}],
        [{"book_id": 1, "quantity": -1}],
        [{"book_id": "1"}],
        [{"book_id": 1, "price": 0.01}],
        [{"isbn": "9780306406158"}],
        [{"book_id": 1}] * 101,
    ],
)
def test_items_that_make_no_sense_are_refused(items: list[dict[str, Any]]) -> None:
    with pytest.raises(InvalidParams) as refused:
        place.bind(order(items=items))

    assert refused.value.details["errors"][0]["parameter"] == "items"


@pytest.mark.parametrize(
    "changes",
    [
        {"customer": {"name": " "}},
        {"customer": {"name": "Ada", "email": "nowhere"}},
        {"customer": {"email": "ada@example.org"}},
        {"payment": {}},
        {"payment": {"token": ""}},
        {"payment": "tok_ok"},
    ],
)
def test_who_buys_and_how_it_is_paid_has_to_be_said(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidParams):
        place.bind(order(**changes))


@pytest.mark.parametrize("date", ["2026-02-30", "tomorrow", "20261201", 5])
def test_a_date_that_is_none_is_refused(date: Any) -> None:
    with pytest.raises(InvalidParams):
        schedule.bind({"order_id": 1, "address": ADDRESS, "date": date})


@pytest.mark.parametrize("missing", ["line1", "country"])
def test_every_address_has_a_first_line_and_a_country(missing: str) -> None:
    address = {name: text for name, text in ADDRESS.items() if name != missing}

    with pytest.raises(InvalidParams):
        schedule.bind({"order_id": 1, "address": address})


def test_a_request_without_what_came_later_is_the_request_of_before() -> None:
    # The fingerprints that the version before these parameters stored.
    request = schedule.bind({"order_id": 1, "address": ADDRESS})
    del request["idempotency_key"]
    scheduled = schedule.fingerprint(request)
    plain = {"order_id": 1, "address": ADDRESS, "date": None}
    content = orjson.dumps(["deliveries.schedule", plain], option=orjson.OPT_SORT_KEYS)
    assert scheduled == hashlib.sha256(content).hexdigest()

    bound = place.bind(order())
    assert place.fingerprint(bound) != place.fingerprint(bound | {"expected_total": 1})
    kept = {name: value for name, value in bound.items() if name not in place.added_later}
    assert place.fingerprint(bound) == place.fingerprint(kept)
    assert place.added_later == {"expected_total", "address"}


@pytest.mark.parametrize("phone", ["call me", "123", "+44 1223 3377 <33>"])
def test_a_telephone_number_has_digits(phone: str) -> None:
    with pytest.raises(InvalidParams):
        schedule.bind({"order_id": 1, "address": ADDRESS | {"phone": phone}})


def test_every_delivery_comes_to_an_end_and_stays_there() -> None:
    ends = {status for status in DeliveryStatus if not status.is_active}

    assert ends == {DeliveryStatus.DELIVERED, DeliveryStatus.FAILED, DeliveryStatus.CANCELLED}
    assert {each for reached in MOVES.values() for each in reached} | {
        DeliveryStatus.SCHEDULED
    } == set(DeliveryStatus)
