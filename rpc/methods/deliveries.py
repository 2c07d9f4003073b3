"""deliveries.*: how paid orders get to their customers."""

from domain.deliveries import (
    AddressParameter,
    Delivery,
    DeliveryDate,
    DeliveryExists,
    DeliveryId,
    DeliveryPage,
    DeliveryStatus,
    InvalidTransition,
    StatusName,
)
from domain.errors import NotFound
from domain.keys import Role
from domain.orders import OrderCancelled, OrderId, OrderNotPaid, OrderPending
from domain.values import PAGE_SIZE_DEFAULT, CursorText, PageLimit
from repository import deliveries
from rpc.method_registry import CallContext, ChangeContext, method


@method(
    "deliveries.schedule",
    role=Role.CLERK,
    changes=True,
    errors=(NotFound, OrderPending, OrderNotPaid, OrderCancelled, DeliveryExists),
    example={
        "order_id": 2,
        "address": {
            "line1": "12 Mill Lane",
            "city": "Cambridge",
            "postcode": "CB2 1RX",
            "country": "GB",
        },
        "date": "2026-11-27",
    },
)
async def schedule(
    context: ChangeContext,
    order_id: OrderId,
    address: AddressParameter,
    date: DeliveryDate | None = None,
) -> Delivery:
    """Plan the delivery of a paid order; it may have one under way at a time."""
    return await deliveries.schedule(context.transaction, order_id, address, date)


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
    return await deliveries.list_page(
        context.database,
        order_id=order_id,
        status=None if status is None else DeliveryStatus(status),
        limit=limit,
        cursor=cursor,
    )


@method(
    "deliveries.update_status",
    role=Role.CLERK,
    changes=True,
    errors=(NotFound, InvalidTransition),
    example={"id": 1, "status": "out_for_delivery"},
)
async def update_status(context: ChangeContext, id_: DeliveryId, status: StatusName) -> Delivery:
    """Move a delivery on.

    From scheduled to out_for_delivery to delivered; until then it may become failed or cancelled.
    """
    return await deliveries.update_status(context.transaction, id_, DeliveryStatus(status))
