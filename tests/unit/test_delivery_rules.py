"""Which orders may be delivered, and how a delivery moves on."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.deliveries import MOVES, Delivery, DeliveryRow, DeliveryStatus
from domain.delivery_rules import schedule, update_status
from domain.effects import Decision
from domain.errors import (
    DeliveryExists,
    InvalidTransition,
    OctavoError,
    OrderCancelled,
    OrderNotPaid,
    OrderPending,
)
from domain.orders import OrderRow
from tests.factories.orders import ADDRESS, LATER, PLACED, order
from tests.support.rows import Rows


def scheduling(of: OrderRow, day: date | None = None) -> Decision[Delivery]:
    return schedule(of, ADDRESS, day, 4, PLACED)


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
    assert refused.value.details == {"order_id": 7, "delivery_id": 4}


@pytest.mark.parametrize(
    ("fields", "refusal", "details"),
    [
        ({"status": "pending"}, OrderPending, {"order_id": 7}),
        ({"status": "cancelled"}, OrderCancelled, {"order_id": 7}),
        ({"status": "declined"}, OrderNotPaid, {"order_id": 7, "status": "declined"}),
        ({"status": "failed"}, OrderNotPaid, {"order_id": 7, "status": "failed"}),
        ({"refunded_cents": 500}, OrderNotPaid, {"order_id": 7, "status": "refunded"}),
    ],
)
def test_an_order_for_which_no_money_is_kept_is_not_delivered(
    fields: dict[str, Any], refusal: type[OctavoError], details: dict[str, Any]
) -> None:
    with pytest.raises(refusal) as refused:
        scheduling(order(**fields))

    assert refused.value.details == details


@pytest.mark.parametrize("fields", [{"refunded_cents": 499}, {"total_cents": 0}])
def test_an_order_that_keeps_some_money_or_was_free_is_delivered(fields: dict[str, Any]) -> None:
    assert scheduling(order(**fields)).result.order_id == 7


@given(statuses=st.lists(st.sampled_from(DeliveryStatus), max_size=6))
def test_a_delivery_moves_only_as_it_may_and_its_order_names_it_until_its_end(
    statuses: Iterable[DeliveryStatus],
) -> None:
    rows = Rows(order())
    rows.apply(scheduling(order()).effects)

    for status in statuses:
        before = rows.get(DeliveryRow, 4)
        allowed = MOVES[DeliveryStatus(before.status)]
        if status not in allowed:
            with pytest.raises(InvalidTransition) as refused:
                update_status(before, status, LATER)
            assert refused.value.details["allowed"] == sorted(allowed)
            continue
        decision = update_status(before, status, LATER)
        rows.apply(decision.effects)
        after = rows.get(DeliveryRow, 4)
        assert decision.result == after.shown()
        assert (after.status, after.active, after.updated_at) == (status, status.is_active, LATER)
        assert rows.get(OrderRow, 7).delivery_id == (4 if status.is_active else None)
