"""A typed client of Octavo 1.0.0, made by `python -m rpc.client python`. Nothing to install.

    from octavo_client import Octavo, OutOfStock

    octavo = Octavo("http://localhost:8000/rpc", "secret123")
    book = octavo.books.get(id=1)
    try:
        octavo.sales.create(book_id=book["id"], quantity=7)
    except OutOfStock as refusal:
        print(refusal.data["available"])
    with octavo.batch() as batch:
        one = batch.books.get(id=1)
        two = batch.books.get(id=2)
    print(one.result(), two.result())

A name that Python reserves takes an underscore: `octavo.library.return_`, `from_`. Every change gets
an idempotency key (or give your own, `idempotency_key`), so it happens once, however often it is sent.
What may succeed later is sent again, after a growing pause or the one that the service asks for, until
the deadline. Lists give up to `limit` items, and a `next_cursor` to give as `cursor` for the next page.
"""

from __future__ import annotations

import builtins
import enum
import http.client
import itertools
import json
import random
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from types import TracebackType
from typing import Any, ClassVar, Final, Generic, Literal, NotRequired, TypedDict, TypeVar, cast

DEADLINE_S: Final = 30.0
"""Seconds until a call gives up, its repetitions included."""

PAUSE_S: Final = 0.1
PAUSE_S_MAX: Final = 5.0
IDEMPOTENCY_KEY: Final = "idempotency_key"


class Unset(enum.Enum):
    """What a parameter has that is left out; None takes the field's value away."""

    UNSET = "unset"


UNSET: Final = Unset.UNSET


class _Null(enum.Enum):
    NULL = "null"


def _nullable(value: Any) -> Any:
    """A parameter of an update for which null has a meaning of its own."""
    if value is None:
        return _Null.NULL
    return None if value is UNSET else value


# Models

class Address(TypedDict):
    """Where to deliver to. Which fields it needs depends on the country."""
    recipient: NotRequired[str | None]  # Who is to get it; the customer if left out.
    line1: str  # Street and number.
    line2: NotRequired[str | None]  # Flat, floor or building.
    city: NotRequired[str | None]  # Town or city.
    region: NotRequired[str | None]  # State, province or area.
    postcode: NotRequired[str | None]  # Postcode.
    country: str  # ISO 3166 code.
    phone: NotRequired[str | None]  # Telephone number.

class ApiKey(TypedDict):
    """An API key without its secret."""
    id: int  # Its id, unique among those of its kind.
    name: str  # Who uses the key.
    role: Literal['public', 'reader', 'clerk', 'admin']  # What the key may do.
    created_at: str  # When it was made, in UTC.
    revoked_at: str | None  # When the key was revoked, in UTC; null while it is valid.

class ApiKeyPage(TypedDict):
    """One page of keys, oldest first."""
    items: builtins.list[ApiKey]  # The items of the page, in the order asked for.
    next_cursor: str | None  # Give it as `cursor` for the next page; null on the last page.

class AuditReport(TypedDict):
    """What an audit found; `ok` when every counter is explained."""
    ok: bool  # Whether the rows explain every counter.
    checked: dict[str, int]  # How many counters of each kind were checked.
    differences: builtins.list[Difference]  # By kind, then id; at most 200 of a kind.
    truncated: bool  # Whether there are more differences than are listed.

class Author(TypedDict):
    """An author with the number of books, archived ones left out."""
    name: str  # Name of the author.
    books: int  # Books in the catalogue that name the author.

class AuthorPage(TypedDict):
    """One page of authors, by name."""
    items: builtins.list[Author]  # The items of the page, in the order asked for.
    next_cursor: str | None  # Give it as `cursor` for the next page; null on the last page.

class Availability(TypedDict):
    """Where the copies of a book are: total = available + on loan + held."""
    book_id: int  # Id of the book.
    total_copies: int  # Number of copies for loan, those on loan or held included.
    available_copies: int  # Number of copies that anybody may borrow now.
    on_loan: int  # Number of copies on loan.
    held: int  # Copies held for a member.
    queue_length: int  # Members who wait; those with a held copy are not among them.

AveragePages = TypedDict(
    "AveragePages",
    {
        "from": "str | None",
        "to": "str | None",
        "time_zone": "str",
        "average_pages": "float | None",
        "copies": "int",
    },
)
"""Average pages of the copies that were sold in a period and not returned since."""

class Book(TypedDict):
    """A title in the catalogue with its copies on hand."""
    id: int  # Its id, unique among those of its kind.
    title: str  # Title of the book.
    authors: builtins.list[str]  # Names of the authors, in the order of the title page.
    pages: int  # Number of pages.
    price: float  # Price of one copy, in major units, exact to the cent.
    isbn: str | None  # ISBN-13 without hyphens.
    stock: int  # Copies on hand, for sale.
    archived: bool  # Whether it was taken out of the catalogue.

class BookPage(TypedDict):
    """One page of the catalogue."""
    items: builtins.list[Book]  # The items of the page, in the order asked for.
    next_cursor: str | None  # Give it as `cursor` for the next page; null on the last page.

class BooksCount(TypedDict):
    """Bounds, both excluded, of the number of listings within a price range.

    The prices are included. A store without listings in the range counts as 0.
    """
    more_than: NotRequired[int | None]  # More listings than this number.
    less_than: NotRequired[int | None]  # Fewer listings than this number.
    min_price: NotRequired[float | None]  # Lowest price, included; in major units, at most two decimals.
    max_price: NotRequired[float | None]  # Highest price, included; in major units, at most two decimals.

class CirculationEvent(TypedDict):
    """One row of the circulation log."""
    id: int  # Its id, unique among those of its kind.
    book_id: int  # Id of the book.
    number: int  # Number of the event among those of its book, from 1.
    kind: EventKind  # What happened.
    at: str  # When it happened, in UTC.
    member_id: int | None  # Null for what concerns no member: copies set or withdrawn.
    due_at: str | None  # Of a checkout, a fulfil, a renewal or a date set.
    expires_at: str | None  # Until when a copy is held.
    copies: int | None  # The number of copies that was set.
    reason: Literal['lost', 'damaged', 'withdrawn'] | None  # Why a copy was withdrawn.
    title: str | None  # The book's title.
    member_name: str | None  # The member's name.

class Customer(TypedDict):
    """Who buys."""
    name: str  # Name.
    email: NotRequired[str | None]  # E-mail address.

class Delivery(TypedDict):
    """One journey of an order's books to the customer."""
    id: int  # Its id, unique among those of its kind.
    order_id: int  # Id of the order.
    status: DeliveryStatus  # The status it has now.
    address: Address  # Where the delivery goes.
    date: str | None  # The day agreed, if one was.
    scheduled_at: str  # When the delivery was scheduled, in UTC.
    updated_at: str  # When its status changed last, in UTC.

class DeliveryPage(TypedDict):
    """One page of deliveries, by id."""
    items: builtins.list[Delivery]  # The items of the page, in the order asked for.
    next_cursor: str | None  # Give it as `cursor` for the next page; null on the last page.

DeliveryStatus = Literal['scheduled', 'out_for_delivery', 'delivered', 'failed', 'cancelled']
"""The status of a delivery."""

class Difference(TypedDict):
    """A counter that differs from the sum of its rows."""
    scope: Literal['bookshop', 'library', 'marketplace']  # Which part of the service: bookshop, library or marketplace.
    kind: str  # Which counter: stock of a book, author_books, refundable copies of a sale; of an order in cents the order_charge, order_refund or order_payback, and its order_copies that were refunded; total copies of a book for loan, those available, on_loan, held or waiting for, its events in the log; open_loans of a member, and fines in cents; cash of an account in cents; listings_count of a store; circulation_log for all else that the library's log says; rollup_sold, rollup_refunded, rollup_returned, rollup_bought and rollup_paid_back for the pages that reports read, which `python -m data.rollup` makes anew.
    collection: str  # Where the counter is stored.
    id: int | str  # Whose counter: the id of the book, author, sale, order, member, event or page; user:0, store:1.
    field: NotRequired[str | None]  # What differs, for a circulation_log and a rollup.
    expected: int | str | None  # What the rows add up to.
    actual: int | str | None  # The counter; null if there are rows but no counter.

EventKind = Literal['set_copies', 'checkout', 'return', 'reserve', 'hold', 'fulfill', 'expire', 'cancel', 'step_aside', 'renew', 'set_due_date', 'withdraw', 'put_back']
"""What can happen to a copy, or to the queue for one."""

class EventPage(TypedDict):
    """One page of the circulation log."""
    items: builtins.list[CirculationEvent]  # The items of the page, in the order asked for.
    next_cursor: str | None  # Give it as `cursor` for the next page; null on the last page.

class Fine(TypedDict):
    """A fine, or a payment."""
    id: int  # Its id, unique among those of its kind.
    kind: Literal['overdue', 'lost', 'payment']  # `overdue` for a late return, `lost` for a late loan whose copy was lost.
    loan_id: int | None  # The loan of a fine; null for a payment.
    book_id: int | None  # Id of the book.
    title: str | None  # Title of the book; null if it is not known.
    amount: float  # What the balance grows by, in major units, exact to the cent; negative for a payment.
    at: str  # When it happened, in UTC.

class Fines(TypedDict):
    """What a member owes, and the rows that it is the sum of, the oldest first."""
    items: builtins.list[Fine]  # The items of the page, in the order asked for.
    next_cursor: str | None  # Give it as `cursor` for the next page; null on the last page.
    balance: float  # What the member owes now, in major units, exact to the cent.

class Hit(TypedDict):
    """A store, a listing of a store, or a book of the catalogue."""
    kind: Literal['store', 'listing', 'book']  # What was found: a store, a listing or a book.
    source: Literal['stores', 'listings', 'catalogue']  # What `id` names: one of stores, listings or catalogue.
    id: int  # Id of the store, listing or book.
    name: str  # Name of the store or listing, or title of the book.
    match: Literal['exact', 'prefix', 'words', 'part', 'typo']  # Why it was found: exact, prefix, words, part or typo.
    score: float  # 1 for the exact name; the less alike, the lower.
    store_id: NotRequired[int | None]  # The listing's store; null for other hits.
    store_name: NotRequired[str | None]  # The name of the listing's store.
    price: NotRequired[float | None]  # Of a listing or book, in major units, exact to the cent.
    stock: NotRequired[int | None]  # Copies of a book on hand.
    authors: NotRequired[builtins.list[str] | None]  # Of a book.

class Hits(TypedDict):
    """What was found, the best first."""
    items: builtins.list[Hit]  # The items of the page, in the order asked for.
    total: int  # How many there are on all pages.
    next_cursor: str | None  # Give it as `cursor` for the next page; null on the last page.

class HoursPerDay(TypedDict):
    """Bounds of the hours open on a day, both excluded; a span counts for the day it opens.

    A day on which a store stays closed has 0 hours. With `day` only that day counts; else `which`
    says whether any day, every day or the average of the seven has to be within the bounds.
    """
    more_than: NotRequired[float | None]  # Open more hours a day than this.
    less_than: NotRequired[float | None]  # Open fewer hours a day than this.
    day: NotRequired[str | None]  # A day of the week, any spelling.
    which: NotRequired[Literal['any', 'every', 'average']]  # Without `day`: any day, every day, or the average of the seven.

class HoursPerWeek(TypedDict):
    """Bounds of the hours open in a week, both excluded."""
    more_than: NotRequired[float | None]  # Open more hours a week than this.
    less_than: NotRequired[float | None]  # Open fewer hours a week than this.

class HoursSpan(TypedDict):
    """One stretch of opening: `close` at or before `open` is on the next day."""
    day: Literal['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']  # Day of the week: mon, tue, wed, thu, fri, sat or sun.
    open: str  # HH:MM.
    close: str  # HH:MM; not after `open` means the next day.

class Lending(TypedDict):
    """The outcome of a checkout: a loan, or a place in the queue."""
    outcome: Literal['loaned', 'reserved']  # `loaned`: a copy was lent; `reserved`: none was free, the member waits.
    loan: NotRequired[Loan | None]  # The loan, if a copy was lent; else null.
    reservation: NotRequired[Reservation | None]  # The place in the queue, if no copy was free; else null.

class ListedLoan(TypedDict):
    """A loan in a list."""
    id: int  # Its id, unique among those of its kind.
    member_id: int  # Id of the member.
    book_id: int  # Id of the book.
    loaned_at: str  # When the loan began, in UTC.
    due_at: str  # When the loan is due, in UTC.
    renewals: int  # How often the loan has been renewed.
    returned_at: str | None  # When the copy came back, in UTC; null if it has not.
    lost_at: str | None  # When the loan ended without its copy.
    is_overdue: bool  # Whether it is still on loan after its due date.
    title: str | None  # The book's title.
    member_name: str | None  # The member's name.

class ListedReservation(TypedDict):
    """A reservation in a list."""
    id: int  # Its id, unique among those of its kind.
    member_id: int  # Id of the member.
    book_id: int  # Id of the book.
    status: Literal['waiting', 'ready', 'fulfilled', 'cancelled', 'expired']  # `waiting` in the queue, `ready` to be fetched, or how it ended.
    position: int | None  # Place in the queue, from 1; null for a member who no longer waits.
    estimated_ready_at: str | None  # When a copy is expected, from the due dates of the loans to come.
    estimate_reason: Literal['overdue', 'no_copies'] | None  # Why none is expected: it would rest on an overdue loan, or no copy is left.
    reserved_at: str  # When the member reserved, in UTC.
    fetch_by: str | None  # When the hold of a ready copy ends.
    title: str | None  # The book's title.
    member_name: str | None  # The member's name.

class Listing(TypedDict):
    """A book in a store at a price."""
    id: int  # Its id, unique among those of its kind.
    store_id: int  # Id of the store.
    store_name: str  # Name of the store.
    name: str  # Name of the book as the store lists it.
    price: float  # Price of one copy, in major units, exact to the cent.

class ListingPage(TypedDict):
    """One page of listings."""
    items: builtins.list[Listing]  # The items of the page, in the order asked for.
    next_cursor: str | None  # Give it as `cursor` for the next page; null on the last page.

class Loan(TypedDict):
    """A copy of a book that a member has, or had."""
    id: int  # Its id, unique among those of its kind.
    member_id: int  # Id of the member.
    book_id: int  # Id of the book.
    loaned_at: str  # When the loan began, in UTC.
    due_at: str  # When the loan is due, in UTC.
    renewals: int  # How often the loan has been renewed.
    returned_at: str | None  # When the copy came back, in UTC; null if it has not.
    lost_at: str | None  # When the loan ended without its copy.
    is_overdue: bool  # Whether it is still on loan after its due date.

class LoanPage(TypedDict):
    """One page of loans."""
    items: builtins.list[ListedLoan]  # The items of the page, in the order asked for.
    next_cursor: str | None  # Give it as `cursor` for the next page; null on the last page.

class Member(TypedDict):
    """A person who may borrow books."""
    id: int  # Its id, unique among those of its kind.
    name: str  # Name of the member.
    email: str | None  # E-mail address; null if none is known.
    open_loans: int  # Books that the member has on loan.
    fines: float  # What the member owes for late or lost books, in major units, exact to the cent.
    archived: bool  # Whether the member has left: no loans, no reservations.
    joined_at: str  # When the member joined, in UTC.

class MemberPage(TypedDict):
    """One page of members, by id."""
    items: builtins.list[Member]  # The items of the page, in the order asked for.
    next_cursor: str | None  # Give it as `cursor` for the next page; null on the last page.

class NewApiKey(TypedDict):
    """A key with its secret, which is shown only once."""
    id: int  # Its id, unique among those of its kind.
    name: str  # Who uses the key.
    role: Literal['public', 'reader', 'clerk', 'admin']  # What the key may do.
    created_at: str  # When it was made, in UTC.
    revoked_at: str | None  # When the key was revoked, in UTC; null while it is valid.
    key: str | None  # The secret; null when the request is repeated.

class NewPurchase(TypedDict):
    """A purchase as its maker sees it."""
    id: int  # Its id, unique among those of its kind.
    user_id: int  # Id of the user.
    store_id: int  # Id of the store.
    listing_id: int | None  # Null for history whose listing was never loaded.
    book_name: str  # Name of the book at the time of the purchase.
    store_name: str  # Name of the store.
    amount: float  # What was paid, in major units, exact to the cent.
    purchased_at: str  # When it was bought, in UTC.
    refunded_at: str | None  # Null unless the price was paid back.
    user_cash: float  # The user's cash right after the purchase, in major units, exact to the cent.
    store_cash: float  # The store's cash right after the purchase, in major units, exact to the cent.

class NewSale(TypedDict):
    """A sale as its maker sees it."""
    id: int  # Its id, unique among those of its kind.
    book_id: int  # Id of the book.
    quantity: int  # Number of copies.
    unit_price: float  # Price of one copy at that time, in major units, exact to the cent.
    total: float  # Price of all copies together, in major units, exact to the cent.
    sold_at: str  # When it was sold, in UTC.
    refunded_quantity: int  # Copies of this sale refunded so far.
    order_id: int | None  # The order that the sale belongs to, if it does.
    stock_left: int  # Copies on hand right after this sale.

class OpenOn(TypedDict):
    """A day of the week and a local time."""
    day: str  # A day of the week, any spelling.
    time: str  # A time such as 13:15 or 1:15 pm.

OpenRpcDocument = dict[str, Any]
"""An OpenRPC document."""

class Order(TypedDict):
    """An order with its lines, one for each book."""
    id: int  # Its id, unique among those of its kind.
    status: OrderStatus  # What became of the order.
    lines: builtins.list[OrderLine]  # One line for each book.
    total: float  # Price of all lines together, in major units, exact to the cent.
    customer: OrderCustomer  # Who bought.
    payment: OrderPayment  # What was paid, paid back and kept.
    placed_at: str  # When the order was placed, in UTC.
    paid_at: str | None  # When the payment was approved, in UTC; null if it was not.
    cancelled_at: str | None  # When the order was cancelled, in UTC; null if it was not.
    delivery_id: int | None  # The delivery under way, if there is one.
    deliveries: builtins.list[OrderDelivery]  # All deliveries, in order.
    address: NotRequired[Address | None]  # Where to deliver to, if it was said.

class OrderCustomer(TypedDict):
    """Who bought."""
    name: str  # Name of the customer.
    email: str | None  # E-mail address; null if none is known.

class OrderDelivery(TypedDict):
    """A delivery of an order, under way or not."""
    id: int  # Its id, unique among those of its kind.
    status: DeliveryStatus  # The status it has now.
    date: str | None  # The day agreed, if one was.

class OrderItem(TypedDict):
    """An item of a request: a book by its ISBN or by its id, and how many copies."""
    isbn: NotRequired[str | None]  # ISBN-10 or ISBN-13, hyphens allowed; stored as ISBN-13.
    book_id: NotRequired[int | None]  # The book's id.
    quantity: NotRequired[int]  # Number of copies.

class OrderLine(TypedDict):
    """Copies of one book at the price of the moment; a paid order's line is a sale."""
    book_id: int  # Id of the book.
    isbn: str | None  # ISBN-13 without hyphens; null if the book has none.
    quantity: int  # Number of copies.
    unit_price: float  # Price of one copy at that time, in major units, exact to the cent.
    total: float  # Price of the line: quantity times unit price, in major units, exact to the cent.
    sale_id: int | None  # The sale that the line became; null until paid.

class OrderPage(TypedDict):
    """One page of orders, in the order in which they were placed."""
    items: builtins.list[Order]  # The items of the page, in the order asked for.
    next_cursor: str | None  # Give it as `cursor` for the next page; null on the last page.
    time_zone: str  # IANA time zone by whose days and clock `from` and `to` were read.

class OrderPayment(TypedDict):
    """An order's money: charged = kept + refunded."""
    status: str  # pending, approved, declined or failed.
    transaction_id: str | None  # The gateway's id of the charge.
    decline_code: str | None  # The gateway's reason for declining the payment; null if it did not.
    charged: float  # What the customer paid, in major units, exact to the cent.
    refunded: float  # What of it was paid back, or is about to be, in major units, exact to the cent.
    kept: float  # What is left of the charge after refunds, in major units, exact to the cent.
    refund_pending: float  # The part of `refunded` that the gateway has not confirmed yet, in major units, exact to the cent.

OrderStatus = Literal['pending', 'paid', 'partially_refunded', 'refunded', 'declined', 'failed', 'cancelled']
"""The status of an order.

`pending` has its copies reserved while the payment is taken, for seconds. `declined` and
`failed` were never paid and have none. Of a paid order some or all copies may be
`partially_refunded` or `refunded`; `cancelled` was paid, and its money goes back.
"""

class PassedOn(TypedDict):
    """A reservation that was given up or put back, and where a copy held for it went."""
    reservation: Reservation  # The reservation.
    handed_to: int | None  # The member for whom the copy is held now; null if it is free.

class PaymentMethod(TypedDict):
    """How it is paid."""
    token: str  # The gateway's name for the customer's card. The simulated gateway knows tok_ok, tok_declined, tok_insufficient_funds, tok_error and tok_slow.

class PopularStore(TypedDict):
    """A store with what was bought there in a period."""
    id: int  # Its id, unique among those of its kind.
    name: str  # Name of the store.
    count: int  # Purchases.
    value: float  # What they came to, in major units, exact to the cent.

class PopularStores(TypedDict):
    """Stores by what was bought there, the most popular first."""
    items: builtins.list[PopularStore]  # The items of the page, in the order asked for.
    time_zone: str  # IANA time zone by whose days and clock `from` and `to` were read.

class Purchase(TypedDict):
    """What a user bought, under the names and at the price of that time."""
    id: int  # Its id, unique among those of its kind.
    user_id: int  # Id of the user.
    store_id: int  # Id of the store.
    listing_id: int | None  # Null for history whose listing was never loaded.
    book_name: str  # Name of the book at the time of the purchase.
    store_name: str  # Name of the store.
    amount: float  # What was paid, in major units, exact to the cent.
    purchased_at: str  # When it was bought, in UTC.
    refunded_at: str | None  # Null unless the price was paid back.

class PurchasePage(TypedDict):
    """One page of purchases, by id."""
    items: builtins.list[Purchase]  # The items of the page, in the order asked for.
    next_cursor: str | None  # Give it as `cursor` for the next page; null on the last page.
    time_zone: str  # IANA time zone by whose days and clock `from` and `to` were read.

class PurchaseRefund(TypedDict):
    """A purchase whose price was paid back, as its maker sees it."""
    id: int  # Its id, unique among those of its kind.
    user_id: int  # Id of the user.
    store_id: int  # Id of the store.
    listing_id: int | None  # Null for history whose listing was never loaded.
    book_name: str  # Name of the book at the time of the purchase.
    store_name: str  # Name of the store.
    amount: float  # What was paid, in major units, exact to the cent.
    purchased_at: str  # When it was bought, in UTC.
    refunded_at: str | None  # Null unless the price was paid back.
    user_cash: float  # The user's cash right after the refund, in major units, exact to the cent.
    store_cash: float  # The store's cash right after the refund, in major units, exact to the cent.

PurchaseTotals = TypedDict(
    "PurchaseTotals",
    {
        "from": "str | None",
        "to": "str | None",
        "time_zone": "str",
        "count": "int",
        "value": "float",
        "refunded": "float",
        "net": "float",
    },
)
"""Number and value of the purchases of a period; refunds by the day on which they were paid."""

class QueueItem(TypedDict):
    """A member who waits, or for whom a copy is held."""
    position: int | None  # From 1; null for a held copy.
    member_id: int  # Id of the member.
    reserved_at: str  # When the member reserved, in UTC.
    status: Literal['waiting', 'ready']  # `waiting` in the queue, `ready` to be fetched, or how it ended.
    estimated_ready_at: str | None  # When a copy is expected, from the due dates of the loans to come.
    estimate_reason: Literal['overdue', 'no_copies'] | None  # Why none is expected: it would rest on an overdue loan, or no copy is left.
    fetch_by: str | None  # When the hold of a ready copy ends, in UTC; null while it is not ready.
    title: str | None  # The book's title.
    member_name: str | None  # The member's name.

class QueuePage(TypedDict):
    """One page of the queue for a book, in order, and all holds of the book."""
    items: builtins.list[QueueItem]  # The items of the page, in the order asked for.
    next_cursor: str | None  # Give it as `cursor` for the next page; null on the last page.
    holds: builtins.list[QueueItem]  # Held copies; those members no longer wait.

class Quote(TypedDict):
    """What an order would come to now. Nothing is reserved."""
    lines: builtins.list[QuotedLine]  # One line for each book.
    total: float  # Price of all lines together, in major units, exact to the cent.
    available: bool  # Whether all of it is on hand.

class QuotedLine(TypedDict):
    """Copies of one book at the price of the moment."""
    book_id: int  # Id of the book.
    isbn: str | None  # ISBN-13 without hyphens; null if the book has none.
    quantity: int  # Number of copies.
    unit_price: float  # Price of one copy at that time, in major units, exact to the cent.
    total: float  # Price of the line: quantity times unit price, in major units, exact to the cent.
    available: bool  # Whether so many copies are on hand.

class Refund(TypedDict):
    """Copies of one sale taken back at the price they were sold for."""
    id: int  # Its id, unique among those of its kind.
    sale_id: int  # Id of the sale.
    book_id: int  # Id of the book.
    quantity: int  # Number of copies.
    amount: float  # What is paid back, in major units, exact to the cent.
    restocked: bool  # Whether the copies went back into stock.
    refunded_at: str  # When it was refunded, in UTC.
    refundable_quantity: int  # Copies of the sale that are left to refund.
    stock: int  # Copies on hand after the refund.

class Renewed(TypedDict):
    """A loan with its new due date."""
    loan: Loan  # The loan.

class RequestOutcome(TypedDict):
    """What became of the request that was sent with an idempotency key."""
    status: Literal['unknown', 'in_progress', 'done']  # `unknown`, `in_progress`, or `done` with its result or error.
    method: NotRequired[str | None]  # The method that was called.
    result: NotRequired[dict[str, Any] | None]  # Its result, if it succeeded.
    error: NotRequired[dict[str, Any] | None]  # Its final error {code, message, data}, if it was refused.

class Reservation(TypedDict):
    """A member's place in the queue for a book, or the copy held for the member."""
    id: int  # Its id, unique among those of its kind.
    member_id: int  # Id of the member.
    book_id: int  # Id of the book.
    status: Literal['waiting', 'ready', 'fulfilled', 'cancelled', 'expired']  # `waiting` in the queue, `ready` to be fetched, or how it ended.
    position: int | None  # Place in the queue, from 1; null for a member who no longer waits.
    estimated_ready_at: str | None  # When a copy is expected, from the due dates of the loans to come.
    estimate_reason: Literal['overdue', 'no_copies'] | None  # Why none is expected: it would rest on an overdue loan, or no copy is left.
    reserved_at: str  # When the member reserved, in UTC.
    fetch_by: str | None  # When the hold of a ready copy ends.

class ReservationPage(TypedDict):
    """One page of open reservations."""
    items: builtins.list[ListedReservation]  # The items of the page, in the order asked for.
    next_cursor: str | None  # Give it as `cursor` for the next page; null on the last page.

class Returned(TypedDict):
    """A loan that has ended, and where its copy went."""
    loan: Loan  # The loan.
    handed_to: int | None  # The member for whom the copy is held now; null if it is free.
    fine: float  # What this end of the loan costs the member, in major units, exact to the cent.

class ReturnedItem(TypedDict):
    """Copies of one book that come back."""
    book_id: int  # The book's id.
    quantity: NotRequired[int]  # Number of copies.

class Sale(TypedDict):
    """Copies of one book sold at one price."""
    id: int  # Its id, unique among those of its kind.
    book_id: int  # Id of the book.
    quantity: int  # Number of copies.
    unit_price: float  # Price of one copy at that time, in major units, exact to the cent.
    total: float  # Price of all copies together, in major units, exact to the cent.
    sold_at: str  # When it was sold, in UTC.
    refunded_quantity: int  # Copies of this sale refunded so far.
    order_id: int | None  # The order that the sale belongs to, if it does.

class SalePage(TypedDict):
    """One page of sales, by id."""
    items: builtins.list[Sale]  # The items of the page, in the order asked for.
    next_cursor: str | None  # Give it as `cursor` for the next page; null on the last page.
    time_zone: str  # IANA time zone by whose days and clock `from` and `to` were read.

class SpecialDay(TypedDict):
    """A day with hours of its own, which go before those of the week; none if it is closed."""
    date: str  # The day, as YYYY-MM-DD.
    closed: bool  # Whether it stays closed on that day.
    hours: builtins.list[SpecialHours]  # The stretches of opening, in order.

class SpecialHours(TypedDict):
    """One stretch of opening on a special day: `close` not after `open` is on the next day."""
    open: str  # HH:MM.
    close: str  # HH:MM; not after `open` means the next day.

class Store(TypedDict):
    """A store: what it has in cash, when it is open and how many listings it has."""
    id: int  # Its id, unique among those of its kind.
    name: str  # Name of the store.
    cash: NotRequired[float | None]  # Left out for a public key, in major units, exact to the cent.
    hours: builtins.list[HoursSpan]  # Every span of a week; each day's as they open.
    hours_per_week: float  # Hours open in a week without special days, in hours.
    time_zone: str  # IANA name; the hours are local time there.
    listings_count: int  # Number of listings in the store.
    hours_text: str  # The hours as one line.
    notes: builtins.list[str]  # What of the text of the hours was left out.
    special_days: builtins.list[SpecialDay]  # Days that go before the week's hours.
    is_open: bool  # Whether it is open at `open_at`, else now.
    closes_at: str | None  # When it closes, with the store's offset; null while it is closed.
    opens_at: str | None  # When it opens next, with the store's offset, also while it is open.

class StorePage(TypedDict):
    """One page of stores."""
    items: builtins.list[Store]  # The items of the page, in the order asked for.
    next_cursor: str | None  # Give it as `cursor` for the next page; null on the last page.

class TopUser(TypedDict):
    """A user with what they bought in a period."""
    id: int  # Its id, unique among those of its kind.
    name: str  # Name of the user.
    amount: float  # What the user's purchases came to, in major units, exact to the cent.
    purchases: int  # Number of purchases.

class TopUsers(TypedDict):
    """Users ranked by what they spent, the most first; without those who bought nothing."""
    items: builtins.list[TopUser]  # The items of the page, in the order asked for.
    time_zone: str  # IANA time zone by whose days and clock `from` and `to` were read.

TotalSales = TypedDict(
    "TotalSales",
    {
        "from": "str | None",
        "to": "str | None",
        "time_zone": "str",
        "gross": "float",
        "refunded": "float",
        "net": "float",
        "copies_sold": "int",
        "copies_refunded": "int",
        "sales_count": "int",
    },
)
"""Money and copies of a period: sales by the day they were made, refunds by theirs."""

class User(TypedDict):
    """A person who buys."""
    id: int  # Its id, unique among those of its kind.
    name: str  # Name of the user.
    cash: float  # Cash on hand, in major units, exact to the cent.

class UserCount(TypedDict):
    """How many users spent more or less than an amount in a period."""
    count: int  # Number of users.
    time_zone: str  # IANA time zone by whose days and clock `from` and `to` were read.

class UserPage(TypedDict):
    """One page of users, by id."""
    items: builtins.list[User]  # The items of the page, in the order asked for.
    next_cursor: str | None  # Give it as `cursor` for the next page; null on the last page.

class Withdrawn(TypedDict):
    """Where the copies of a book are after one of them has been withdrawn."""
    book_id: int  # Id of the book.
    total_copies: int  # Number of copies for loan, those on loan or held included.
    available_copies: int  # Number of copies that anybody may borrow now.
    on_loan: int  # Number of copies on loan.
    held: int  # Copies held for a member.
    queue_length: int  # Members who wait; those with a held copy are not among them.
    reason: Literal['lost', 'damaged', 'withdrawn']  # Why the copy is not for loan any more: for the log.
    loan: Loan | None  # The loan that ended as lost, if a member had the copy.
    fine: float  # What this end of the loan costs the member, in major units, exact to the cent.

class InvalidParamsDataErrorsItem(TypedDict):
    """InvalidParamsDataErrorsItem"""
    parameter: str  # Name of the parameter at fault.
    path: builtins.list[str]  # Where the fault is: the parameter, then fields and positions within it.
    problem: str  # What is wrong with it, as the rest of a sentence that its name begins.

class InsufficientStockDataLinesItem(TypedDict):
    """InsufficientStockDataLinesItem"""
    book_id: int  # Id of the book.
    requested: int  # Number of copies asked for.
    available: int  # Number of copies that are free.

class StoresHoursItem(TypedDict):
    """StoresHoursItem"""
    day: NotRequired[str]  # A day of the week; every day if left out.
    open: str  # Time at which it opens: 13:15 or 1:15 pm.
    close: str  # Time at which it closes, as 20:00 or 8 pm.

class StoresHoursItem2(TypedDict):
    """StoresHoursItem2"""
    open: str  # Time at which it opens: 13:15 or 1:15 pm.
    close: str  # Time at which it closes, as 20:00 or 8 pm.


# Errors


class OctavoError(Exception):
    """An error answer; its class says what kind, `data` has what you need to act."""

    type: ClassVar[str] = ""
    data: Any

    def __init__(self, code: int, message: str, data: dict[str, Any]) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data

    @property
    def retryable(self) -> bool:
        """Whether the same request may succeed later."""
        return bool(self.data.get("retryable", False))


class NoAnswer(OctavoError):
    """The service did not answer, or not with JSON-RPC: nobody knows what became of the call."""

    type: ClassVar[str] = "no_answer"

    def __init__(self, message: str) -> None:
        super().__init__(0, message, {"type": self.type, "retryable": True})


class InvalidParamsData(TypedDict):
    type: Literal['invalid_params']
    retryable: Literal[False]
    detail: str
    errors: builtins.list[InvalidParamsDataErrorsItem]

class InvalidParams(OctavoError):
    """A parameter is missing, unknown or breaks a rule; `errors` names each one."""

    type: ClassVar[str] = "invalid_params"
    data: InvalidParamsData

class RateLimitedData(TypedDict):
    type: Literal['rate_limited']
    retryable: bool
    calls: int
    calls_per_second_max: int
    retry_after_s: NotRequired[float]

class RateLimited(OctavoError):
    """The key makes too many calls a second; nothing was changed."""

    type: ClassVar[str] = "rate_limited"
    data: RateLimitedData

class BusyData(TypedDict):
    type: Literal['busy']
    retryable: Literal[True]

class Busy(OctavoError):
    """Too much happens at once; nothing was changed, and a retry is safe."""

    type: ClassVar[str] = "busy"
    data: BusyData

class StorageUnavailableData(TypedDict):
    type: Literal['storage_unavailable']
    retryable: Literal[True]

class StorageUnavailable(OctavoError):
    """The database cannot be reached."""

    type: ClassVar[str] = "storage_unavailable"
    data: StorageUnavailableData

class ForbiddenData(TypedDict):
    type: Literal['forbidden']
    retryable: Literal[False]
    method: str
    role: str
    needed_role: str

class Forbidden(OctavoError):
    """The API key's role is below the one that the method needs."""

    type: ClassVar[str] = "forbidden"
    data: ForbiddenData

class TimedOutData(TypedDict):
    type: Literal['timed_out']
    retryable: Literal[True]
    deadline_s: float

class TimedOut(OctavoError):
    """The call's deadline passed before the answer was there."""

    type: ClassVar[str] = "timed_out"
    data: TimedOutData

class UnauthenticatedData(TypedDict):
    type: Literal['unauthenticated']
    retryable: Literal[False]

class Unauthenticated(OctavoError):
    """The X-API-Key header is missing, unknown or revoked."""

    type: ClassVar[str] = "unauthenticated"
    data: UnauthenticatedData

class NotFoundData(TypedDict):
    type: Literal['not_found']
    retryable: Literal[False]
    kind: str
    id: NotRequired[int]

class NotFound(OctavoError):
    """Nothing exists under the given id."""

    type: ClassVar[str] = "not_found"
    data: NotFoundData

class ConflictData(TypedDict):
    type: Literal['conflict']
    retryable: Literal[False]
    expected_quantity: NotRequired[int]
    actual_quantity: NotRequired[int]
    isbn: NotRequired[str]
    book_id: NotRequired[int]
    store_id: NotRequired[int]
    stock: NotRequired[int]
    maximum: NotRequired[int]
    member_id: NotRequired[int]
    open_loans: NotRequired[int]
    fines: NotRequired[float]
    amount: NotRequired[float]
    balance: NotRequired[float]

class Conflict(OctavoError):
    """The present state contradicts the request; `data` holds the real value."""

    type: ClassVar[str] = "conflict"
    data: ConflictData

class IdempotencyKeyReusedData(TypedDict):
    type: Literal['idempotency_key_reused']
    retryable: Literal[False]
    first_method: str

class IdempotencyKeyReused(OctavoError):
    """The idempotency key was used before with another method or other parameters."""

    type: ClassVar[str] = "idempotency_key_reused"
    data: IdempotencyKeyReusedData

class RequestInProgressData(TypedDict):
    type: Literal['request_in_progress']
    retryable: Literal[True]
    method: str

class RequestInProgress(OctavoError):
    """The first request with this idempotency key is still running; ask again shortly."""

    type: ClassVar[str] = "request_in_progress"
    data: RequestInProgressData

class OutOfStockData(TypedDict):
    type: Literal['out_of_stock']
    retryable: Literal[False]
    book_id: int
    requested: int
    available: int

class OutOfStock(OctavoError):
    """Fewer copies are on hand than were asked for; nothing was sold."""

    type: ClassVar[str] = "out_of_stock"
    data: OutOfStockData

class RefundExceedsSaleData(TypedDict):
    type: Literal['refund_exceeds_sale']
    retryable: Literal[False]
    sale_id: int
    requested: int
    refundable: int

class RefundExceedsSale(OctavoError):
    """More copies were to be refunded than are left of the sale; nothing was refunded."""

    type: ClassVar[str] = "refund_exceeds_sale"
    data: RefundExceedsSaleData

class BookPriceChangedData(TypedDict):
    type: Literal['book_price_changed']
    retryable: Literal[False]
    book_id: int
    expected: float
    actual: float

class BookPriceChanged(OctavoError):
    """The price rose above the one that was expected; nothing was sold."""

    type: ClassVar[str] = "book_price_changed"
    data: BookPriceChangedData

class BookArchivedData(TypedDict):
    type: Literal['book_archived']
    retryable: Literal[False]
    book_id: int

class BookArchived(OctavoError):
    """The book was taken out of the catalogue: it is not sold, ordered or lent anew."""

    type: ClassVar[str] = "book_archived"
    data: BookArchivedData

class InsufficientStockData(TypedDict):
    type: Literal['insufficient_stock']
    retryable: Literal[False]
    lines: builtins.list[InsufficientStockDataLinesItem]

class InsufficientStock(OctavoError):
    """Fewer copies are on hand than were ordered; `lines` names every book that is short."""

    type: ClassVar[str] = "insufficient_stock"
    data: InsufficientStockData

class PaymentDeclinedData(TypedDict):
    type: Literal['payment_declined']
    retryable: Literal[False]
    decline_code: str
    order_id: int

class PaymentDeclined(OctavoError):
    """The payment was declined; nothing was charged and the copies are free again."""

    type: ClassVar[str] = "payment_declined"
    data: PaymentDeclinedData

class PaymentFailedData(TypedDict):
    type: Literal['payment_failed']
    retryable: Literal[True]
    order_id: int

class PaymentFailed(OctavoError):
    """The payment gateway failed; nothing was charged and the copies are free again."""

    type: ClassVar[str] = "payment_failed"
    data: PaymentFailedData

class PaymentTimedOutData(TypedDict):
    type: Literal['payment_timed_out']
    retryable: Literal[True]
    order_id: int

class PaymentTimedOut(OctavoError):
    """The payment gateway took too long; nothing was charged and the copies are free again."""

    type: ClassVar[str] = "payment_timed_out"
    data: PaymentTimedOutData

class PaymentUndecidedData(TypedDict):
    type: Literal['payment_undecided']
    retryable: Literal[False]
    order_id: int

class PaymentUndecided(OctavoError):
    """What became of the payment is not known yet; the order stays pending until it is."""

    type: ClassVar[str] = "payment_undecided"
    data: PaymentUndecidedData

class OrderPendingData(TypedDict):
    type: Literal['order_pending']
    retryable: Literal[True]
    order_id: int

class OrderPending(OctavoError):
    """The order's payment is being taken; it is decided within seconds, so try again then."""

    type: ClassVar[str] = "order_pending"
    data: OrderPendingData

class OrderNotPaidData(TypedDict):
    type: Literal['order_not_paid']
    retryable: Literal[False]
    order_id: int
    status: str

class OrderNotPaid(OctavoError):
    """The order was never paid, or all of it was refunded since."""

    type: ClassVar[str] = "order_not_paid"
    data: OrderNotPaidData

class OrderCancelledData(TypedDict):
    type: Literal['order_cancelled']
    retryable: Literal[False]
    order_id: int

class OrderCancelled(OctavoError):
    """The order was cancelled."""

    type: ClassVar[str] = "order_cancelled"
    data: OrderCancelledData

class DeliveryExistsData(TypedDict):
    type: Literal['delivery_exists']
    retryable: Literal[False]
    order_id: int
    delivery_id: int
    status: str

class DeliveryExists(OctavoError):
    """The order has a delivery under way, or one that has arrived; nothing was scheduled."""

    type: ClassVar[str] = "delivery_exists"
    data: DeliveryExistsData

class InvalidTransitionData(TypedDict):
    type: Literal['invalid_transition']
    retryable: Literal[False]
    delivery_id: int
    status: str
    requested: str
    allowed: builtins.list[str]

class InvalidTransition(OctavoError):
    """The delivery cannot go from its status to the one asked for; `allowed` are those it can."""

    type: ClassVar[str] = "invalid_transition"
    data: InvalidTransitionData

class TotalChangedData(TypedDict):
    type: Literal['total_changed']
    retryable: Literal[False]
    expected: float
    actual: float

class TotalChanged(OctavoError):
    """The total rose above the one that was expected; nothing was ordered and nothing charged."""

    type: ClassVar[str] = "total_changed"
    data: TotalChangedData

class OrderShippedData(TypedDict):
    type: Literal['order_shipped']
    retryable: Literal[False]
    order_id: int
    delivery_id: int
    status: str

class OrderShipped(OctavoError):
    """A delivery is out or has arrived, so the order can't be cancelled; see orders.return."""

    type: ClassVar[str] = "order_shipped"
    data: OrderShippedData

class OrderNotShippedData(TypedDict):
    type: Literal['order_not_shipped']
    retryable: Literal[False]
    order_id: int

class OrderNotShipped(OctavoError):
    """No delivery is out or has arrived, so nothing can come back; see orders.cancel."""

    type: ClassVar[str] = "order_not_shipped"
    data: OrderNotShippedData

class NoCopiesData(TypedDict):
    type: Literal['no_copies']
    retryable: Literal[False]
    book_id: int

class NoCopies(OctavoError):
    """The book is in the catalogue, but has no copies for loan."""

    type: ClassVar[str] = "no_copies"
    data: NoCopiesData

class AlreadyOnLoanData(TypedDict):
    type: Literal['already_on_loan']
    retryable: Literal[False]
    member_id: int
    book_id: int
    loan_id: int
    due_at: str

class AlreadyOnLoan(OctavoError):
    """The member has a copy of this book on loan; one at a time."""

    type: ClassVar[str] = "already_on_loan"
    data: AlreadyOnLoanData

class CopiesAvailableData(TypedDict):
    type: Literal['copies_available']
    retryable: Literal[False]
    book_id: int
    available: int

class CopiesAvailable(OctavoError):
    """Copies are free, so there is nothing to wait for: check one out."""

    type: ClassVar[str] = "copies_available"
    data: CopiesAvailableData

class AlreadyReservedData(TypedDict):
    type: Literal['already_reserved']
    retryable: Literal[False]
    member_id: int
    book_id: int
    position: int | None
    estimated_ready_at: str | None
    estimate_reason: Any

class AlreadyReserved(OctavoError):
    """The member waits for this book already, or a copy is held for the member."""

    type: ClassVar[str] = "already_reserved"
    data: AlreadyReservedData

class NotReadyData(TypedDict):
    type: Literal['not_ready']
    retryable: Literal[False]
    member_id: int
    book_id: int
    position: int | None
    estimated_ready_at: str | None
    estimate_reason: Any

class NotReady(OctavoError):
    """No copy is held for the member; `position` is null for a member who does not wait."""

    type: ClassVar[str] = "not_ready"
    data: NotReadyData

class NotOnLoanData(TypedDict):
    type: Literal['not_on_loan']
    retryable: Literal[False]
    member_id: int
    book_id: int

class NotOnLoan(OctavoError):
    """The member does not have this book on loan."""

    type: ClassVar[str] = "not_on_loan"
    data: NotOnLoanData

class NotReservedData(TypedDict):
    type: Literal['not_reserved']
    retryable: Literal[False]
    member_id: int
    book_id: int

class NotReserved(OctavoError):
    """The member has no open reservation of this book."""

    type: ClassVar[str] = "not_reserved"
    data: NotReservedData

class CopiesInUseData(TypedDict):
    type: Literal['copies_in_use']
    retryable: Literal[False]
    book_id: int
    copies: int
    on_loan: int
    held: int
    copies_min: int

class CopiesInUse(OctavoError):
    """More copies are out or held than the book was to have."""

    type: ClassVar[str] = "copies_in_use"
    data: CopiesInUseData

class LoanLimitReachedData(TypedDict):
    type: Literal['loan_limit_reached']
    retryable: Literal[False]
    member_id: int
    open_loans: int
    loans_max: int

class LoanLimitReached(OctavoError):
    """The member has as many books on loan as one may have."""

    type: ClassVar[str] = "loan_limit_reached"
    data: LoanLimitReachedData

class RenewalLimitReachedData(TypedDict):
    type: Literal['renewal_limit_reached']
    retryable: Literal[False]
    loan_id: int
    renewals: int
    renewals_max: int
    due_at: str

class RenewalLimitReached(OctavoError):
    """The loan has been renewed as often as it may be."""

    type: ClassVar[str] = "renewal_limit_reached"
    data: RenewalLimitReachedData

class OthersWaitingData(TypedDict):
    type: Literal['others_waiting']
    retryable: Literal[False]
    book_id: int
    queue_length: int
    due_at: str

class OthersWaiting(OctavoError):
    """Other members wait for this book, so a loan of it is not renewed."""

    type: ClassVar[str] = "others_waiting"
    data: OthersWaitingData

class NobodyBehindData(TypedDict):
    type: Literal['nobody_behind']
    retryable: Literal[False]
    member_id: int
    book_id: int

class NobodyBehind(OctavoError):
    """Nobody is behind the member in the queue, so there is nobody to let go first."""

    type: ClassVar[str] = "nobody_behind"
    data: NobodyBehindData

class MemberBlockedData(TypedDict):
    type: Literal['member_blocked']
    retryable: Literal[False]
    member_id: int
    overdue: int
    fines: float

class MemberBlocked(OctavoError):
    """The member has overdue loans or fines, and gets no new loan until they are settled."""

    type: ClassVar[str] = "member_blocked"
    data: MemberBlockedData

class MemberArchivedData(TypedDict):
    type: Literal['member_archived']
    retryable: Literal[False]
    member_id: int

class MemberArchived(OctavoError):
    """The member has left the library; members.unarchive takes one back."""

    type: ClassVar[str] = "member_archived"
    data: MemberArchivedData

class InsufficientFundsData(TypedDict):
    type: Literal['insufficient_funds']
    retryable: Literal[False]
    user_id: NotRequired[int]
    store_id: NotRequired[int]
    price: NotRequired[float]
    amount: NotRequired[float]
    balance: float

class InsufficientFunds(OctavoError):
    """The user, or the store that pays back, has less cash than is to be paid; nothing was."""

    type: ClassVar[str] = "insufficient_funds"
    data: InsufficientFundsData

class PriceChangedData(TypedDict):
    type: Literal['price_changed']
    retryable: Literal[False]
    listing_id: int
    expected_price: float
    price: float

class PriceChanged(OctavoError):
    """The price rose above the one that the buyer expected; nothing was bought."""

    type: ClassVar[str] = "price_changed"
    data: PriceChangedData

class AlreadyRefundedData(TypedDict):
    type: Literal['already_refunded']
    retryable: Literal[False]
    purchase_id: int
    refunded_at: str

class AlreadyRefunded(OctavoError):
    """The purchase was refunded before; nothing was paid back now."""

    type: ClassVar[str] = "already_refunded"
    data: AlreadyRefundedData

class ParseErrorData(TypedDict):
    type: Literal['parse_error']
    retryable: bool
    detail: NotRequired[str]

class ParseError(OctavoError):
    """The body is not JSON: bad syntax, NaN, or an object with a name twice."""

    type: ClassVar[str] = "parse_error"
    data: ParseErrorData

class InvalidRequestData(TypedDict):
    type: Literal['invalid_request']
    retryable: bool
    detail: NotRequired[str]

class InvalidRequest(OctavoError):
    """An element is not a request object; the others of its batch go on."""

    type: ClassVar[str] = "invalid_request"
    data: InvalidRequestData

class MethodNotFoundData(TypedDict):
    type: Literal['method_not_found']
    retryable: bool
    detail: NotRequired[str]
    method: str

class MethodNotFound(OctavoError):
    """No method has that name."""

    type: ClassVar[str] = "method_not_found"
    data: MethodNotFoundData

class InternalErrorData(TypedDict):
    type: Literal['internal_error']
    retryable: bool
    detail: NotRequired[str]
    correlation_id: str

class InternalError(OctavoError):
    """A fault of ours; `correlation_id` finds it in the log."""

    type: ClassVar[str] = "internal_error"
    data: InternalErrorData

class ResponseTooLargeData(TypedDict):
    type: Literal['response_too_large']
    retryable: bool
    detail: NotRequired[str]
    executed: bool
    response_bytes_max: int

class ResponseTooLarge(OctavoError):
    """The response is full; `executed` says whether the call ran."""

    type: ClassVar[str] = "response_too_large"
    data: ResponseTooLargeData

class RequestTooLargeData(TypedDict):
    type: Literal['request_too_large']
    retryable: bool
    detail: NotRequired[str]
    body_bytes_max: int

class RequestTooLarge(OctavoError):
    """The body is over the limit."""

    type: ClassVar[str] = "request_too_large"
    data: RequestTooLargeData

class BatchTooLargeData(TypedDict):
    type: Literal['batch_too_large']
    retryable: bool
    detail: NotRequired[str]
    calls: int
    calls_max: int

class BatchTooLarge(OctavoError):
    """The batch holds too many calls."""

    type: ClassVar[str] = "batch_too_large"
    data: BatchTooLargeData


_KINDS: Final[dict[str, builtins.type[OctavoError]]] = {
    kind.type: kind
    for kind in (
        InvalidParams,
        RateLimited,
        Busy,
        StorageUnavailable,
        Forbidden,
        TimedOut,
        Unauthenticated,
        NotFound,
        Conflict,
        IdempotencyKeyReused,
        RequestInProgress,
        OutOfStock,
        RefundExceedsSale,
        BookPriceChanged,
        BookArchived,
        InsufficientStock,
        PaymentDeclined,
        PaymentFailed,
        PaymentTimedOut,
        PaymentUndecided,
        OrderPending,
        OrderNotPaid,
        OrderCancelled,
        DeliveryExists,
        InvalidTransition,
        TotalChanged,
        OrderShipped,
        OrderNotShipped,
        NoCopies,
        AlreadyOnLoan,
        CopiesAvailable,
        AlreadyReserved,
        NotReady,
        NotOnLoan,
        NotReserved,
        CopiesInUse,
        LoanLimitReached,
        RenewalLimitReached,
        OthersWaiting,
        NobodyBehind,
        MemberBlocked,
        MemberArchived,
        InsufficientFunds,
        PriceChanged,
        AlreadyRefunded,
        ParseError,
        InvalidRequest,
        MethodNotFound,
        InternalError,
        ResponseTooLarge,
        RequestTooLarge,
        BatchTooLarge,
    )
}


def _error_of(error: dict[str, Any]) -> OctavoError:
    data = error.get("data") or {}
    kind = _KINDS.get(data.get("type", ""), OctavoError)
    return kind(error["code"], error["message"], data)


# Calls

Result = TypeVar("Result", covariant=True)
_Send = Callable[..., Any]
_Queue = Callable[..., "Later[Any]"]
_IDS: Final = itertools.count(1)


class Later(Generic[Result]):
    """A call of a batch: its result is there when the batch has been sent."""

    def __init__(self, method: str, params: dict[str, Any], *, changes: bool) -> None:
        given = {name: value for name, value in params.items() if value is not None}
        if changes:
            given.setdefault(IDEMPOTENCY_KEY, str(uuid.uuid4()))
        named = {name: None if each is _Null.NULL else each for name, each in given.items()}
        self.request: Final = {
            "jsonrpc": "2.0",
            "method": method,
            "params": named,
            "id": next(_IDS),
        }
        self._result: Any = None
        self._error: OctavoError | None = None
        self._is_settled = False

    def settle(self, answer: dict[str, Any]) -> None:
        """Take the service's answer."""
        self._is_settled = True
        self._result = answer.get("result")
        self._error = _error_of(answer["error"]) if "error" in answer else None

    def fail(self, error: OctavoError) -> None:
        """Take that there was no answer."""
        self._is_settled = True
        self._error = error

    @property
    def error(self) -> OctavoError | None:
        """The error, if the call was refused."""
        return self._error

    def result(self) -> Result:
        """The result. Raises the error of the call; RuntimeError before the batch was sent."""
        if not self._is_settled:
            raise RuntimeError("the batch has not been sent; leave its `with` block first")
        if self._error is not None:
            raise self._error
        return cast("Result", self._result)


class _Line:
    """Sends calls, and sends those again that may succeed later."""

    def __init__(self, url: str, key: str | None, deadline_s: float) -> None:
        self._url = url
        self._headers = {"Content-Type": "application/json"}
        if key is not None:
            self._headers["X-API-Key"] = key
        self._deadline_s = deadline_s

    def perform(self, calls: builtins.list[Later[Any]], *, as_batch: bool) -> None:
        """Settle calls."""
        deadline = time.monotonic() + self._deadline_s
        pause = PAUSE_S
        while calls:
            asked = self._send(calls, as_batch, max(deadline - time.monotonic(), PAUSE_S))
            calls = [each for each in calls if each.error is not None and each.error.retryable]
            wait = max(asked, pause * random.uniform(0.5, 1.0))
            if not calls or time.monotonic() + wait > deadline:
                return
            time.sleep(wait)
            pause = min(pause * 2, PAUSE_S_MAX)

    def _send(self, calls: builtins.list[Later[Any]], as_batch: bool, timeout_s: float) -> float:
        """Send calls once; the seconds after which the service wants them again."""
        requests = [each.request for each in calls]
        body = json.dumps(requests if as_batch else requests[0], allow_nan=False).encode()
        try:
            status, after, text = self._post(body, timeout_s)
        except (OSError, http.client.HTTPException) as failure:
            for each in calls:
                each.fail(NoAnswer(f"no answer from {self._url}: {failure!r}"))
            return 0.0
        answers = _answers(text)
        whole = answers.get(None)
        for each in calls:
            answer = answers.get(cast("int", each.request["id"]), whole)
            if answer is None:
                each.fail(NoAnswer(f"{self._url} answered {status}, and not to this call"))
            else:
                each.settle(answer)
        asked: builtins.list[float] = [
            each.error.data.get("retry_after_s", 0.0) for each in calls if each.error
        ]
        return max([after, *asked])

    def _post(self, body: bytes, timeout_s: float) -> tuple[int, float, bytes]:
        """The status, the seconds of Retry-After, and the body that answer."""
        request = urllib.request.Request(self._url, body, self._headers)
        try:
            with urllib.request.urlopen(request, timeout=timeout_s) as response:
                return response.status, 0.0, response.read()
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, _seconds(refusal.headers.get("Retry-After")), refusal.read()


def _seconds(text: str | None) -> float:
    try:
        return max(float(text or 0), 0.0)
    except ValueError:
        return 0.0


def _answers(text: bytes) -> dict[int | None, dict[str, Any]]:
    """The answers by their ids; one without an id is for all calls."""
    try:
        answer = json.loads(text)
    except ValueError:
        return {}
    each_one = answer if isinstance(answer, builtins.list) else [answer]
    return {
        each.get("id"): each
        for each in each_one
        if isinstance(each, dict) and ("result" in each or "error" in each)
    }


class BooksMethods:
    """books.*"""

    def __init__(self, send: _Send) -> None:
        self._send = send

    def create(self, *, title: str, authors: builtins.list[str], pages: int, price: float, isbn: str | None = None, quantity: int | None = None, idempotency_key: str | None = None) -> Book:
        """Add a book to the catalogue with its first copies.

        An ISBN that another book has is a conflict.

        title: Title.
        authors: Names of the authors, in the order of the title page.
        pages: Number of pages.
        price: Price of one copy; in major units, at most two decimals.
        isbn: ISBN-10 or ISBN-13, hyphens allowed; stored as ISBN-13.
        quantity: Copies on hand.
        """
        return cast("Book", self._send("books.create", {"title": title, "authors": authors, "pages": pages, "price": price, "isbn": isbn, "quantity": quantity, "idempotency_key": idempotency_key}, changes=True))

    def get(self, *, id: int | None = None, isbn: str | None = None) -> Book:
        """Get one book, by its id or by its ISBN.

        id: The book's id.
        isbn: ISBN-10 or ISBN-13, hyphens allowed; stored as ISBN-13.
        """
        return cast("Book", self._send("books.get", {"id": id, "isbn": isbn}, changes=False))

    def list(self, *, author: str | None = None, title: str | None = None, min_price: float | None = None, max_price: float | None = None, in_stock: bool | None = None, archived: bool | None = None, sort: Literal['id', 'title', 'price'] | None = None, order: Literal['asc', 'desc'] | None = None, limit: int | None = None, cursor: str | None = None) -> BookPage:
        """List the books that match all filters, a page at a time.

        `author` and `title` find whole words; case and accents do not matter. All words of
        `author` must be in one author's name. Titles sort by their words.

        author: Whole words to find; case and accents do not matter.
        title: Whole words to find; case and accents do not matter.
        min_price: Lowest price, included; in major units, at most two decimals.
        max_price: Highest price, included; in major units, at most two decimals.
        in_stock: Only books with copies, or without.
        archived: Archived books alone.
        sort: What to sort by.
        order: Direction of the sort.
        """
        return cast("BookPage", self._send("books.list", {"author": author, "title": title, "min_price": min_price, "max_price": max_price, "in_stock": in_stock, "archived": archived, "sort": sort, "order": order, "limit": limit, "cursor": cursor}, changes=False))

    def update(self, *, id: int, title: str | None = None, authors: builtins.list[str] | None = None, pages: int | None = None, price: float | None = None, isbn: str | None | Unset = UNSET, idempotency_key: str | None = None) -> Book:
        """Change the given fields of a book; past sales do not change.

        An `isbn` of null takes it away.

        id: The book's id.
        title: Title.
        authors: Names of the authors, in the order of the title page.
        pages: Number of pages.
        price: Price of one copy; in major units, at most two decimals.
        isbn: ISBN-10 or ISBN-13, hyphens allowed; stored as ISBN-13.
        """
        return cast("Book", self._send("books.update", {"id": id, "title": title, "authors": authors, "pages": pages, "price": price, "isbn": _nullable(isbn), "idempotency_key": idempotency_key}, changes=True))

    def restock(self, *, id: int, quantity: int, idempotency_key: str | None = None) -> Book:
        """Add copies of a book to its stock.

        id: The book's id.
        quantity: Number of copies.
        """
        return cast("Book", self._send("books.restock", {"id": id, "quantity": quantity, "idempotency_key": idempotency_key}, changes=True))

    def set_stock(self, *, id: int, quantity: int, expected_quantity: int, idempotency_key: str | None = None) -> Book:
        """Set a book's stock after a count, if the stock is the number that you expect.

        If it is not, the conflict gives the real number in `actual_quantity`.

        id: The book's id.
        quantity: Copies on hand.
        expected_quantity: Copies on hand.
        """
        return cast("Book", self._send("books.set_stock", {"id": id, "quantity": quantity, "expected_quantity": expected_quantity, "idempotency_key": idempotency_key}, changes=True))

    def archive(self, *, id: int, idempotency_key: str | None = None) -> Book:
        """Take a book out of the catalogue.

        It is not sold, ordered or lent anew, nor listed or found; its history stays, and copies on loan
        come back as ever. Archiving again changes nothing.

        id: The book's id.
        """
        return cast("Book", self._send("books.archive", {"id": id, "idempotency_key": idempotency_key}, changes=True))

    def unarchive(self, *, id: int, idempotency_key: str | None = None) -> Book:
        """Put an archived book back into the catalogue. Doing it again changes nothing.

        id: The book's id.
        """
        return cast("Book", self._send("books.unarchive", {"id": id, "idempotency_key": idempotency_key}, changes=True))

class BooksInBatch:
    """books.*, in a batch"""

    def __init__(self, send: _Queue) -> None:
        self._send = send

    def create(self, *, title: str, authors: builtins.list[str], pages: int, price: float, isbn: str | None = None, quantity: int | None = None, idempotency_key: str | None = None) -> Later[Book]:
        return cast("Later[Book]", self._send("books.create", {"title": title, "authors": authors, "pages": pages, "price": price, "isbn": isbn, "quantity": quantity, "idempotency_key": idempotency_key}, changes=True))

    def get(self, *, id: int | None = None, isbn: str | None = None) -> Later[Book]:
        return cast("Later[Book]", self._send("books.get", {"id": id, "isbn": isbn}, changes=False))

    def list(self, *, author: str | None = None, title: str | None = None, min_price: float | None = None, max_price: float | None = None, in_stock: bool | None = None, archived: bool | None = None, sort: Literal['id', 'title', 'price'] | None = None, order: Literal['asc', 'desc'] | None = None, limit: int | None = None, cursor: str | None = None) -> Later[BookPage]:
        return cast("Later[BookPage]", self._send("books.list", {"author": author, "title": title, "min_price": min_price, "max_price": max_price, "in_stock": in_stock, "archived": archived, "sort": sort, "order": order, "limit": limit, "cursor": cursor}, changes=False))

    def update(self, *, id: int, title: str | None = None, authors: builtins.list[str] | None = None, pages: int | None = None, price: float | None = None, isbn: str | None | Unset = UNSET, idempotency_key: str | None = None) -> Later[Book]:
        return cast("Later[Book]", self._send("books.update", {"id": id, "title": title, "authors": authors, "pages": pages, "price": price, "isbn": _nullable(isbn), "idempotency_key": idempotency_key}, changes=True))

    def restock(self, *, id: int, quantity: int, idempotency_key: str | None = None) -> Later[Book]:
        return cast("Later[Book]", self._send("books.restock", {"id": id, "quantity": quantity, "idempotency_key": idempotency_key}, changes=True))

    def set_stock(self, *, id: int, quantity: int, expected_quantity: int, idempotency_key: str | None = None) -> Later[Book]:
        return cast("Later[Book]", self._send("books.set_stock", {"id": id, "quantity": quantity, "expected_quantity": expected_quantity, "idempotency_key": idempotency_key}, changes=True))

    def archive(self, *, id: int, idempotency_key: str | None = None) -> Later[Book]:
        return cast("Later[Book]", self._send("books.archive", {"id": id, "idempotency_key": idempotency_key}, changes=True))

    def unarchive(self, *, id: int, idempotency_key: str | None = None) -> Later[Book]:
        return cast("Later[Book]", self._send("books.unarchive", {"id": id, "idempotency_key": idempotency_key}, changes=True))

class AuthorsMethods:
    """authors.*"""

    def __init__(self, send: _Send) -> None:
        self._send = send

    def list(self, *, query: str | None = None, limit: int | None = None, cursor: str | None = None) -> AuthorPage:
        """List authors by name, each with the number of books; archived books do not count.

        `query` finds names with all of its words, whole or begun; case and accents do not matter.

        query: Words of the name, or their beginnings.
        """
        return cast("AuthorPage", self._send("authors.list", {"query": query, "limit": limit, "cursor": cursor}, changes=False))

class AuthorsInBatch:
    """authors.*, in a batch"""

    def __init__(self, send: _Queue) -> None:
        self._send = send

    def list(self, *, query: str | None = None, limit: int | None = None, cursor: str | None = None) -> Later[AuthorPage]:
        return cast("Later[AuthorPage]", self._send("authors.list", {"query": query, "limit": limit, "cursor": cursor}, changes=False))

class SalesMethods:
    """sales.*"""

    def __init__(self, send: _Send) -> None:
        self._send = send

    def create(self, *, book_id: int, quantity: int | None = None, expected_price: float | None = None, idempotency_key: str | None = None) -> NewSale:
        """Sell copies of a book at its present price; all of them or none.

        With `expected_price`, a price that rose above it is refused; one that fell is taken.

        book_id: The book's id.
        quantity: Number of copies.
        expected_price: The most that a copy was to cost; in major units, at most two decimals.
        """
        return cast("NewSale", self._send("sales.create", {"book_id": book_id, "quantity": quantity, "expected_price": expected_price, "idempotency_key": idempotency_key}, changes=True))

    def refund(self, *, sale_id: int, quantity: int | None = None, restock: bool | None = None, idempotency_key: str | None = None) -> Refund:
        """Take copies of a sale back at the price they were sold for, never more than were sold.

        If the sale belongs to an order, the payment gateway pays the money back.

        sale_id: The sale's id.
        quantity: Copies; all that are left if left out.
        restock: Whether the copies go back into stock.
        """
        return cast("Refund", self._send("sales.refund", {"sale_id": sale_id, "quantity": quantity, "restock": restock, "idempotency_key": idempotency_key}, changes=True))

    def get(self, *, id: int) -> Sale:
        """Get one sale.

        id: The sale's id.
        """
        return cast("Sale", self._send("sales.get", {"id": id}, changes=False))

    def list(self, *, book_id: int | None = None, from_: str | None = None, to: str | None = None, limit: int | None = None, cursor: str | None = None, time_zone: str | None = None) -> SalePage:
        """List sales by id, a page at a time.

        book_id: The book's id.
        from_: Start: a date means from that day on, a datetime is an instant (included); without an offset it is by the clock of `time_zone`.
        to: End: a date includes that whole day, a datetime is an instant (excluded); without an offset it is by the clock of `time_zone`.
        time_zone: IANA time zone whose days and clock `from` and `to` mean.
        """
        return cast("SalePage", self._send("sales.list", {"book_id": book_id, "from": from_, "to": to, "limit": limit, "cursor": cursor, "time_zone": time_zone}, changes=False))

    def totals(self, *, from_: str | None = None, to: str | None = None, time_zone: str | None = None) -> TotalSales:
        """Add up the sales made and the refunds given in a period.

        A refund counts in the period in which it is given, whenever its sale was made. Without sales
        and refunds, all are zeros.

        from_: Start: a date means from that day on, a datetime is an instant (included); without an offset it is by the clock of `time_zone`.
        to: End: a date includes that whole day, a datetime is an instant (excluded); without an offset it is by the clock of `time_zone`.
        time_zone: IANA time zone whose days and clock `from` and `to` mean.
        """
        return cast("TotalSales", self._send("sales.totals", {"from": from_, "to": to, "time_zone": time_zone}, changes=False))

    def average_pages(self, *, from_: str | None = None, to: str | None = None, time_zone: str | None = None) -> AveragePages:
        """Average the pages of the copies sold in a period, without those refunded since.

        Weighted by copies; null when there are none.

        from_: Start: a date means from that day on, a datetime is an instant (included); without an offset it is by the clock of `time_zone`.
        to: End: a date includes that whole day, a datetime is an instant (excluded); without an offset it is by the clock of `time_zone`.
        time_zone: IANA time zone whose days and clock `from` and `to` mean.
        """
        return cast("AveragePages", self._send("sales.average_pages", {"from": from_, "to": to, "time_zone": time_zone}, changes=False))

class SalesInBatch:
    """sales.*, in a batch"""

    def __init__(self, send: _Queue) -> None:
        self._send = send

    def create(self, *, book_id: int, quantity: int | None = None, expected_price: float | None = None, idempotency_key: str | None = None) -> Later[NewSale]:
        return cast("Later[NewSale]", self._send("sales.create", {"book_id": book_id, "quantity": quantity, "expected_price": expected_price, "idempotency_key": idempotency_key}, changes=True))

    def refund(self, *, sale_id: int, quantity: int | None = None, restock: bool | None = None, idempotency_key: str | None = None) -> Later[Refund]:
        return cast("Later[Refund]", self._send("sales.refund", {"sale_id": sale_id, "quantity": quantity, "restock": restock, "idempotency_key": idempotency_key}, changes=True))

    def get(self, *, id: int) -> Later[Sale]:
        return cast("Later[Sale]", self._send("sales.get", {"id": id}, changes=False))

    def list(self, *, book_id: int | None = None, from_: str | None = None, to: str | None = None, limit: int | None = None, cursor: str | None = None, time_zone: str | None = None) -> Later[SalePage]:
        return cast("Later[SalePage]", self._send("sales.list", {"book_id": book_id, "from": from_, "to": to, "limit": limit, "cursor": cursor, "time_zone": time_zone}, changes=False))

    def totals(self, *, from_: str | None = None, to: str | None = None, time_zone: str | None = None) -> Later[TotalSales]:
        return cast("Later[TotalSales]", self._send("sales.totals", {"from": from_, "to": to, "time_zone": time_zone}, changes=False))

    def average_pages(self, *, from_: str | None = None, to: str | None = None, time_zone: str | None = None) -> Later[AveragePages]:
        return cast("Later[AveragePages]", self._send("sales.average_pages", {"from": from_, "to": to, "time_zone": time_zone}, changes=False))

class OrdersMethods:
    """orders.*"""

    def __init__(self, send: _Send) -> None:
        self._send = send

    def quote(self, *, items: builtins.list[OrderItem]) -> Quote:
        """Tell what an order would come to now, and whether all of it is on hand; reserve nothing.

        items: Books and how many copies of each.
        """
        return cast("Quote", self._send("orders.quote", {"items": items}, changes=False))

    def place(self, *, items: builtins.list[OrderItem], customer: Customer, payment: PaymentMethod, expected_total: float | None = None, address: Address | None = None, idempotency_key: str | None = None) -> Order:
        """Order copies of several books and pay for them; all of them or none.

        Copies of a book that is named twice are added up. First the copies are reserved, then the
        payment is taken, then the order is paid and its lines are sales. When the payment is declined
        (final) or fails (may be tried again), the copies are free again. A free order asks no gateway.
        With `expected_total`, a total that rose above it is refused before any payment. Without an
        idempotency key a repetition orders again.

        items: Books and how many copies of each.
        customer: Who buys.
        payment: Which card is charged.
        expected_total: The most that the order was to come to; in major units, at most two decimals.
        address: Where to deliver to, as the country's rules want it.
        """
        return cast("Order", self._send("orders.place", {"items": items, "customer": customer, "payment": payment, "expected_total": expected_total, "address": address, "idempotency_key": idempotency_key}, changes=True))

    def get(self, *, id: int) -> Order:
        """Get one order, with all its deliveries.

        id: The order's id.
        """
        return cast("Order", self._send("orders.get", {"id": id}, changes=False))

    def list(self, *, status: Literal['pending', 'paid', 'partially_refunded', 'refunded', 'declined', 'failed', 'cancelled'] | None = None, email: str | None = None, from_: str | None = None, to: str | None = None, time_zone: str | None = None, limit: int | None = None, cursor: str | None = None) -> OrderPage:
        """List orders in the order in which they were placed, a page at a time.

        `from` and `to` are about when they were placed. The case of `email` does not matter.

        status: Only orders with this status.
        email: E-mail address.
        from_: Start: a date means from that day on, a datetime is an instant (included); without an offset it is by the clock of `time_zone`.
        to: End: a date includes that whole day, a datetime is an instant (excluded); without an offset it is by the clock of `time_zone`.
        time_zone: IANA time zone whose days and clock `from` and `to` mean.
        """
        return cast("OrderPage", self._send("orders.list", {"status": status, "email": email, "from": from_, "to": to, "time_zone": time_zone, "limit": limit, "cursor": cursor}, changes=False))

    def cancel(self, *, order_id: int, idempotency_key: str | None = None) -> Order:
        """Cancel a paid order: refund and restock exactly what was not refunded before.

        A delivery that has not left is cancelled with it; once one is out or has arrived, orders.return
        takes the copies back. Cancelling again changes nothing. The gateway pays the money back right
        after; until then `payment.refund_pending` shows it.

        order_id: The order's id.
        """
        return cast("Order", self._send("orders.cancel", {"order_id": order_id, "idempotency_key": idempotency_key}, changes=True))

    def return_(self, *, order_id: int, items: builtins.list[ReturnedItem] | None = None, restock: bool | None = None, idempotency_key: str | None = None) -> Order:
        """Take copies of an order back that are out or were delivered, each once.

        They are refunded at the price they were sold for; the gateway pays the money back right after.

        order_id: The order's id.
        items: Books and how many copies of each; all that are left if left out.
        restock: Whether the copies go back into stock.
        """
        return cast("Order", self._send("orders.return", {"order_id": order_id, "items": items, "restock": restock, "idempotency_key": idempotency_key}, changes=True))

class OrdersInBatch:
    """orders.*, in a batch"""

    def __init__(self, send: _Queue) -> None:
        self._send = send

    def quote(self, *, items: builtins.list[OrderItem]) -> Later[Quote]:
        return cast("Later[Quote]", self._send("orders.quote", {"items": items}, changes=False))

    def place(self, *, items: builtins.list[OrderItem], customer: Customer, payment: PaymentMethod, expected_total: float | None = None, address: Address | None = None, idempotency_key: str | None = None) -> Later[Order]:
        return cast("Later[Order]", self._send("orders.place", {"items": items, "customer": customer, "payment": payment, "expected_total": expected_total, "address": address, "idempotency_key": idempotency_key}, changes=True))

    def get(self, *, id: int) -> Later[Order]:
        return cast("Later[Order]", self._send("orders.get", {"id": id}, changes=False))

    def list(self, *, status: Literal['pending', 'paid', 'partially_refunded', 'refunded', 'declined', 'failed', 'cancelled'] | None = None, email: str | None = None, from_: str | None = None, to: str | None = None, time_zone: str | None = None, limit: int | None = None, cursor: str | None = None) -> Later[OrderPage]:
        return cast("Later[OrderPage]", self._send("orders.list", {"status": status, "email": email, "from": from_, "to": to, "time_zone": time_zone, "limit": limit, "cursor": cursor}, changes=False))

    def cancel(self, *, order_id: int, idempotency_key: str | None = None) -> Later[Order]:
        return cast("Later[Order]", self._send("orders.cancel", {"order_id": order_id, "idempotency_key": idempotency_key}, changes=True))

    def return_(self, *, order_id: int, items: builtins.list[ReturnedItem] | None = None, restock: bool | None = None, idempotency_key: str | None = None) -> Later[Order]:
        return cast("Later[Order]", self._send("orders.return", {"order_id": order_id, "items": items, "restock": restock, "idempotency_key": idempotency_key}, changes=True))

class DeliveriesMethods:
    """deliveries.*"""

    def __init__(self, send: _Send) -> None:
        self._send = send

    def schedule(self, *, order_id: int, address: Address | None = None, date: str | None = None, idempotency_key: str | None = None) -> Delivery:
        """Plan the delivery of a paid order that is not refunded in full.

        It goes to the order's own address unless another is given, which has to be as its country
        wants it. An order has one delivery under way, and none after one that has arrived. A date is
        past when it is so in every time zone.

        order_id: The order's id.
        address: Where to deliver to, as the country's rules want it.
        date: The day to deliver on, if agreed.
        """
        return cast("Delivery", self._send("deliveries.schedule", {"order_id": order_id, "address": address, "date": date, "idempotency_key": idempotency_key}, changes=True))

    def get(self, *, id: int) -> Delivery:
        """Get one delivery.

        id: The delivery's id.
        """
        return cast("Delivery", self._send("deliveries.get", {"id": id}, changes=False))

    def list(self, *, order_id: int | None = None, status: Literal['scheduled', 'out_for_delivery', 'delivered', 'failed', 'cancelled'] | None = None, limit: int | None = None, cursor: str | None = None) -> DeliveryPage:
        """List deliveries by id, a page at a time.

        order_id: The order's id.
        status: Status of the delivery.
        """
        return cast("DeliveryPage", self._send("deliveries.list", {"order_id": order_id, "status": status, "limit": limit, "cursor": cursor}, changes=False))

    def update_status(self, *, id: int, status: Literal['scheduled', 'out_for_delivery', 'delivered', 'failed', 'cancelled'], idempotency_key: str | None = None) -> Delivery:
        """Move a delivery on.

        From scheduled to out_for_delivery to delivered; before that it may become failed or cancelled.
        It does not go out once all of its order is refunded.

        id: The delivery's id.
        status: Status of the delivery.
        """
        return cast("Delivery", self._send("deliveries.update_status", {"id": id, "status": status, "idempotency_key": idempotency_key}, changes=True))

class DeliveriesInBatch:
    """deliveries.*, in a batch"""

    def __init__(self, send: _Queue) -> None:
        self._send = send

    def schedule(self, *, order_id: int, address: Address | None = None, date: str | None = None, idempotency_key: str | None = None) -> Later[Delivery]:
        return cast("Later[Delivery]", self._send("deliveries.schedule", {"order_id": order_id, "address": address, "date": date, "idempotency_key": idempotency_key}, changes=True))

    def get(self, *, id: int) -> Later[Delivery]:
        return cast("Later[Delivery]", self._send("deliveries.get", {"id": id}, changes=False))

    def list(self, *, order_id: int | None = None, status: Literal['scheduled', 'out_for_delivery', 'delivered', 'failed', 'cancelled'] | None = None, limit: int | None = None, cursor: str | None = None) -> Later[DeliveryPage]:
        return cast("Later[DeliveryPage]", self._send("deliveries.list", {"order_id": order_id, "status": status, "limit": limit, "cursor": cursor}, changes=False))

    def update_status(self, *, id: int, status: Literal['scheduled', 'out_for_delivery', 'delivered', 'failed', 'cancelled'], idempotency_key: str | None = None) -> Later[Delivery]:
        return cast("Later[Delivery]", self._send("deliveries.update_status", {"id": id, "status": status, "idempotency_key": idempotency_key}, changes=True))

class MembersMethods:
    """members.*"""

    def __init__(self, send: _Send) -> None:
        self._send = send

    def create(self, *, name: str, email: str | None = None, idempotency_key: str | None = None) -> Member:
        """Add a member to the library.

        name: The member's name.
        email: E-mail address.
        """
        return cast("Member", self._send("members.create", {"name": name, "email": email, "idempotency_key": idempotency_key}, changes=True))

    def get(self, *, id: int) -> Member:
        """Get one member, with the number of books on loan.

        id: The member's id.
        """
        return cast("Member", self._send("members.get", {"id": id}, changes=False))

    def list(self, *, query: str | None = None, archived: bool | None = None, limit: int | None = None, cursor: str | None = None) -> MemberPage:
        """List members by id, a page at a time, all of them or those that a query finds.

        A query is words of the name or beginnings of them, in any order, or the whole e-mail address;
        case and accents do not matter.

        query: Words of the name, or their beginnings; or the e-mail address.
        archived: Those who have left, instead of the others.
        """
        return cast("MemberPage", self._send("members.list", {"query": query, "archived": archived, "limit": limit, "cursor": cursor}, changes=False))

    def update(self, *, id: int, name: str | None = None, email: str | None | Unset = UNSET, idempotency_key: str | None = None) -> Member:
        """Change a member's name or e-mail address; fields left out do not change.

        An `email` of null takes it away.

        id: The member's id.
        name: The member's name.
        email: E-mail address.
        """
        return cast("Member", self._send("members.update", {"id": id, "name": name, "email": _nullable(email), "idempotency_key": idempotency_key}, changes=True))

    def archive(self, *, id: int, idempotency_key: str | None = None) -> Member:
        """Let a member leave, who has no loans and owes nothing; reservations are cancelled.

        Copies held for the member pass to the next in the queue at once. What the member has borrowed
        stays in the lists and in the log.

        id: The member's id.
        """
        return cast("Member", self._send("members.archive", {"id": id, "idempotency_key": idempotency_key}, changes=True))

    def unarchive(self, *, id: int, idempotency_key: str | None = None) -> Member:
        """Take a member back who had left.

        id: The member's id.
        """
        return cast("Member", self._send("members.unarchive", {"id": id, "idempotency_key": idempotency_key}, changes=True))

class MembersInBatch:
    """members.*, in a batch"""

    def __init__(self, send: _Queue) -> None:
        self._send = send

    def create(self, *, name: str, email: str | None = None, idempotency_key: str | None = None) -> Later[Member]:
        return cast("Later[Member]", self._send("members.create", {"name": name, "email": email, "idempotency_key": idempotency_key}, changes=True))

    def get(self, *, id: int) -> Later[Member]:
        return cast("Later[Member]", self._send("members.get", {"id": id}, changes=False))

    def list(self, *, query: str | None = None, archived: bool | None = None, limit: int | None = None, cursor: str | None = None) -> Later[MemberPage]:
        return cast("Later[MemberPage]", self._send("members.list", {"query": query, "archived": archived, "limit": limit, "cursor": cursor}, changes=False))

    def update(self, *, id: int, name: str | None = None, email: str | None | Unset = UNSET, idempotency_key: str | None = None) -> Later[Member]:
        return cast("Later[Member]", self._send("members.update", {"id": id, "name": name, "email": _nullable(email), "idempotency_key": idempotency_key}, changes=True))

    def archive(self, *, id: int, idempotency_key: str | None = None) -> Later[Member]:
        return cast("Later[Member]", self._send("members.archive", {"id": id, "idempotency_key": idempotency_key}, changes=True))

    def unarchive(self, *, id: int, idempotency_key: str | None = None) -> Later[Member]:
        return cast("Later[Member]", self._send("members.unarchive", {"id": id, "idempotency_key": idempotency_key}, changes=True))

class LibraryMethods:
    """library.*"""

    def __init__(self, send: _Send) -> None:
        self._send = send

    def set_copies(self, *, book_id: int, copies: int, idempotency_key: str | None = None) -> Availability:
        """Set how many copies of a book are for loan, including those on loan or held.

        New copies go to the queue, in order. Copies for loan are separate from the stock for sale.

        book_id: The book's id.
        copies: Copies for loan, those on loan included.
        """
        return cast("Availability", self._send("library.set_copies", {"book_id": book_id, "copies": copies, "idempotency_key": idempotency_key}, changes=True))

    def availability(self, *, book_id: int) -> Availability:
        """Show where a book's copies are. A book that is not for loan has zeros.

        book_id: The book's id.
        """
        return cast("Availability", self._send("library.availability", {"book_id": book_id}, changes=False))

    def checkout(self, *, member_id: int, book_id: int, idempotency_key: str | None = None) -> Lending:
        """Lend a copy, or put the member into the queue if no copy is free.

        `outcome` is `loaned` with the loan, or `reserved` with the place in the queue and the time a
        copy is expected. A copy held for the member is lent and fulfils the reservation. Overdue loans,
        fines and the loan limit are checked when a copy would be lent, not when the member is put into
        the queue.

        member_id: The member's id.
        book_id: The book's id.
        """
        return cast("Lending", self._send("library.checkout", {"member_id": member_id, "book_id": book_id, "idempotency_key": idempotency_key}, changes=True))

    def return_(self, *, member_id: int, book_id: int, idempotency_key: str | None = None) -> Returned:
        """Take a copy back.

        If somebody waits, it is held for the first in the queue at once; `handed_to` names that member.
        A late return is fined if the operator has set a fine per day; `fine` tells how much.

        member_id: The member's id.
        book_id: The book's id.
        """
        return cast("Returned", self._send("library.return", {"member_id": member_id, "book_id": book_id, "idempotency_key": idempotency_key}, changes=True))

    def reserve(self, *, member_id: int, book_id: int, idempotency_key: str | None = None) -> Lending:
        """Put a member into the queue for a book that has no free copy.

        member_id: The member's id.
        book_id: The book's id.
        """
        return cast("Lending", self._send("library.reserve", {"member_id": member_id, "book_id": book_id, "idempotency_key": idempotency_key}, changes=True))

    def fulfill(self, *, member_id: int, book_id: int, idempotency_key: str | None = None) -> Lending:
        """Lend the copy that is held for the member.

        If no copy is held, the refusal gives the member's position in the queue and the time a copy
        is expected.

        member_id: The member's id.
        book_id: The book's id.
        """
        return cast("Lending", self._send("library.fulfill", {"member_id": member_id, "book_id": book_id, "idempotency_key": idempotency_key}, changes=True))

    def cancel_reservation(self, *, member_id: int, book_id: int, idempotency_key: str | None = None) -> PassedOn:
        """Leave the queue. A copy held for the member passes to the first in the queue at once.

        member_id: The member's id.
        book_id: The book's id.
        """
        return cast("PassedOn", self._send("library.cancel_reservation", {"member_id": member_id, "book_id": book_id, "idempotency_key": idempotency_key}, changes=True))

    def step_aside(self, *, member_id: int, book_id: int, idempotency_key: str | None = None) -> PassedOn:
        """Let the next in the queue go first, and stay right behind.

        A copy held for the member passes to the first who waits, and the member becomes the first in
        the queue. A member who waits changes places with the one behind.

        member_id: The member's id.
        book_id: The book's id.
        """
        return cast("PassedOn", self._send("library.step_aside", {"member_id": member_id, "book_id": book_id, "idempotency_key": idempotency_key}, changes=True))

    def renew(self, *, member_id: int, book_id: int, idempotency_key: str | None = None) -> Renewed:
        """Lengthen a loan by one period, while nobody waits for the book.

        The period counts from the due date, or from now if that is later.

        member_id: The member's id.
        book_id: The book's id.
        """
        return cast("Renewed", self._send("library.renew", {"member_id": member_id, "book_id": book_id, "idempotency_key": idempotency_key}, changes=True))

    def set_due_date(self, *, member_id: int, book_id: int, due_at: str, time_zone: str | None = None, idempotency_key: str | None = None) -> Renewed:
        """Give a loan another due date, as an exception; it does not count as a renewal.

        member_id: The member's id.
        book_id: The book's id.
        due_at: Any instant, past ones too; a date means until the end of that day.
        time_zone: IANA time zone whose days and clock `from` and `to` mean.
        """
        return cast("Renewed", self._send("library.set_due_date", {"member_id": member_id, "book_id": book_id, "due_at": due_at, "time_zone": time_zone, "idempotency_key": idempotency_key}, changes=True))

    def withdraw_copy(self, *, book_id: int, reason: Literal['lost', 'damaged', 'withdrawn'], member_id: int | None = None, idempotency_key: str | None = None) -> Withdrawn:
        """Take one copy of a book out of lending: it is lost, damaged or not wanted any more.

        With `member_id` it is the copy that this member has: the loan ends as lost, and is fined like a
        late return. Without, it is a free copy or, if there is none, a held one, whose member
        then waits again at the place of before. Nobody loses a place in the queue.

        book_id: The book's id.
        reason: Why the copy is not for loan any more: for the log.
        member_id: The member's id.
        """
        return cast("Withdrawn", self._send("library.withdraw_copy", {"book_id": book_id, "reason": reason, "member_id": member_id, "idempotency_key": idempotency_key}, changes=True))

    def queue(self, *, book_id: int, limit: int | None = None, cursor: str | None = None) -> QueuePage:
        """List those who wait for a book, in order, each with the time a copy is expected.

        Positions count from 1. Members with a held copy no longer wait: they are in `holds` of every
        page. The n-th place gets the n-th of the copies that are still to come; if it would rest on an
        overdue loan, `estimated_ready_at` is null and `estimate_reason` is `overdue`.

        book_id: The book's id.
        """
        return cast("QueuePage", self._send("library.queue", {"book_id": book_id, "limit": limit, "cursor": cursor}, changes=False))

    def loans(self, *, member_id: int | None = None, book_id: int | None = None, open: bool | None = None, overdue: bool | None = None, limit: int | None = None, cursor: str | None = None) -> LoanPage:
        """List loans, a page at a time, by id.

        With `overdue` true they come by due date, the longest overdue first; with `open` true and
        `overdue` false too, those due soonest first.

        member_id: The member's id.
        book_id: The book's id.
        open: Only loans not returned, or those returned.
        overdue: Only loans past their due date, or the others.
        """
        return cast("LoanPage", self._send("library.loans", {"member_id": member_id, "book_id": book_id, "open": open, "overdue": overdue, "limit": limit, "cursor": cursor}, changes=False))

    def reservations(self, *, member_id: int | None = None, book_id: int | None = None, status: Literal['waiting', 'ready'] | None = None, limit: int | None = None, cursor: str | None = None) -> ReservationPage:
        """List open reservations, a page at a time: by id, with `ready` those to be fetched soonest.

        member_id: The member's id.
        book_id: The book's id.
        status: `ready` is the holds shelf, `waiting` are those in a queue.
        """
        return cast("ReservationPage", self._send("library.reservations", {"member_id": member_id, "book_id": book_id, "status": status, "limit": limit, "cursor": cursor}, changes=False))

    def events(self, *, book_id: int | None = None, member_id: int | None = None, kind: EventKind | None = None, limit: int | None = None, cursor: str | None = None) -> EventPage:
        """List the circulation log, which only grows: of one book by event number, else by time.

        book_id: The book's id.
        member_id: The member's id.
        kind: Only events of that kind.
        """
        return cast("EventPage", self._send("library.events", {"book_id": book_id, "member_id": member_id, "kind": kind, "limit": limit, "cursor": cursor}, changes=False))

    def fines(self, *, member_id: int, limit: int | None = None, cursor: str | None = None) -> Fines:
        """Show what a member owes, and list the fines and payments that it is the sum of, by time.

        member_id: The member's id.
        """
        return cast("Fines", self._send("library.fines", {"member_id": member_id, "limit": limit, "cursor": cursor}, changes=False))

    def pay_fine(self, *, member_id: int, amount: float, idempotency_key: str | None = None) -> Fines:
        """Take what a member pays of the fines; the balance and all its rows are the answer.

        member_id: The member's id.
        amount: What the member pays, at most two decimals, more than 0; in major units, at most two decimals.
        """
        return cast("Fines", self._send("library.pay_fine", {"member_id": member_id, "amount": amount, "idempotency_key": idempotency_key}, changes=True))

class LibraryInBatch:
    """library.*, in a batch"""

    def __init__(self, send: _Queue) -> None:
        self._send = send

    def set_copies(self, *, book_id: int, copies: int, idempotency_key: str | None = None) -> Later[Availability]:
        return cast("Later[Availability]", self._send("library.set_copies", {"book_id": book_id, "copies": copies, "idempotency_key": idempotency_key}, changes=True))

    def availability(self, *, book_id: int) -> Later[Availability]:
        return cast("Later[Availability]", self._send("library.availability", {"book_id": book_id}, changes=False))

    def checkout(self, *, member_id: int, book_id: int, idempotency_key: str | None = None) -> Later[Lending]:
        return cast("Later[Lending]", self._send("library.checkout", {"member_id": member_id, "book_id": book_id, "idempotency_key": idempotency_key}, changes=True))

    def return_(self, *, member_id: int, book_id: int, idempotency_key: str | None = None) -> Later[Returned]:
        return cast("Later[Returned]", self._send("library.return", {"member_id": member_id, "book_id": book_id, "idempotency_key": idempotency_key}, changes=True))

    def reserve(self, *, member_id: int, book_id: int, idempotency_key: str | None = None) -> Later[Lending]:
        return cast("Later[Lending]", self._send("library.reserve", {"member_id": member_id, "book_id": book_id, "idempotency_key": idempotency_key}, changes=True))

    def fulfill(self, *, member_id: int, book_id: int, idempotency_key: str | None = None) -> Later[Lending]:
        return cast("Later[Lending]", self._send("library.fulfill", {"member_id": member_id, "book_id": book_id, "idempotency_key": idempotency_key}, changes=True))

    def cancel_reservation(self, *, member_id: int, book_id: int, idempotency_key: str | None = None) -> Later[PassedOn]:
        return cast("Later[PassedOn]", self._send("library.cancel_reservation", {"member_id": member_id, "book_id": book_id, "idempotency_key": idempotency_key}, changes=True))

    def step_aside(self, *, member_id: int, book_id: int, idempotency_key: str | None = None) -> Later[PassedOn]:
        return cast("Later[PassedOn]", self._send("library.step_aside", {"member_id": member_id, "book_id": book_id, "idempotency_key": idempotency_key}, changes=True))

    def renew(self, *, member_id: int, book_id: int, idempotency_key: str | None = None) -> Later[Renewed]:
        return cast("Later[Renewed]", self._send("library.renew", {"member_id": member_id, "book_id": book_id, "idempotency_key": idempotency_key}, changes=True))

    def set_due_date(self, *, member_id: int, book_id: int, due_at: str, time_zone: str | None = None, idempotency_key: str | None = None) -> Later[Renewed]:
        return cast("Later[Renewed]", self._send("library.set_due_date", {"member_id": member_id, "book_id": book_id, "due_at": due_at, "time_zone": time_zone, "idempotency_key": idempotency_key}, changes=True))

    def withdraw_copy(self, *, book_id: int, reason: Literal['lost', 'damaged', 'withdrawn'], member_id: int | None = None, idempotency_key: str | None = None) -> Later[Withdrawn]:
        return cast("Later[Withdrawn]", self._send("library.withdraw_copy", {"book_id": book_id, "reason": reason, "member_id": member_id, "idempotency_key": idempotency_key}, changes=True))

    def queue(self, *, book_id: int, limit: int | None = None, cursor: str | None = None) -> Later[QueuePage]:
        return cast("Later[QueuePage]", self._send("library.queue", {"book_id": book_id, "limit": limit, "cursor": cursor}, changes=False))

    def loans(self, *, member_id: int | None = None, book_id: int | None = None, open: bool | None = None, overdue: bool | None = None, limit: int | None = None, cursor: str | None = None) -> Later[LoanPage]:
        return cast("Later[LoanPage]", self._send("library.loans", {"member_id": member_id, "book_id": book_id, "open": open, "overdue": overdue, "limit": limit, "cursor": cursor}, changes=False))

    def reservations(self, *, member_id: int | None = None, book_id: int | None = None, status: Literal['waiting', 'ready'] | None = None, limit: int | None = None, cursor: str | None = None) -> Later[ReservationPage]:
        return cast("Later[ReservationPage]", self._send("library.reservations", {"member_id": member_id, "book_id": book_id, "status": status, "limit": limit, "cursor": cursor}, changes=False))

    def events(self, *, book_id: int | None = None, member_id: int | None = None, kind: EventKind | None = None, limit: int | None = None, cursor: str | None = None) -> Later[EventPage]:
        return cast("Later[EventPage]", self._send("library.events", {"book_id": book_id, "member_id": member_id, "kind": kind, "limit": limit, "cursor": cursor}, changes=False))

    def fines(self, *, member_id: int, limit: int | None = None, cursor: str | None = None) -> Later[Fines]:
        return cast("Later[Fines]", self._send("library.fines", {"member_id": member_id, "limit": limit, "cursor": cursor}, changes=False))

    def pay_fine(self, *, member_id: int, amount: float, idempotency_key: str | None = None) -> Later[Fines]:
        return cast("Later[Fines]", self._send("library.pay_fine", {"member_id": member_id, "amount": amount, "idempotency_key": idempotency_key}, changes=True))

class StoresMethods:
    """stores.*"""

    def __init__(self, send: _Send) -> None:
        self._send = send

    def list(self, *, open_at: str | None = None, open_on: OpenOn | None = None, hours_per_week: HoursPerWeek | None = None, hours_per_day: HoursPerDay | None = None, books: BooksCount | None = None, name: str | None = None, sort: Literal['id', 'name', 'hours_per_week', 'listings_count'] | None = None, order: Literal['asc', 'desc'] | None = None, limit: int | None = None, cursor: str | None = None) -> StorePage:
        """List the stores that match all filters, a page at a time.

        A store is open from the minute it opens until right before the one it closes. Hours past
        midnight count for the day on which the span opens. All `more_than` and `less_than` are strict.
        Names sort by their words; case, accents and punctuation do not matter. `is_open`, `closes_at`
        and `opens_at` of each store are for `open_at`, else for now, by the store's own clock.

        open_at: Open then: a local datetime, or one with an offset, which is converted to the store's time zone.
        open_on: Open on that day at that local time.
        hours_per_week: Hours open in a week.
        hours_per_day: Hours open on a day.
        books: Number of listings, in a price range or all.
        name: Whole words to find; case and accents do not matter.
        sort: What to sort by; ties by id.
        order: Direction of the sort.
        """
        return cast("StorePage", self._send("stores.list", {"open_at": open_at, "open_on": open_on, "hours_per_week": hours_per_week, "hours_per_day": hours_per_day, "books": books, "name": name, "sort": sort, "order": order, "limit": limit, "cursor": cursor}, changes=False))

    def get(self, *, id: int, open_at: str | None = None) -> Store:
        """Get one store; `is_open`, `closes_at` and `opens_at` are for `open_at`, else for now.

        id: The store's id.
        open_at: Open then: a local datetime, or one with an offset, which is converted to the store's time zone.
        """
        return cast("Store", self._send("stores.get", {"id": id, "open_at": open_at}, changes=False))

    def create(self, *, name: str, hours: str | builtins.list[StoresHoursItem], time_zone: str | None = None, cash: float | None = None, idempotency_key: str | None = None) -> Store:
        """Open a store. `notes` in the answer say what of the text of its hours was left out.

        name: The store's name.
        hours: Opening hours of a week: text such as `Mon, Fri 2:30 pm - 8 pm / Sat - Sun 11 am - 1 am` or `Mo-Fr 09:00-17:00; We off`, or a list of {day, open, close}. Without a day it is every day. After `;` a rule replaces the hours of its days, after `,`, `/` or a new line it adds; what is closed or off stays so. A close at or before its open is on the next day; `closed` alone is never.
        time_zone: IANA time zone by whose clock the store opens.
        cash: Its first cash; in major units, at most two decimals.
        """
        return cast("Store", self._send("stores.create", {"name": name, "hours": hours, "time_zone": time_zone, "cash": cash, "idempotency_key": idempotency_key}, changes=True))

    def update(self, *, id: int, name: str | None = None, hours: str | builtins.list[StoresHoursItem] | None = None, time_zone: str | None = None, idempotency_key: str | None = None) -> Store:
        """Change a store's name, opening hours or time zone; all hours are replaced.

        Listings and search show a new name at once. Past purchases have the old one.

        id: The store's id.
        name: The store's name.
        hours: Opening hours of a week: text such as `Mon, Fri 2:30 pm - 8 pm / Sat - Sun 11 am - 1 am` or `Mo-Fr 09:00-17:00; We off`, or a list of {day, open, close}. Without a day it is every day. After `;` a rule replaces the hours of its days, after `,`, `/` or a new line it adds; what is closed or off stays so. A close at or before its open is on the next day; `closed` alone is never.
        time_zone: IANA time zone by whose clock the store opens.
        """
        return cast("Store", self._send("stores.update", {"id": id, "name": name, "hours": hours, "time_zone": time_zone, "idempotency_key": idempotency_key}, changes=True))

    def set_special_day(self, *, id: int, date: str, hours: str | builtins.list[StoresHoursItem2] | None = None, closed: bool | None = None, idempotency_key: str | None = None) -> Store:
        """Give a day hours of its own, in place of those of the week that open on it.

        The night before goes on into a special day as it would into any other. Give hours, or
        `closed`; they replace what was set for that day.

        id: The store's id.
        date: The day, by the store's calendar.
        hours: Hours of one day: text such as `20:00-23:00` (more parted by `,`), or a list of {open, close}. A close at or before its open is on the next day.
        closed: Not open on that day at all.
        """
        return cast("Store", self._send("stores.set_special_day", {"id": id, "date": date, "hours": hours, "closed": closed, "idempotency_key": idempotency_key}, changes=True))

    def remove_special_day(self, *, id: int, date: str, idempotency_key: str | None = None) -> Store:
        """Let the hours of a day be those of the week again.

        id: The store's id.
        date: The day, by the store's calendar.
        """
        return cast("Store", self._send("stores.remove_special_day", {"id": id, "date": date, "idempotency_key": idempotency_key}, changes=True))

    def popular(self, *, by: Literal['count', 'value'] | None = None, from_: str | None = None, to: str | None = None, limit: int | None = None, time_zone: str | None = None) -> PopularStores:
        """Rank stores by what was bought there in a period; ties by name, then id.

        by: Number of purchases, or what they came to.
        from_: Start: a date means from that day on, a datetime is an instant (included); without an offset it is by the clock of `time_zone`.
        to: End: a date includes that whole day, a datetime is an instant (excluded); without an offset it is by the clock of `time_zone`.
        time_zone: IANA time zone whose days and clock `from` and `to` mean.
        """
        return cast("PopularStores", self._send("stores.popular", {"by": by, "from": from_, "to": to, "limit": limit, "time_zone": time_zone}, changes=False))

class StoresInBatch:
    """stores.*, in a batch"""

    def __init__(self, send: _Queue) -> None:
        self._send = send

    def list(self, *, open_at: str | None = None, open_on: OpenOn | None = None, hours_per_week: HoursPerWeek | None = None, hours_per_day: HoursPerDay | None = None, books: BooksCount | None = None, name: str | None = None, sort: Literal['id', 'name', 'hours_per_week', 'listings_count'] | None = None, order: Literal['asc', 'desc'] | None = None, limit: int | None = None, cursor: str | None = None) -> Later[StorePage]:
        return cast("Later[StorePage]", self._send("stores.list", {"open_at": open_at, "open_on": open_on, "hours_per_week": hours_per_week, "hours_per_day": hours_per_day, "books": books, "name": name, "sort": sort, "order": order, "limit": limit, "cursor": cursor}, changes=False))

    def get(self, *, id: int, open_at: str | None = None) -> Later[Store]:
        return cast("Later[Store]", self._send("stores.get", {"id": id, "open_at": open_at}, changes=False))

    def create(self, *, name: str, hours: str | builtins.list[StoresHoursItem], time_zone: str | None = None, cash: float | None = None, idempotency_key: str | None = None) -> Later[Store]:
        return cast("Later[Store]", self._send("stores.create", {"name": name, "hours": hours, "time_zone": time_zone, "cash": cash, "idempotency_key": idempotency_key}, changes=True))

    def update(self, *, id: int, name: str | None = None, hours: str | builtins.list[StoresHoursItem] | None = None, time_zone: str | None = None, idempotency_key: str | None = None) -> Later[Store]:
        return cast("Later[Store]", self._send("stores.update", {"id": id, "name": name, "hours": hours, "time_zone": time_zone, "idempotency_key": idempotency_key}, changes=True))

    def set_special_day(self, *, id: int, date: str, hours: str | builtins.list[StoresHoursItem2] | None = None, closed: bool | None = None, idempotency_key: str | None = None) -> Later[Store]:
        return cast("Later[Store]", self._send("stores.set_special_day", {"id": id, "date": date, "hours": hours, "closed": closed, "idempotency_key": idempotency_key}, changes=True))

    def remove_special_day(self, *, id: int, date: str, idempotency_key: str | None = None) -> Later[Store]:
        return cast("Later[Store]", self._send("stores.remove_special_day", {"id": id, "date": date, "idempotency_key": idempotency_key}, changes=True))

    def popular(self, *, by: Literal['count', 'value'] | None = None, from_: str | None = None, to: str | None = None, limit: int | None = None, time_zone: str | None = None) -> Later[PopularStores]:
        return cast("Later[PopularStores]", self._send("stores.popular", {"by": by, "from": from_, "to": to, "limit": limit, "time_zone": time_zone}, changes=False))

class ListingsMethods:
    """listings.*"""

    def __init__(self, send: _Send) -> None:
        self._send = send

    def list(self, *, store_id: int | None = None, name: str | None = None, min_price: float | None = None, max_price: float | None = None, sort: Literal['id', 'price', 'name'] | None = None, order: Literal['asc', 'desc'] | None = None, limit: int | None = None, cursor: str | None = None) -> ListingPage:
        """List the listings that match all filters, a page at a time. Both prices are included.

        Names sort by their words; case, accents and punctuation do not matter.

        store_id: The store's id.
        name: Words that the name has, in any order.
        min_price: Lowest price, included; in major units, at most two decimals.
        max_price: Highest price, included; in major units, at most two decimals.
        sort: What to sort by; ties by id.
        order: Direction of the sort.
        """
        return cast("ListingPage", self._send("listings.list", {"store_id": store_id, "name": name, "min_price": min_price, "max_price": max_price, "sort": sort, "order": order, "limit": limit, "cursor": cursor}, changes=False))

    def get(self, *, id: int) -> Listing:
        """Get one listing.

        id: The listing's id.
        """
        return cast("Listing", self._send("listings.get", {"id": id}, changes=False))

    def create(self, *, store_id: int, name: str, price: float, idempotency_key: str | None = None) -> Listing:
        """List a book in a store.

        store_id: The store's id.
        name: The book's name.
        price: Price of one copy; in major units, at most two decimals.
        """
        return cast("Listing", self._send("listings.create", {"store_id": store_id, "name": name, "price": price, "idempotency_key": idempotency_key}, changes=True))

    def remove(self, *, id: int, idempotency_key: str | None = None) -> Listing:
        """Take a listing off its store, and return it as it was. Past purchases do not change.

        id: The listing's id.
        """
        return cast("Listing", self._send("listings.remove", {"id": id, "idempotency_key": idempotency_key}, changes=True))

    def update(self, *, id: int, name: str | None = None, price: float | None = None, idempotency_key: str | None = None) -> Listing:
        """Change a listing's name or price. Past purchases do not change.

        id: The listing's id.
        name: The book's name.
        price: Price of one copy; in major units, at most two decimals.
        """
        return cast("Listing", self._send("listings.update", {"id": id, "name": name, "price": price, "idempotency_key": idempotency_key}, changes=True))

class ListingsInBatch:
    """listings.*, in a batch"""

    def __init__(self, send: _Queue) -> None:
        self._send = send

    def list(self, *, store_id: int | None = None, name: str | None = None, min_price: float | None = None, max_price: float | None = None, sort: Literal['id', 'price', 'name'] | None = None, order: Literal['asc', 'desc'] | None = None, limit: int | None = None, cursor: str | None = None) -> Later[ListingPage]:
        return cast("Later[ListingPage]", self._send("listings.list", {"store_id": store_id, "name": name, "min_price": min_price, "max_price": max_price, "sort": sort, "order": order, "limit": limit, "cursor": cursor}, changes=False))

    def get(self, *, id: int) -> Later[Listing]:
        return cast("Later[Listing]", self._send("listings.get", {"id": id}, changes=False))

    def create(self, *, store_id: int, name: str, price: float, idempotency_key: str | None = None) -> Later[Listing]:
        return cast("Later[Listing]", self._send("listings.create", {"store_id": store_id, "name": name, "price": price, "idempotency_key": idempotency_key}, changes=True))

    def remove(self, *, id: int, idempotency_key: str | None = None) -> Later[Listing]:
        return cast("Later[Listing]", self._send("listings.remove", {"id": id, "idempotency_key": idempotency_key}, changes=True))

    def update(self, *, id: int, name: str | None = None, price: float | None = None, idempotency_key: str | None = None) -> Later[Listing]:
        return cast("Later[Listing]", self._send("listings.update", {"id": id, "name": name, "price": price, "idempotency_key": idempotency_key}, changes=True))

class UsersMethods:
    """users.*"""

    def __init__(self, send: _Send) -> None:
        self._send = send

    def create(self, *, name: str, cash: float | None = None, idempotency_key: str | None = None) -> User:
        """Add a user.

        name: The user's name.
        cash: The cash that the user begins with; in major units, at most two decimals.
        """
        return cast("User", self._send("users.create", {"name": name, "cash": cash, "idempotency_key": idempotency_key}, changes=True))

    def deposit(self, *, id: int, amount: float, idempotency_key: str | None = None) -> User:
        """Add cash that a user brings to their balance.

        id: The user's id.
        amount: An amount of more than 0; in major units, at most two decimals.
        """
        return cast("User", self._send("users.deposit", {"id": id, "amount": amount, "idempotency_key": idempotency_key}, changes=True))

    def withdraw(self, *, id: int, amount: float, idempotency_key: str | None = None) -> User:
        """Take cash that a user fetches off their balance.

        id: The user's id.
        amount: An amount of more than 0; in major units, at most two decimals.
        """
        return cast("User", self._send("users.withdraw", {"id": id, "amount": amount, "idempotency_key": idempotency_key}, changes=True))

    def get(self, *, id: int) -> User:
        """Get one user.

        id: The user's id.
        """
        return cast("User", self._send("users.get", {"id": id}, changes=False))

    def list(self, *, query: str | None = None, limit: int | None = None, cursor: str | None = None) -> UserPage:
        """List users by id, a page at a time: all, or those whose names have the words.

        query: Words of the name, or their beginnings.
        """
        return cast("UserPage", self._send("users.list", {"query": query, "limit": limit, "cursor": cursor}, changes=False))

    def update(self, *, id: int, name: str, idempotency_key: str | None = None) -> User:
        """Rename a user.

        id: The user's id.
        name: The user's name.
        """
        return cast("User", self._send("users.update", {"id": id, "name": name, "idempotency_key": idempotency_key}, changes=True))

    def top(self, *, from_: str | None = None, to: str | None = None, limit: int | None = None, time_zone: str | None = None) -> TopUsers:
        """Rank users by what they spent in a period; ties by name, then id.

        from_: Start: a date means from that day on, a datetime is an instant (included); without an offset it is by the clock of `time_zone`.
        to: End: a date includes that whole day, a datetime is an instant (excluded); without an offset it is by the clock of `time_zone`.
        time_zone: IANA time zone whose days and clock `from` and `to` mean.
        """
        return cast("TopUsers", self._send("users.top", {"from": from_, "to": to, "limit": limit, "time_zone": time_zone}, changes=False))

    def count(self, *, more_than: float | None = None, less_than: float | None = None, from_: str | None = None, to: str | None = None, include_idle: bool | None = None, time_zone: str | None = None) -> UserCount:
        """Count the users who spent more or less than an amount in a period, both strict.

        more_than: Spent more than this in all; in major units, at most two decimals.
        less_than: Spent less than this in all; in major units, at most two decimals.
        from_: Start: a date means from that day on, a datetime is an instant (included); without an offset it is by the clock of `time_zone`.
        to: End: a date includes that whole day, a datetime is an instant (excluded); without an offset it is by the clock of `time_zone`.
        include_idle: Whether users who bought nothing in the period count, as having spent 0.
        time_zone: IANA time zone whose days and clock `from` and `to` mean.
        """
        return cast("UserCount", self._send("users.count", {"more_than": more_than, "less_than": less_than, "from": from_, "to": to, "include_idle": include_idle, "time_zone": time_zone}, changes=False))

class UsersInBatch:
    """users.*, in a batch"""

    def __init__(self, send: _Queue) -> None:
        self._send = send

    def create(self, *, name: str, cash: float | None = None, idempotency_key: str | None = None) -> Later[User]:
        return cast("Later[User]", self._send("users.create", {"name": name, "cash": cash, "idempotency_key": idempotency_key}, changes=True))

    def deposit(self, *, id: int, amount: float, idempotency_key: str | None = None) -> Later[User]:
        return cast("Later[User]", self._send("users.deposit", {"id": id, "amount": amount, "idempotency_key": idempotency_key}, changes=True))

    def withdraw(self, *, id: int, amount: float, idempotency_key: str | None = None) -> Later[User]:
        return cast("Later[User]", self._send("users.withdraw", {"id": id, "amount": amount, "idempotency_key": idempotency_key}, changes=True))

    def get(self, *, id: int) -> Later[User]:
        return cast("Later[User]", self._send("users.get", {"id": id}, changes=False))

    def list(self, *, query: str | None = None, limit: int | None = None, cursor: str | None = None) -> Later[UserPage]:
        return cast("Later[UserPage]", self._send("users.list", {"query": query, "limit": limit, "cursor": cursor}, changes=False))

    def update(self, *, id: int, name: str, idempotency_key: str | None = None) -> Later[User]:
        return cast("Later[User]", self._send("users.update", {"id": id, "name": name, "idempotency_key": idempotency_key}, changes=True))

    def top(self, *, from_: str | None = None, to: str | None = None, limit: int | None = None, time_zone: str | None = None) -> Later[TopUsers]:
        return cast("Later[TopUsers]", self._send("users.top", {"from": from_, "to": to, "limit": limit, "time_zone": time_zone}, changes=False))

    def count(self, *, more_than: float | None = None, less_than: float | None = None, from_: str | None = None, to: str | None = None, include_idle: bool | None = None, time_zone: str | None = None) -> Later[UserCount]:
        return cast("Later[UserCount]", self._send("users.count", {"more_than": more_than, "less_than": less_than, "from": from_, "to": to, "include_idle": include_idle, "time_zone": time_zone}, changes=False))

class PurchasesMethods:
    """purchases.*"""

    def __init__(self, send: _Send) -> None:
        self._send = send

    def create(self, *, user_id: int, listing_id: int, expected_price: float | None = None, idempotency_key: str | None = None) -> NewPurchase:
        """Buy a listing at its present price: the user pays the store, all at once or not at all.

        With `expected_price`, a price that rose above it is refused; one that fell is paid.

        user_id: The user's id.
        listing_id: The listing's id.
        expected_price: The price that the buyer expects; a higher one is refused; in major units, at most two decimals.
        """
        return cast("NewPurchase", self._send("purchases.create", {"user_id": user_id, "listing_id": listing_id, "expected_price": expected_price, "idempotency_key": idempotency_key}, changes=True))

    def get(self, *, id: int) -> Purchase:
        """Get one purchase.

        id: The purchase's id.
        """
        return cast("Purchase", self._send("purchases.get", {"id": id}, changes=False))

    def refund(self, *, id: int, idempotency_key: str | None = None) -> PurchaseRefund:
        """Pay the price of a purchase back from the store to the user, once.

        The purchase stays in the history, with `refunded_at`.

        id: The purchase's id.
        """
        return cast("PurchaseRefund", self._send("purchases.refund", {"id": id, "idempotency_key": idempotency_key}, changes=True))

    def list(self, *, user_id: int | None = None, store_id: int | None = None, from_: str | None = None, to: str | None = None, limit: int | None = None, cursor: str | None = None, time_zone: str | None = None) -> PurchasePage:
        """List purchases by id, a page at a time.

        user_id: The user's id.
        store_id: The store's id.
        from_: Start: a date means from that day on, a datetime is an instant (included); without an offset it is by the clock of `time_zone`.
        to: End: a date includes that whole day, a datetime is an instant (excluded); without an offset it is by the clock of `time_zone`.
        time_zone: IANA time zone whose days and clock `from` and `to` mean.
        """
        return cast("PurchasePage", self._send("purchases.list", {"user_id": user_id, "store_id": store_id, "from": from_, "to": to, "limit": limit, "cursor": cursor, "time_zone": time_zone}, changes=False))

    def totals(self, *, from_: str | None = None, to: str | None = None, time_zone: str | None = None) -> PurchaseTotals:
        """Count the purchases of a period and add them up, and what was paid back in it.

        A refund counts in the period in which it is paid. Without purchases and refunds, all are zeros.

        from_: Start: a date means from that day on, a datetime is an instant (included); without an offset it is by the clock of `time_zone`.
        to: End: a date includes that whole day, a datetime is an instant (excluded); without an offset it is by the clock of `time_zone`.
        time_zone: IANA time zone whose days and clock `from` and `to` mean.
        """
        return cast("PurchaseTotals", self._send("purchases.totals", {"from": from_, "to": to, "time_zone": time_zone}, changes=False))

class PurchasesInBatch:
    """purchases.*, in a batch"""

    def __init__(self, send: _Queue) -> None:
        self._send = send

    def create(self, *, user_id: int, listing_id: int, expected_price: float | None = None, idempotency_key: str | None = None) -> Later[NewPurchase]:
        return cast("Later[NewPurchase]", self._send("purchases.create", {"user_id": user_id, "listing_id": listing_id, "expected_price": expected_price, "idempotency_key": idempotency_key}, changes=True))

    def get(self, *, id: int) -> Later[Purchase]:
        return cast("Later[Purchase]", self._send("purchases.get", {"id": id}, changes=False))

    def refund(self, *, id: int, idempotency_key: str | None = None) -> Later[PurchaseRefund]:
        return cast("Later[PurchaseRefund]", self._send("purchases.refund", {"id": id, "idempotency_key": idempotency_key}, changes=True))

    def list(self, *, user_id: int | None = None, store_id: int | None = None, from_: str | None = None, to: str | None = None, limit: int | None = None, cursor: str | None = None, time_zone: str | None = None) -> Later[PurchasePage]:
        return cast("Later[PurchasePage]", self._send("purchases.list", {"user_id": user_id, "store_id": store_id, "from": from_, "to": to, "limit": limit, "cursor": cursor, "time_zone": time_zone}, changes=False))

    def totals(self, *, from_: str | None = None, to: str | None = None, time_zone: str | None = None) -> Later[PurchaseTotals]:
        return cast("Later[PurchaseTotals]", self._send("purchases.totals", {"from": from_, "to": to, "time_zone": time_zone}, changes=False))

class SearchMethods:
    """search.*"""

    def __init__(self, send: _Send) -> None:
        self._send = send

    def find(self, *, query: str, kinds: builtins.list[Literal['store', 'listing', 'book']] | None = None, open_at: str | None = None, limit: int | None = None, cursor: str | None = None) -> Hits:
        """Find stores by name, listings by name, and books by title, author and ISBN.

        Exact matches come first: the whole name, then a title without the series in its brackets, then
        one without its subtitle, then one that differs by an article or by spaces alone, then an
        author's whole name. Then names that begin with the query, then those with all its words, of
        title and author together; then those with each of them as a part of a word, then those with
        typos: none is forgiven in up to 4 letters, one from 5, two from 9. A whole title with a typo
        comes before titles that have the query as a part of a word. Ties come by name, then by id.

        Case, accents and punctuation do not matter, but the literal name comes first; `&` is `and`.
        Joined words and initials are found parted and the other way round (spiderman, jrr tolkien).
        The signs of C#, C++ and .NET count. A query of signs alone finds names that have them.
        `open_at` leaves out stores that are closed at that time, and their listings; books remain.

        query: A name or words of it, misspelt or not; of a book its author or ISBN too.
        kinds: What to find; all if left out.
        open_at: Open then: a local datetime, or one with an offset, which is converted to the store's time zone.
        """
        return cast("Hits", self._send("search.find", {"query": query, "kinds": kinds, "open_at": open_at, "limit": limit, "cursor": cursor}, changes=False))

class SearchInBatch:
    """search.*, in a batch"""

    def __init__(self, send: _Queue) -> None:
        self._send = send

    def find(self, *, query: str, kinds: builtins.list[Literal['store', 'listing', 'book']] | None = None, open_at: str | None = None, limit: int | None = None, cursor: str | None = None) -> Later[Hits]:
        return cast("Later[Hits]", self._send("search.find", {"query": query, "kinds": kinds, "open_at": open_at, "limit": limit, "cursor": cursor}, changes=False))

class RequestsMethods:
    """requests.*"""

    def __init__(self, send: _Send) -> None:
        self._send = send

    def lookup(self, *, idempotency_key: str) -> RequestOutcome:
        """Tell what happened to the change that this API key requested with an idempotency key.

        `unknown`: nothing has happened so far; repeat the request with its key, so that it happens, and
        only once. `in_progress`: the request is running. `done`: the answer is here, whether or not it
        arrived before.
        """
        return cast("RequestOutcome", self._send("requests.lookup", {"idempotency_key": idempotency_key}, changes=False))

class RequestsInBatch:
    """requests.*, in a batch"""

    def __init__(self, send: _Queue) -> None:
        self._send = send

    def lookup(self, *, idempotency_key: str) -> Later[RequestOutcome]:
        return cast("Later[RequestOutcome]", self._send("requests.lookup", {"idempotency_key": idempotency_key}, changes=False))

class KeysMethods:
    """keys.*"""

    def __init__(self, send: _Send) -> None:
        self._send = send

    def create(self, *, name: str, role: Literal['public', 'reader', 'clerk', 'admin'], idempotency_key: str | None = None) -> NewApiKey:
        """Make an API key. Only this answer shows it; a repetition of the request gives null.

        name: Who uses the key.
        role: What the key may do.
        """
        return cast("NewApiKey", self._send("keys.create", {"name": name, "role": role, "idempotency_key": idempotency_key}, changes=True))

    def list(self, *, limit: int | None = None, cursor: str | None = None) -> ApiKeyPage:
        """List all API keys, revoked ones included, without their secrets."""
        return cast("ApiKeyPage", self._send("keys.list", {"limit": limit, "cursor": cursor}, changes=False))

    def revoke(self, *, id: int, idempotency_key: str | None = None) -> ApiKey:
        """Revoke an API key; it is refused from now on, by other processes within a second.

        id: The key's id.
        """
        return cast("ApiKey", self._send("keys.revoke", {"id": id, "idempotency_key": idempotency_key}, changes=True))

class KeysInBatch:
    """keys.*, in a batch"""

    def __init__(self, send: _Queue) -> None:
        self._send = send

    def create(self, *, name: str, role: Literal['public', 'reader', 'clerk', 'admin'], idempotency_key: str | None = None) -> Later[NewApiKey]:
        return cast("Later[NewApiKey]", self._send("keys.create", {"name": name, "role": role, "idempotency_key": idempotency_key}, changes=True))

    def list(self, *, limit: int | None = None, cursor: str | None = None) -> Later[ApiKeyPage]:
        return cast("Later[ApiKeyPage]", self._send("keys.list", {"limit": limit, "cursor": cursor}, changes=False))

    def revoke(self, *, id: int, idempotency_key: str | None = None) -> Later[ApiKey]:
        return cast("Later[ApiKey]", self._send("keys.revoke", {"id": id, "idempotency_key": idempotency_key}, changes=True))

class AuditMethods:
    """audit.*"""

    def __init__(self, send: _Send) -> None:
        self._send = send

    def run(self, *, scope: Literal['bookshop', 'library', 'marketplace'] | None = None) -> AuditReport:
        """Check each counter against the rows that explain it, and list every difference.

        A book's stock is what was received, less what was sold, plus what came back; the refundable
        copies of a sale are its copies less those refunded. All is read as of one moment.

        One audit runs at a time in a process. Calls that come meanwhile wait and share the next one.

        scope: Which part to audit; all of it if left out.
        """
        return cast("AuditReport", self._send("audit.run", {"scope": scope}, changes=False))

class AuditInBatch:
    """audit.*, in a batch"""

    def __init__(self, send: _Queue) -> None:
        self._send = send

    def run(self, *, scope: Literal['bookshop', 'library', 'marketplace'] | None = None) -> Later[AuditReport]:
        return cast("Later[AuditReport]", self._send("audit.run", {"scope": scope}, changes=False))

class RpcMethods:
    """rpc.*"""

    def __init__(self, send: _Send) -> None:
        self._send = send

    def discover(self) -> OpenRpcDocument:
        """Describe all methods as an OpenRPC document; needs no key."""
        return cast("OpenRpcDocument", self._send("rpc.discover", {}, changes=False))

class RpcInBatch:
    """rpc.*, in a batch"""

    def __init__(self, send: _Queue) -> None:
        self._send = send

    def discover(self) -> Later[OpenRpcDocument]:
        return cast("Later[OpenRpcDocument]", self._send("rpc.discover", {}, changes=False))


class Batch:
    """Calls that are sent together at the end of a `with` block; each succeeds or fails by itself."""

    def __init__(self, line: _Line) -> None:
        self._line = line
        self._calls: builtins.list[Later[Any]] = []
        self.books = BooksInBatch(self._send)
        self.authors = AuthorsInBatch(self._send)
        self.sales = SalesInBatch(self._send)
        self.orders = OrdersInBatch(self._send)
        self.deliveries = DeliveriesInBatch(self._send)
        self.members = MembersInBatch(self._send)
        self.library = LibraryInBatch(self._send)
        self.stores = StoresInBatch(self._send)
        self.listings = ListingsInBatch(self._send)
        self.users = UsersInBatch(self._send)
        self.purchases = PurchasesInBatch(self._send)
        self.search = SearchInBatch(self._send)
        self.requests = RequestsInBatch(self._send)
        self.keys = KeysInBatch(self._send)
        self.audit = AuditInBatch(self._send)
        self.rpc = RpcInBatch(self._send)

    def _send(self, method: str, params: dict[str, Any], *, changes: bool) -> Later[Any]:
        later: Later[Any] = Later(method, params, changes=changes)
        self._calls.append(later)
        return later

    def __enter__(self) -> Batch:
        return self

    def __exit__(
        self,
        kind: builtins.type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self._line.perform(self._calls, as_batch=True)
        self._calls = []


class Octavo:
    """The service at a URL, that of /rpc, for the holder of a key. Threads may share it."""

    def __init__(self, url: str, key: str | None = None, *, deadline_s: float = DEADLINE_S) -> None:
        self._line = _Line(url, key, deadline_s)
        self.books = BooksMethods(self._send)
        self.authors = AuthorsMethods(self._send)
        self.sales = SalesMethods(self._send)
        self.orders = OrdersMethods(self._send)
        self.deliveries = DeliveriesMethods(self._send)
        self.members = MembersMethods(self._send)
        self.library = LibraryMethods(self._send)
        self.stores = StoresMethods(self._send)
        self.listings = ListingsMethods(self._send)
        self.users = UsersMethods(self._send)
        self.purchases = PurchasesMethods(self._send)
        self.search = SearchMethods(self._send)
        self.requests = RequestsMethods(self._send)
        self.keys = KeysMethods(self._send)
        self.audit = AuditMethods(self._send)
        self.rpc = RpcMethods(self._send)

    def batch(self) -> Batch:
        """A batch: `with octavo.batch() as batch: one = batch.books.get(id=1)`."""
        return Batch(self._line)

    def _send(self, method: str, params: dict[str, Any], *, changes: bool) -> Any:
        call: Later[Any] = Later(method, params, changes=changes)
        self._line.perform([call], as_batch=False)
        return call.result()
