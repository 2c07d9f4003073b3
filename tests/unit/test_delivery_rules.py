"""Which orders may be delivered, and how a delivery moves on."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.deliveries import MOVES, Address, Delivery, DeliveryRow, DeliveryStatus
from domain.delivery_rules import schedule, update_status
from domain.effects import Decision, assign
from domain.errors import (
    DeliveryExists,
    InvalidParams,
    InvalidTransition,
    OctavoError,
    OrderCancelled,
    OrderNotPaid,
    OrderPending,
)
from domain.orders import DeliveryOfOrder, OrderRow
from tests.factories.orders import ADDRESS, LATER, PLACED, order
from tests.support.rows import Rows


def scheduling(
    of: OrderRow, day: date | None = None, address: Address | None = ADDRESS
) -> Decision[Delivery]:
    return schedule(of, address, day, 4, PLACED)


def test_a_paid_order_is_delivered_once_at_a_time() -> None:
    rows = Rows(order())
    decision = scheduling(rows.get(OrderRow, 7), date(2026, 12, 1))
    rows.apply(decision.effects)

    row = rows.get(DeliveryRow, 4)
    assert decision.result == row.shown()
    assert (row.order_id, row.status, row.active, row.date) == (7, "scheduled", True, "2026-12-01")
    assert row.address == ADDRESS.model_dump()
    with pytest.raises(DeliveryExists) as refused:
        scheduling(rows.get(OrderRow, 7))
    assert refused.value.details == {"order_id": 7, "delivery_id": 4, "status": "scheduled"}


@pytest.mark.parametrize(
    ("fields", "refusal", "details"),
    [
        ({"status": "pending"}, OrderPending, {"order_id": 7}),
        ({"status": "cancelled"}, OrderCancelled, {"order_id": 7}),
        ({"status": "declined"}, OrderNotPaid, {"order_id": 7, "status": "declined"}),
        ({"status": "failed"}, OrderNotPaid, {"order_id": 7, "status": "failed"}),
        ({"status": "refunded"}, OrderNotPaid, {"order_id": 7, "status": "refunded"}),
    ],
)
def test_an_order_for_which_no_money_is_kept_is_not_delivered(
    fields: dict[str, Any], refusal: type[OctavoError], details: dict[str, Any]
) -> None:
    with pytest.raises(refusal) as refused:
        scheduling(order(**fields))

    assert refused.value.details == details


@pytest.mark.parametrize("day", ["2026-11-22", "2026-11-23", "2026-11-24", "2099-01-01"])
def test_a_day_that_some_clock_still_shows_is_not_past(day: str) -> None:
    # 09:30 UTC on the 23rd: it is still the 22nd at UTC-12.
    assert scheduling(order(), date.fromisoformat(day)).result.date == day


@pytest.mark.parametrize("day", ["2026-11-21", "1999-01-01"])
def test_a_day_that_is_past_everywhere_is_refused_by_name(day: str) -> None:
    with pytest.raises(InvalidParams, match="date: is past in every time zone"):
        scheduling(order(), date.fromisoformat(day))


def test_a_delivery_goes_to_the_orders_own_address_unless_another_is_given() -> None:
    home = Address(line1="1 Main Street", city="Cork", country="IE")
    of = order(address=home.model_dump())

    assert scheduling(of, address=None).result.address == home
    assert scheduling(of).result.address == ADDRESS
    with pytest.raises(InvalidParams, match="address: is required"):
        scheduling(order(), address=None)


def test_what_has_arrived_is_not_delivered_again_and_what_failed_is() -> None:
    def after(status: str) -> OrderRow:
        return order(deliveries=[DeliveryOfOrder(3, status, None)])

    with pytest.raises(DeliveryExists) as refused:
        scheduling(after("delivered"))
    assert refused.value.details == {"order_id": 7, "delivery_id": 3, "status": "delivered"}
    for status in ("failed", "cancelled"):
        shown = [*after(status).deliveries, DeliveryOfOrder(4, "scheduled", None)]
        assert assign(order(), deliveries=shown) in scheduling(after(status)).effects


@pytest.mark.parametrize(
    ("status", "refusal"),
    [("refunded", OrderNotPaid), ("cancelled", OrderCancelled)],
)
def test_a_parcel_of_which_no_money_is_kept_does_not_go_out(
    status: str, refusal: type[OctavoError]
) -> None:
    parcel = DeliveryRow(4, 7, ADDRESS.model_dump(), None, PLACED, PLACED)

    with pytest.raises(refusal):
        update_status(parcel, order(status=status), DeliveryStatus.OUT_FOR_DELIVERY, LATER)
    failed = update_status(parcel, order(status=status), DeliveryStatus.FAILED, LATER)
    assert failed.result.status == DeliveryStatus.FAILED


@pytest.mark.parametrize("fields", [{"status": "partially_refunded"}, {"total_cents": 0}])
def test_an_order_that_keeps_some_money_or_was_free_is_delivered(fields: dict[str, Any]) -> None:
    assert scheduling(order(**fields)).result.order_id == 7


@given(statuses=st.lists(st.sampled_from(DeliveryStatus), max_size=6))
def test_a_delivery_moves_only_as_it_may_and_its_order_names_it_until_its_end(
    statuses: Iterable[DeliveryStatus],
) -> None:
    rows = Rows(order())
    rows.apply(scheduling(order()).effects)

    for status in statuses:
        before, of = rows.get(DeliveryRow, 4), rows.get(OrderRow, 7)
        allowed = MOVES[DeliveryStatus(before.status)]
        if status not in allowed:
            with pytest.raises(InvalidTransition) as refused:
                update_status(before, of, status, LATER)
            assert refused.value.details["allowed"] == sorted(allowed)
            continue
        decision = update_status(before, of, status, LATER)
        rows.apply(decision.effects)
        after = rows.get(DeliveryRow, 4)
        assert decision.result == after.shown()
        assert (after.status, after.active, after.updated_at) == (status, status.is_active, LATER)
        assert rows.get(OrderRow, 7).delivery_id == (4 if status.is_active else None)
