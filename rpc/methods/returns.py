"""orders.return: beside the other orders.*, as its example needs a delivery that is out."""

from dataclasses import replace
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from domain.books import BookId
from domain.errors import (
    NotFound,
    OrderCancelled,
    OrderNotPaid,
    OrderNotShipped,
    OrderPending,
    RefundExceedsSale,
)
from domain.keys import Role
from domain.order_requests import ITEMS_MAX, demand
from domain.orders import Order, OrderId
from domain.values import Quantity
from repository import orders
from repository.mongo.changes import Change
from rpc.method_registry import ChangeContext, method


class ReturnedItem(BaseModel):
    """Copies of one book that come back."""

    model_config = ConfigDict(strict=True, extra="forbid")

    book_id: BookId
    quantity: Quantity = 1


ReturnedItems = Annotated[
    list[Annotated[ReturnedItem, Field(strict=False)]],
    Field(
        min_length=1,
        max_length=ITEMS_MAX,
        description="Books and how many copies of each; all that are left if left out.",
    ),
]


@method(
    "orders.return",
    role=Role.CLERK,
    errors=(
        NotFound,
        OrderPending,
        OrderCancelled,
        OrderNotPaid,
        OrderNotShipped,
        RefundExceedsSale,
    ),
    example={"order_id": 2, "items": [{"book_id": 5, "quantity": 1}]},
)
def return_(
    context: ChangeContext,
    order_id: OrderId,
    items: ReturnedItems | None = None,
    restock: Annotated[bool, Field(description="Whether the copies go back into stock.")] = True,  # noqa: FBT002 - by name on the wire
) -> Change[Order]:
    """Take copies of an order back that are out or were delivered, each once.

    They are refunded at the price they were sold for; the gateway pays the money back right after.
    """
    wanted = None if items is None else demand((each.book_id, each.quantity) for each in items)
    change = orders.return_copies(order_id, wanted, restock=restock)
    return replace(change, afterwards=context.services.settlement.nudge)
