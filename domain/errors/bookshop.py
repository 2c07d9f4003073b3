"""Refusals about books, sales, orders, payments and deliveries; the 1000s."""

from domain.errors.base import Details, OctavoError, details
from domain.errors.general import Conflict, NotFound


class BooksUnknown(NotFound):
    """No book has the ISBN or id given for it; `missing` has each as it was named."""

    template = "No book is known as {named}."
    example = details(kind="book", isbn="9780261103252", missing=[{"isbn": "9780261103252"}])
    sometimes = frozenset({"isbn", "book_id"})

    def words(self) -> Details:
        """All ISBNs and ids that nobody knows."""
        values = (str(value) for each in self.details["missing"] for value in each.values())
        return {"named": ", ".join(values)}


class LineUnknown(NotFound):
    """The order has no such book."""

    template = "Order {order_id} has no book {book_id}."
    example = details(kind="order line", order_id=1, book_id=7)
    sometimes = frozenset()

    def words(self) -> Details:
        """Nothing but the details."""
        return {}


class IsbnTaken(Conflict):
    """Another book has the ISBN."""

    template = "Book {book_id} has ISBN {isbn}."
    example = details(book_id=7, isbn="9780261103252")
    sometimes = frozenset()


class StockMaximum(Conflict):
    """The book would have more copies than it can have."""

    template = "Book {book_id} has {stock} copies; {maximum} is the most it can have."
    example = details(book_id=7, stock=999_999_999, maximum=1_000_000_000)
    sometimes = frozenset()


class StockDiffers(Conflict):
    """The book has another number of copies than was expected."""

    template = "Book {book_id} has {actual_quantity} copies on hand, not {expected_quantity}."
    example = details(book_id=7, expected_quantity=5, actual_quantity=3)
    sometimes = frozenset()


class OutOfStock(OctavoError):
    """Fewer copies are on hand than were asked for; nothing was sold."""

    type = "out_of_stock"
    template = "Book {book_id} has {available} copies on hand, {requested} were asked for."
    example = details(book_id=1, requested=3, available=1)


class BookArchived(OctavoError):
    """The book was taken out of the catalogue: it is not sold, ordered or lent anew."""

    type = "book_archived"
    template = "Book {book_id} is archived; books.unarchive puts it back into the catalogue."
    example = details(book_id=1)


class BookPriceChanged(OctavoError):
    """The price rose above the one that was expected; nothing was sold."""

    type = "book_price_changed"
    template = "Book {book_id} costs {actual:.2f} now, {expected:.2f} was expected."
    example = details(book_id=1, expected=18.89, actual=19.99)


class RefundExceedsSale(OctavoError):
    """More copies were to be refunded than are left of the sale; nothing was refunded."""

    type = "refund_exceeds_sale"
    template = "Sale {sale_id} has {refundable} copies left to refund, {requested} were asked for."
    example = details(sale_id=1, requested=2, refundable=1)


class InsufficientStock(OctavoError):
    """Fewer copies are on hand than were ordered; `lines` names every book that is short.

    Nothing was ordered.
    """

    type = "insufficient_stock"
    template = "Too few copies are on hand of book {books}."
    example = details(lines=[{"book_id": 3, "requested": 2, "available": 1}])

    def words(self) -> Details:
        """The books that are short."""
        return {"books": ", ".join(str(line["book_id"]) for line in self.details["lines"])}


class PaymentDeclined(OctavoError):
    """The payment was declined; nothing was charged and the copies are free again."""

    type = "payment_declined"
    template = "The payment was declined: {decline_code}."
    example = details(decline_code="card_declined", order_id=1)


class PaymentFailed(OctavoError):
    """The payment gateway failed; nothing was charged and the copies are free again."""

    type = "payment_failed"
    template = "The payment gateway failed; nothing was charged."
    retryable = True
    example = details(order_id=1)


class PaymentTimedOut(OctavoError):
    """The payment gateway took too long; nothing was charged and the copies are free again."""

    type = "payment_timed_out"
    template = "The payment gateway took too long; nothing was charged."
    retryable = True
    example = details(order_id=1)


class PaymentUndecided(OctavoError):
    """What became of the payment is not known yet; the order stays pending until it is.

    It is settled within seconds of the gateway's return: ask orders.get, or repeat the request
    under its idempotency key. Without a key a repetition would order twice.
    """

    type = "payment_undecided"
    template = "The payment of order {order_id} is not decided yet; ask orders.get shortly."
    example = details(order_id=1)


class OrderPending(OctavoError):
    """The order's payment is being taken; it is decided within seconds, so try again then."""

    type = "order_pending"
    template = "The payment of order {order_id} is being taken."
    retryable = True
    example = details(order_id=1)


class OrderNotPaid(OctavoError):
    """The order was never paid, or all of it was refunded since."""

    type = "order_not_paid"
    template = "Order {order_id} is {status}, and no money is kept for it."
    example = details(order_id=1, status="declined")


class OrderShipped(OctavoError):
    """A delivery is out or has arrived, so the order can't be cancelled; see orders.return."""

    type = "order_shipped"
    template = (
        "Delivery {delivery_id} of order {order_id} is {status}; orders.return takes it back."
    )
    example = details(order_id=1, delivery_id=1, status="delivered")


class OrderNotShipped(OctavoError):
    """No delivery is out or has arrived, so nothing can come back; see orders.cancel."""

    type = "order_not_shipped"
    template = "Nothing of order {order_id} has left the shop; orders.cancel cancels it."
    example = details(order_id=1)


class TotalChanged(OctavoError):
    """The total rose above the one that was expected; nothing was ordered and nothing charged."""

    type = "total_changed"
    template = "The order comes to {actual:.2f} now, {expected:.2f} was expected."
    example = details(expected=37.78, actual=39.98)


class OrderCancelled(OctavoError):
    """The order was cancelled."""

    type = "order_cancelled"
    template = "Order {order_id} was cancelled."
    example = details(order_id=1)


class DeliveryExists(OctavoError):
    """The order has a delivery under way, or one that has arrived; nothing was scheduled."""

    type = "delivery_exists"
    template = "Order {order_id} has delivery {delivery_id}, which is {status}."
    example = details(order_id=1, delivery_id=1, status="scheduled")


class InvalidTransition(OctavoError):
    """The delivery cannot go from its status to the one asked for; `allowed` are those it can."""

    type = "invalid_transition"
    template = "Delivery {delivery_id} is {status} and cannot become {requested}."
    example = details(
        delivery_id=1,
        status="scheduled",
        requested="delivered",
        allowed=["cancelled", "failed", "out_for_delivery"],
    )
