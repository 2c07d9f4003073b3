"""deliveries.*: the deliveries of paid orders."""

from dataclasses import replace
from functools import partial

from domain.deliveries import (
    AddressParameter,
    Delivery,
    DeliveryDate,
    DeliveryFilter,
    DeliveryId,
    DeliveryPage,
    DeliveryStatus,
    StatusName,
)
from domain.errors import (
    DeliveryExists,
    InvalidTransition,
    NotFound,
    OrderCancelled,
    OrderNotPaid,
    OrderPending,
)
from domain.keys import Role
from domain.orders import OrderId
from domain.paging import PageRequest
from domain.values import PAGE_SIZE_DEFAULT, CursorText, PageLimit
from repository import address_rules, deliveries
from repository.mongo.changes import Change
from rpc.method_registry import CallContext, ChangeContext, method


@method(
    "deliveries.schedule",
    role=Role.CLERK,
    errors=(NotFound, OrderPending, OrderNotPaid, OrderCancelled, DeliveryExists),
    example={
        "order_id": 2,
        "address": {
            "line1": "12 Mill Lane",
            "city": "Cambridge",
            "postcode": "CB2 1RX",
            "country": "GB",
        },
        "date": "2099-03-02",
    },
)
def schedule(
    _: ChangeContext,
    order_id: OrderId,
    address: AddressParameter | None = None,
    date: DeliveryDate | None = None,
) -> Change[Delivery]:
    """Plan the delivery of a paid order that is not refunded in full.

    It goes to the order's own address unless another is given, which has to be as its country
    wants it. An order has one delivery under way, and none after one that has arrived. A date is
    past when it is so in every time zone.
    """
    change = deliveries.schedule(order_id, address, date)
    if address is None:
        return change
    return replace(change, beforehand=partial(address_rules.require_valid, address))


@method("deliveries.get", role=Role.READER, errors=(NotFound,), example={"id": 1})
async def get(context: CallContext, id_: DeliveryId) -> Delivery:
    """Get one delivery."""
    return await deliveries.get(context.database, id_)


@method("deliveries.list", role=Role.READER, example={"order_id": 2})
async def list_(
    context: CallContext,
    order_id: OrderId | None = None,
    status: StatusName | None = None,
    limit: PageLimit = PAGE_SIZE_DEFAULT,
    cursor: CursorText | None = None,
) -> DeliveryPage:
    """List deliveries by id, a page at a time."""
    filters = DeliveryFilter(order_id, None if status is None else DeliveryStatus(status))
    return await deliveries.list_page(context.database, filters, PageRequest(limit, cursor))


@method(
    "deliveries.update_status",
    role=Role.CLERK,
    errors=(NotFound, InvalidTransition, OrderNotPaid, OrderPending, OrderCancelled),
    example={"id": 1, "status": "out_for_delivery"},
)
def update_status(_: ChangeContext, id_: DeliveryId, status: StatusName) -> Change[Delivery]:
    """Move a delivery on.

    From scheduled to out_for_delivery to delivered; before that it may become failed or cancelled.
    It does not go out once all of its order is refunded.
    """
    return deliveries.update_status(id_, DeliveryStatus(status))
