"""What the fields of objects mean, where their own declaration does not say it.

A name in `MEANINGS` holds wherever a field has it, `Model.name` in that model alone.
"""

from collections.abc import Iterator
from typing import Any, Final

from domain.money import SUM_DESCRIPTION

Schema = dict[str, Any]

IN_MAJOR_UNITS: Final = "in major units, exact to the cent"
MONEY: Final = frozenset(
    {
        "amount",
        "balance",
        "cash",
        "charged",
        "fine",
        "fines",
        "gross",
        "kept",
        "net",
        "price",
        "refund_pending",
        "refunded",
        "store_cash",
        "total",
        "unit_price",
        "user_cash",
        "value",
    }
)
"""Fields that are amounts wherever they are numbers."""

MEANINGS: Final = {
    "address": "Where the delivery goes.",
    "allowed": "The statuses that the delivery can have next.",
    "amount": "The amount paid.",
    "at": "When it happened, in UTC.",
    "authors": "Names of the authors, in the order of the title page.",
    "available": "Number of copies that are free.",
    "available_copies": "Number of copies that anybody may borrow now.",
    "balance": "What there is, or what is owed, now.",
    "body_bytes_max": "Largest body of a request, in bytes.",
    "book_id": "Id of the book.",
    "book_name": "Name of the book at the time of the purchase.",
    "calls": "Number of calls in the request.",
    "calls_max": "Number of calls that a key may make at once.",
    "calls_per_second_max": "Number of calls that a key may make in a second.",
    "cancelled_at": "When the order was cancelled, in UTC; null if it was not.",
    "cash": "Cash on hand.",
    "charged": "What the customer paid.",
    "close": "Time of day at which it closes, HH:MM; not after `open` means the next day.",
    "closed": "Whether it stays closed on that day.",
    "copies": "Number of copies.",
    "copies_min": "The fewest copies that the book may have now: those on loan or held.",
    "copies_refunded": "Number of copies that came back in the period.",
    "copies_sold": "Number of copies that were sold in the period.",
    "correlation_id": "The id under which the fault is in the log.",
    "count": "Number of purchases.",
    "created_at": "When it was made, in UTC.",
    "customer": "Who bought.",
    "date": "The day, as YYYY-MM-DD.",
    "day": "Day of the week: mon, tue, wed, thu, fri, sat or sun.",
    "deadline_s": "The time limit in seconds.",
    "decline_code": "The gateway's reason for declining the payment; null if it did not.",
    "delivery_id": "Id of the delivery.",
    "detail": "What is wrong, as a sentence.",
    "due_at": "When the loan is due, in UTC.",
    "email": "E-mail address; null if none is known.",
    "errors": "One item for each fault that was found.",
    "estimate_reason": "Why no time is estimated: overdue or no_copies; else null.",
    "estimated_ready_at": "When a copy is expected for the member, in UTC; null if unknown.",
    "executed": "Whether the call ran before its answer was found to be too large.",
    "expected_price": f"The price that was expected, {IN_MAJOR_UNITS}.",
    "fetch_by": "When the hold of a ready copy ends, in UTC; null while it is not ready.",
    "fines": "What the member owes.",
    "first_method": "The method that the key was used with first.",
    "gross": "What the copies sold in the period came to.",
    "held": "Number of copies held for members.",
    "hours": "The stretches of opening, in order.",
    "hours_per_week": "Hours open in a week without special days, in hours.",
    "id": "Its id, unique among those of its kind.",
    "isbn": "ISBN-13 without hyphens; null if the book has none.",
    "items": "The items of the page, in the order asked for.",
    "joined_at": "When the member joined, in UTC.",
    "kept": "What is left of the charge after refunds.",
    "less_than": "The upper bound, excluded.",
    "lines": "One line for each book.",
    "listing_id": "Id of the listing.",
    "listings_count": "Number of listings in the store.",
    "loan": "The loan.",
    "loan_id": "Id of the loan.",
    "loaned_at": "When the loan began, in UTC.",
    "loans_max": "The most loans that a member may have at a time.",
    "maximum": "The highest number allowed.",
    "max_price": "Highest price, included, in major units.",
    "member_id": "Id of the member.",
    "method": "The method that was called.",
    "min_price": "Lowest price, included, in major units.",
    "more_than": "The lower bound, excluded.",
    "name": "The name.",
    "needed_role": "The least role that the method needs.",
    "net": "What is left after refunds.",
    "on_loan": "Number of copies on loan.",
    "open": "Time of day at which it opens, HH:MM.",
    "open_loans": "Number of books that the member has on loan.",
    "order_id": "Id of the order.",
    "overdue": "Number of the member's loans that are past their due date.",
    "pages": "Number of pages.",
    "paid_at": "When the payment was approved, in UTC; null if it was not.",
    "parameter": "Name of the parameter at fault.",
    "path": "Where the fault is: the parameter, then fields and positions within it.",
    "payment": "What was paid, paid back and kept.",
    "placed_at": "When the order was placed, in UTC.",
    "position": "Place in the queue, from 1; null for a member who does not wait.",
    "price": "Price of one copy.",
    "problem": "What is wrong with it, as the rest of a sentence that its name begins.",
    "purchase_id": "Id of the purchase.",
    "purchased_at": "When it was bought, in UTC.",
    "purchases": "Number of purchases.",
    "quantity": "Number of copies.",
    "queue_length": "Number of members who wait for the book.",
    "refundable": "Number of copies of the sale that are left to refund.",
    "refunded": "What was paid back.",
    "refunded_at": "When it was refunded, in UTC.",
    "renewals": "How often the loan has been renewed.",
    "renewals_max": "How often a loan may be renewed.",
    "requested": "Number of copies asked for.",
    "reservation": "The reservation.",
    "reserved_at": "When the member reserved, in UTC.",
    "response_bytes_max": "Largest response, in bytes.",
    "retry_after_s": "Time after which to repeat the request, in seconds.",
    "retryable": "Whether the same request may succeed later.",
    "returned_at": "When the copy came back, in UTC; null if it has not.",
    "revoked_at": "When the key was revoked, in UTC; null while it is valid.",
    "role": "Role of the caller's key.",
    "sale_id": "Id of the sale.",
    "sales_count": "Number of sales that were made in the period.",
    "scheduled_at": "When the delivery was scheduled, in UTC.",
    "scope": "Which part of the service: bookshop, library or marketplace.",
    "sold_at": "When it was sold, in UTC.",
    "status": "The status it has now.",
    "stock": "Number of copies on hand.",
    "store_id": "Id of the store.",
    "store_name": "Name of the store.",
    "time_zone": "IANA time zone by whose days and clock `from` and `to` were read.",
    "title": "Title of the book; null if it is not known.",
    "total": "Price of all copies together.",
    "total_copies": "Number of copies for loan, those on loan or held included.",
    "type": "Stable name of the error.",
    "unit_price": "Price of one copy at that time.",
    "updated_at": "When its status changed last, in UTC.",
    "user_id": "Id of the user.",
    "value": "What the purchases came to.",
    "ApiKey.name": "Who uses the key.",
    "AuditReport.ok": "Whether the rows explain every counter.",
    "Author.name": "Name of the author.",
    "AveragePages.copies": "Number of copies sold in the period and not returned since.",
    "BatchTooLarge.calls_max": "Number of calls that a batch may have.",
    "Book.title": "Title of the book.",
    "BookPriceChanged.actual": f"The price now, {IN_MAJOR_UNITS}.",
    "BookPriceChanged.expected": f"The price that was expected, {IN_MAJOR_UNITS}.",
    "BooksCount.less_than": "Fewer listings than this number.",
    "BooksCount.more_than": "More listings than this number.",
    "CirculationEvent.kind": "What happened.",
    "Conflict.actual_quantity": "Number of copies on hand.",
    "Conflict.amount": "What was to be paid.",
    "Conflict.balance": "What the member owes.",
    "Conflict.expected_quantity": "Number of copies that was expected.",
    "CopiesInUse.copies": "Number of copies that the book was to have.",
    "Hit.id": "Id of the store, listing or book.",
    "Hit.kind": "What was found: a store, a listing or a book.",
    "Hit.name": "Name of the store or listing, or title of the book.",
    "HoursPerDay.day": "The day of the week that counts, in any spelling; all seven if left out.",
    "HoursPerDay.less_than": "Open fewer hours a day than this.",
    "HoursPerDay.more_than": "Open more hours a day than this.",
    "HoursPerDay.which": "Without `day`: any day, every day, or the average of the seven.",
    "HoursPerWeek.less_than": "Open fewer hours a week than this.",
    "HoursPerWeek.more_than": "Open more hours a week than this.",
    "IdempotencyKeyReused.first_method": "The method that the key was used for first.",
    "InsufficientFunds.amount": "What was to be withdrawn.",
    "InsufficientFunds.balance": "What the user, or the store, has.",
    "InsufficientFunds.price": "What was to be paid.",
    "InvalidTransition.requested": "The status that was asked for.",
    "Lending.loan": "The loan, if a copy was lent; else null.",
    "Lending.outcome": "`loaned`: a copy was lent; `reserved`: none was free, the member waits.",
    "Lending.reservation": "The place in the queue, if no copy was free; else null.",
    "Listing.name": "Name of the book as the store lists it.",
    "Member.name": "Name of the member.",
    "MethodNotFound.method": "The name that no method has.",
    "NotFound.date": "The day that was looked up, as YYYY-MM-DD.",
    "NotFound.id": "The id that was looked up.",
    "NotFound.isbn": "The ISBN that was looked up, or the first of those not known.",
    "NotFound.kind": "What was looked up.",
    "NotFound.missing": "Each book that is not known, as it was named.",
    "Order.status": "What became of the order.",
    "Order.total": "Price of all lines together.",
    "OrderCustomer.name": "Name of the customer.",
    "OrderItem.book_id": "Id of the book, if it is not named by its ISBN.",
    "OrderItem.isbn": "ISBN-10 or ISBN-13 of the book, if it is not named by its id.",
    "OrderLine.total": "Price of the line: quantity times unit price.",
    "OrderPayment.refunded": "What of it was paid back, or is about to be.",
    "PopularStore.name": "Name of the store.",
    "PriceChanged.price": "The price now.",
    "Purchase.amount": "What was paid.",
    "QuotedLine.total": "Price of the line: quantity times unit price.",
    "Quote.total": "Price of all lines together.",
    "Refund.amount": "What is paid back.",
    "RequestOutcome.status": "`unknown`, `in_progress`, or `done` with its result or error.",
    "Reservation.status": "`waiting` in the queue, `ready` to be fetched, or how it ended.",
    "Store.name": "Name of the store.",
    "TopUser.amount": "What the user's purchases came to.",
    "TopUser.name": "Name of the user.",
    "TotalChanged.actual": f"The total now, {IN_MAJOR_UNITS}.",
    "TotalChanged.expected": f"The total that was expected, {IN_MAJOR_UNITS}.",
    "TotalSales.refunded": "What was paid back in the period, whenever it was sold.",
    "User.name": "Name of the user.",
    "UserCount.count": "Number of users.",
}
"""Descriptions by the name of a field, or of a model and a field."""

SAME_FIELDS: Final = {
    "ListedLoan": "Loan",
    "ListedReservation": "Reservation",
    "NewApiKey": "ApiKey",
    "NewPurchase": "Purchase",
    "NewSale": "Sale",
    "PurchaseRefund": "Purchase",
    "QueueItem": "Reservation",
}
"""Models that have the fields of another one, and some more."""


def describe(model: str, schema: Schema) -> None:
    """Describe each field of a model that has no description yet, and those of objects in it."""
    for name, each in _fields(schema):
        own = each.get("description")
        text = None if own == SUM_DESCRIPTION else own
        text = text or _of_variants(each) or _meaning(model, name)
        if text is not None:
            each["description"] = _with_unit(name, text, each)


def _fields(schema: Any) -> Iterator[tuple[str, Schema]]:
    """The fields of a schema and of all objects within it."""
    if isinstance(schema, list):
        for each in schema:
            yield from _fields(each)
    elif isinstance(schema, dict):
        properties = schema.get("properties", {})
        yield from properties.items()
        for each in (*properties.values(), schema.get("items"), schema.get("anyOf")):
            yield from _fields(each)


def _of_variants(schema: Schema) -> str | None:
    """The description of what a field is when it is not null."""
    texts = (each.get("description") for each in schema.get("anyOf", ()))
    return next((text for text in texts if text not in {None, SUM_DESCRIPTION}), None)


def _meaning(model: str, name: str) -> str | None:
    base = SAME_FIELDS.get(model, model)
    return MEANINGS.get(f"{model}.{name}") or MEANINGS.get(f"{base}.{name}") or MEANINGS.get(name)


def _with_unit(name: str, text: str, schema: Schema) -> str:
    """The description of an amount with its unit; any other as it is."""
    is_number = any(each.get("type") == "number" for each in (schema, *schema.get("anyOf", ())))
    if name not in MONEY or not is_number or "major units" in text:
        return text
    first, mark, rest = text.partition(";")
    return f"{first.rstrip('.')}, {IN_MAJOR_UNITS}{mark or '.'}{rest}"
