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

# mypy: disable-error-code="empty-body"
# pyright: reportReturnType=false, reportArgumentType=false
# A method below is a declaration: what is sent is made of its name and the keywords of a call.
from __future__ import annotations

import builtins
import functools
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
from typing import (
    Any,
    ClassVar,
    Concatenate,
    Final,
    Generic,
    Literal,
    NotRequired,
    ParamSpec,
    TypedDict,
    TypeVar,
    cast,
    overload,
)

DEADLINE_S: Final = 30.0
"""Seconds until a call gives up, its repetitions included."""

PAUSE_S: Final = 0.1
PAUSE_S_MAX: Final = 5.0
IDEMPOTENCY_KEY: Final = "idempotency_key"
Item = TypeVar("Item")

# Models

class Page(TypedDict, Generic[Item]):
    """A page of a list."""
    items: builtins.list[Item]  # The items of the page, in the order asked for.
    next_cursor: str | None  # Give it as `cursor` for the next page; null on the last page.

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

ApiKeyPage = Page[ApiKey]
"""One page of keys, oldest first."""

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

AuthorPage = Page[Author]
"""One page of authors, by name."""

class Availability(TypedDict):
    """Where the copies of a book are: total = available + on loan + held."""
    book_id: int  # Id of the book.
    total_copies: int  # Number of copies for loan, those on loan or held included.
    available_copies: int  # Number of copies that anybody may borrow now.
    on_loan: int  # Number of copies on loan.
    held: int  # Copies held for a member.
    queue_length: int  # Members who wait; those with a held copy are not among them.

_AveragePages = TypedDict("_AveragePages", {"from": "str | None"})
"""Start (included), null if open."""
class AveragePages(_AveragePages):
    """Average pages of the copies that were sold in a period and not returned since."""
    to: str | None  # End (excluded), null if open.
    time_zone: str  # IANA time zone by whose days and clock `from` and `to` were read.
    average_pages: float | None  # Pages of a copy, on average over the copies; null when there are none.
    copies: int  # Number of copies sold in the period and not returned since.

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

BookPage = Page[Book]
"""One page of the catalogue."""

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

DeliveryPage = Page[Delivery]
"""One page of deliveries, by id."""

class DeliveryStatus(TypedDict):
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

class EventKind(TypedDict):
    """What can happen to a copy, or to the queue for one."""

EventPage = Page[CirculationEvent]
"""One page of the circulation log."""

class Fine(TypedDict):
    """A fine, or a payment."""
    id: int  # Its id, unique among those of its kind.
    kind: Literal['overdue', 'lost', 'payment']  # `overdue` for a late return, `lost` for a late loan whose copy was lost.
    loan_id: int | None  # The loan of a fine; null for a payment.
    book_id: int | None  # Id of the book.
    title: str | None  # Title of the book; null if it is not known.
    amount: float  # What the balance grows by, in major units, exact to the cent; negative for a payment.
    at: str  # When it happened, in UTC.

class Fines(Page[Fine]):
    """What a member owes, and the rows that it is the sum of, the oldest first."""
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

class Hits(Page[Hit]):
    """What was found, the best first."""
    total: int  # How many there are on all pages.

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

class ListedLoan(Loan):
    """A loan in a list."""
    title: str | None  # The book's title.
    member_name: str | None  # The member's name.

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

class ListedReservation(Reservation):
    """A reservation in a list."""
    title: str | None  # The book's title.
    member_name: str | None  # The member's name.

class Listing(TypedDict):
    """A book in a store at a price."""
    id: int  # Its id, unique among those of its kind.
    store_id: int  # Id of the store.
    store_name: str  # Name of the store.
    name: str  # Name of the book as the store lists it.
    price: float  # Price of one copy, in major units, exact to the cent.

ListingPage = Page[Listing]
"""One page of listings."""

LoanPage = Page[ListedLoan]
"""One page of loans."""

class Member(TypedDict):
    """A person who may borrow books."""
    id: int  # Its id, unique among those of its kind.
    name: str  # Name of the member.
    email: str | None  # E-mail address; null if none is known.
    open_loans: int  # Books that the member has on loan.
    fines: float  # What the member owes for late or lost books, in major units, exact to the cent.
    archived: bool  # Whether the member has left: no loans, no reservations.
    joined_at: str  # When the member joined, in UTC.

MemberPage = Page[Member]
"""One page of members, by id."""

class NewApiKey(ApiKey):
    """A key with its secret, which is shown only once."""
    key: str | None  # The secret; null when the request is repeated.

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

class NewPurchase(Purchase):
    """A purchase as its maker sees it."""
    user_cash: float  # The user's cash right after the purchase, in major units, exact to the cent.
    store_cash: float  # The store's cash right after the purchase, in major units, exact to the cent.

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

class NewSale(Sale):
    """A sale as its maker sees it."""
    stock_left: int  # Copies on hand right after this sale.

class OpenOn(TypedDict):
    """A day of the week and a local time."""
    day: str  # A day of the week, any spelling.
    time: str  # A time such as 13:15 or 1:15 pm.

class OpenRpcDocument(TypedDict):
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

class OrderPage(Page[Order]):
    """One page of orders, in the order in which they were placed."""
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

class OrderStatus(TypedDict):
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

class PurchasePage(Page[Purchase]):
    """One page of purchases, by id."""
    time_zone: str  # IANA time zone by whose days and clock `from` and `to` were read.

class PurchaseRefund(Purchase):
    """A purchase whose price was paid back, as its maker sees it."""
    user_cash: float  # The user's cash right after the refund, in major units, exact to the cent.
    store_cash: float  # The store's cash right after the refund, in major units, exact to the cent.

_PurchaseTotals = TypedDict("_PurchaseTotals", {"from": "str | None"})
"""Start (included), null if open."""
class PurchaseTotals(_PurchaseTotals):
    """Number and value of the purchases of a period; refunds by the day on which they were paid."""
    to: str | None  # End (excluded), null if open.
    time_zone: str  # IANA time zone by whose days and clock `from` and `to` were read.
    count: int  # Number of purchases.
    value: float  # What the purchases came to, in major units, exact to the cent.
    refunded: float  # What was paid back in the period, whenever it was bought, in major units, exact to the cent.
    net: float  # What is left after refunds, in major units, exact to the cent.

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

class QueuePage(Page[QueueItem]):
    """One page of the queue for a book, in order, and all holds of the book."""
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

ReservationPage = Page[ListedReservation]
"""One page of open reservations."""

class Returned(TypedDict):
    """A loan that has ended, and where its copy went."""
    loan: Loan  # The loan.
    handed_to: int | None  # The member for whom the copy is held now; null if it is free.
    fine: float  # What this end of the loan costs the member, in major units, exact to the cent.

class ReturnedItem(TypedDict):
    """Copies of one book that come back."""
    book_id: int  # The book's id.
    quantity: NotRequired[int]  # Number of copies.

class SalePage(Page[Sale]):
    """One page of sales, by id."""
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

StorePage = Page[Store]
"""One page of stores."""

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

_TotalSales = TypedDict("_TotalSales", {"from": "str | None"})
"""Start (included), null if open."""
class TotalSales(_TotalSales):
    """Money and copies of a period: sales by the day they were made, refunds by theirs."""
    to: str | None  # End (excluded), null if open.
    time_zone: str  # IANA time zone by whose days and clock `from` and `to` were read.
    gross: float  # What the copies sold in the period came to, in major units, exact to the cent.
    refunded: float  # What was paid back in the period, whenever it was sold, in major units, exact to the cent.
    net: float  # What is left after refunds, in major units, exact to the cent.
    copies_sold: int  # Number of copies that were sold in the period.
    copies_refunded: int  # Number of copies that came back in the period.
    sales_count: int  # Number of sales that were made in the period.

class User(TypedDict):
    """A person who buys."""
    id: int  # Its id, unique among those of its kind.
    name: str  # Name of the user.
    cash: float  # Cash on hand, in major units, exact to the cent.

class UserCount(TypedDict):
    """How many users spent more or less than an amount in a period."""
    count: int  # Number of users.
    time_zone: str  # IANA time zone by whose days and clock `from` and `to` were read.

UserPage = Page[User]
"""One page of users, by id."""

class Withdrawn(Availability):
    """Where the copies of a book are after one of them has been withdrawn."""
    reason: Literal['lost', 'damaged', 'withdrawn']  # Why the copy is not for loan any more: for the log.
    loan: Loan | None  # The loan that ended as lost, if a member had the copy.
    fine: float  # What this end of the loan costs the member, in major units, exact to the cent.

class InvalidParamsDataErrorsItem(TypedDict):
    parameter: str  # Name of the parameter at fault.
    path: builtins.list[str]  # Where the fault is: the parameter, then fields and positions within it.
    problem: str  # What is wrong with it, as the rest of a sentence that its name begins.

class InsufficientStockDataLinesItem(TypedDict):
    book_id: int  # Id of the book.
    requested: int  # Number of copies asked for.
    available: int  # Number of copies that are free.

class StoresHoursItem(TypedDict):
    day: NotRequired[str]  # A day of the week; every day if left out.
    open: str  # Time at which it opens: 13:15 or 1:15 pm.
    close: str  # Time at which it closes, as 20:00 or 8 pm.

class StoresHoursItem2(TypedDict):
    open: str  # Time at which it opens: 13:15 or 1:15 pm.
    close: str  # Time at which it closes, as 20:00 or 8 pm.


# Errors


class ErrorData(TypedDict):
    """What the data of every error have."""
    type: str  # The stable name of the kind of error.
    retryable: bool  # Whether the same request may succeed later.


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


class InvalidParamsData(ErrorData):
    detail: str
    errors: builtins.list[InvalidParamsDataErrorsItem]

class InvalidParams(OctavoError):
    """A parameter is missing, unknown or breaks a rule; `errors` names each one."""
    type = "invalid_params"
    data: InvalidParamsData

class RateLimitedData(ErrorData):
    calls: int
    calls_per_second_max: int
    retry_after_s: NotRequired[float]

class RateLimited(OctavoError):
    """The key makes too many calls a second; nothing was changed."""
    type = "rate_limited"
    data: RateLimitedData

class Busy(OctavoError):
    """Too much happens at once; nothing was changed, and a retry is safe."""
    type = "busy"
    data: ErrorData

class StorageUnavailable(OctavoError):
    """The database cannot be reached."""
    type = "storage_unavailable"
    data: ErrorData

class ForbiddenData(ErrorData):
    method: str
    role: str
    needed_role: str

class Forbidden(OctavoError):
    """The API key's role is below the one that the method needs."""
    type = "forbidden"
    data: ForbiddenData

class TimedOutData(ErrorData):
    deadline_s: float

class TimedOut(OctavoError):
    """The call's deadline passed before the answer was there."""
    type = "timed_out"
    data: TimedOutData

class Unauthenticated(OctavoError):
    """The X-API-Key header is missing, unknown or revoked."""
    type = "unauthenticated"
    data: ErrorData

class NotFoundData(ErrorData):
    kind: str
    id: NotRequired[int]

class NotFound(OctavoError):
    """Nothing exists under the given id."""
    type = "not_found"
    data: NotFoundData

class ConflictData(ErrorData):
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
    type = "conflict"
    data: ConflictData

class IdempotencyKeyReusedData(ErrorData):
    first_method: str

class IdempotencyKeyReused(OctavoError):
    """The idempotency key was used before with another method or other parameters."""
    type = "idempotency_key_reused"
    data: IdempotencyKeyReusedData

class RequestInProgressData(ErrorData):
    method: str

class RequestInProgress(OctavoError):
    """The first request with this idempotency key is still running; ask again shortly."""
    type = "request_in_progress"
    data: RequestInProgressData

class OutOfStockData(ErrorData):
    book_id: int
    requested: int
    available: int

class OutOfStock(OctavoError):
    """Fewer copies are on hand than were asked for; nothing was sold."""
    type = "out_of_stock"
    data: OutOfStockData

class RefundExceedsSaleData(ErrorData):
    sale_id: int
    requested: int
    refundable: int

class RefundExceedsSale(OctavoError):
    """More copies were to be refunded than are left of the sale; nothing was refunded."""
    type = "refund_exceeds_sale"
    data: RefundExceedsSaleData

class BookPriceChangedData(ErrorData):
    book_id: int
    expected: float
    actual: float

class BookPriceChanged(OctavoError):
    """The price rose above the one that was expected; nothing was sold."""
    type = "book_price_changed"
    data: BookPriceChangedData

class BookArchivedData(ErrorData):
    book_id: int

class BookArchived(OctavoError):
    """The book was taken out of the catalogue: it is not sold, ordered or lent anew."""
    type = "book_archived"
    data: BookArchivedData

class InsufficientStockData(ErrorData):
    lines: builtins.list[InsufficientStockDataLinesItem]

class InsufficientStock(OctavoError):
    """Fewer copies are on hand than were ordered; `lines` names every book that is short."""
    type = "insufficient_stock"
    data: InsufficientStockData

class PaymentDeclinedData(ErrorData):
    decline_code: str
    order_id: int

class PaymentDeclined(OctavoError):
    """The payment was declined; nothing was charged and the copies are free again."""
    type = "payment_declined"
    data: PaymentDeclinedData

class PaymentFailedData(ErrorData):
    order_id: int

class PaymentFailed(OctavoError):
    """The payment gateway failed; nothing was charged and the copies are free again."""
    type = "payment_failed"
    data: PaymentFailedData

class PaymentTimedOutData(ErrorData):
    order_id: int

class PaymentTimedOut(OctavoError):
    """The payment gateway took too long; nothing was charged and the copies are free again."""
    type = "payment_timed_out"
    data: PaymentTimedOutData

class PaymentUndecidedData(ErrorData):
    order_id: int

class PaymentUndecided(OctavoError):
    """What became of the payment is not known yet; the order stays pending until it is."""
    type = "payment_undecided"
    data: PaymentUndecidedData

class OrderPendingData(ErrorData):
    order_id: int

class OrderPending(OctavoError):
    """The order's payment is being taken; it is decided within seconds, so try again then."""
    type = "order_pending"
    data: OrderPendingData

class OrderNotPaidData(ErrorData):
    order_id: int
    status: str

class OrderNotPaid(OctavoError):
    """The order was never paid, or all of it was refunded since."""
    type = "order_not_paid"
    data: OrderNotPaidData

class OrderCancelledData(ErrorData):
    order_id: int

class OrderCancelled(OctavoError):
    """The order was cancelled."""
    type = "order_cancelled"
    data: OrderCancelledData

class DeliveryExistsData(ErrorData):
    order_id: int
    delivery_id: int
    status: str

class DeliveryExists(OctavoError):
    """The order has a delivery under way, or one that has arrived; nothing was scheduled."""
    type = "delivery_exists"
    data: DeliveryExistsData

class InvalidTransitionData(ErrorData):
    delivery_id: int
    status: str
    requested: str
    allowed: builtins.list[str]

class InvalidTransition(OctavoError):
    """The delivery cannot go from its status to the one asked for; `allowed` are those it can."""
    type = "invalid_transition"
    data: InvalidTransitionData

class TotalChangedData(ErrorData):
    expected: float
    actual: float

class TotalChanged(OctavoError):
    """The total rose above the one that was expected; nothing was ordered and nothing charged."""
    type = "total_changed"
    data: TotalChangedData

class OrderShippedData(ErrorData):
    order_id: int
    delivery_id: int
    status: str

class OrderShipped(OctavoError):
    """A delivery is out or has arrived, so the order can't be cancelled; see orders.return."""
    type = "order_shipped"
    data: OrderShippedData

class OrderNotShippedData(ErrorData):
    order_id: int

class OrderNotShipped(OctavoError):
    """No delivery is out or has arrived, so nothing can come back; see orders.cancel."""
    type = "order_not_shipped"
    data: OrderNotShippedData

class NoCopiesData(ErrorData):
    book_id: int

class NoCopies(OctavoError):
    """The book is in the catalogue, but has no copies for loan."""
    type = "no_copies"
    data: NoCopiesData

class AlreadyOnLoanData(ErrorData):
    member_id: int
    book_id: int
    loan_id: int
    due_at: str

class AlreadyOnLoan(OctavoError):
    """The member has a copy of this book on loan; one at a time."""
    type = "already_on_loan"
    data: AlreadyOnLoanData

class CopiesAvailableData(ErrorData):
    book_id: int
    available: int

class CopiesAvailable(OctavoError):
    """Copies are free, so there is nothing to wait for: check one out."""
    type = "copies_available"
    data: CopiesAvailableData

class AlreadyReservedData(ErrorData):
    member_id: int
    book_id: int
    position: int | None
    estimated_ready_at: str | None
    estimate_reason: Any

class AlreadyReserved(OctavoError):
    """The member waits for this book already, or a copy is held for the member."""
    type = "already_reserved"
    data: AlreadyReservedData

class NotReadyData(ErrorData):
    member_id: int
    book_id: int
    position: int | None
    estimated_ready_at: str | None
    estimate_reason: Any

class NotReady(OctavoError):
    """No copy is held for the member; `position` is null for a member who does not wait."""
    type = "not_ready"
    data: NotReadyData

class NotOnLoanData(ErrorData):
    member_id: int
    book_id: int

class NotOnLoan(OctavoError):
    """The member does not have this book on loan."""
    type = "not_on_loan"
    data: NotOnLoanData

class NotReservedData(ErrorData):
    member_id: int
    book_id: int

class NotReserved(OctavoError):
    """The member has no open reservation of this book."""
    type = "not_reserved"
    data: NotReservedData

class CopiesInUseData(ErrorData):
    book_id: int
    copies: int
    on_loan: int
    held: int
    copies_min: int

class CopiesInUse(OctavoError):
    """More copies are out or held than the book was to have."""
    type = "copies_in_use"
    data: CopiesInUseData

class LoanLimitReachedData(ErrorData):
    member_id: int
    open_loans: int
    loans_max: int

class LoanLimitReached(OctavoError):
    """The member has as many books on loan as one may have."""
    type = "loan_limit_reached"
    data: LoanLimitReachedData

class RenewalLimitReachedData(ErrorData):
    loan_id: int
    renewals: int
    renewals_max: int
    due_at: str

class RenewalLimitReached(OctavoError):
    """The loan has been renewed as often as it may be."""
    type = "renewal_limit_reached"
    data: RenewalLimitReachedData

class OthersWaitingData(ErrorData):
    book_id: int
    queue_length: int
    due_at: str

class OthersWaiting(OctavoError):
    """Other members wait for this book, so a loan of it is not renewed."""
    type = "others_waiting"
    data: OthersWaitingData

class NobodyBehindData(ErrorData):
    member_id: int
    book_id: int

class NobodyBehind(OctavoError):
    """Nobody is behind the member in the queue, so there is nobody to let go first."""
    type = "nobody_behind"
    data: NobodyBehindData

class MemberBlockedData(ErrorData):
    member_id: int
    overdue: int
    fines: float

class MemberBlocked(OctavoError):
    """The member has overdue loans or fines, and gets no new loan until they are settled."""
    type = "member_blocked"
    data: MemberBlockedData

class MemberArchivedData(ErrorData):
    member_id: int

class MemberArchived(OctavoError):
    """The member has left the library; members.unarchive takes one back."""
    type = "member_archived"
    data: MemberArchivedData

class InsufficientFundsData(ErrorData):
    user_id: NotRequired[int]
    store_id: NotRequired[int]
    price: NotRequired[float]
    amount: NotRequired[float]
    balance: float

class InsufficientFunds(OctavoError):
    """The user, or the store that pays back, has less cash than is to be paid; nothing was."""
    type = "insufficient_funds"
    data: InsufficientFundsData

class PriceChangedData(ErrorData):
    listing_id: int
    expected_price: float
    price: float

class PriceChanged(OctavoError):
    """The price rose above the one that the buyer expected; nothing was bought."""
    type = "price_changed"
    data: PriceChangedData

class AlreadyRefundedData(ErrorData):
    purchase_id: int
    refunded_at: str

class AlreadyRefunded(OctavoError):
    """The purchase was refunded before; nothing was paid back now."""
    type = "already_refunded"
    data: AlreadyRefundedData

class ParseErrorData(ErrorData):
    detail: NotRequired[str]

class ParseError(OctavoError):
    """The body is not JSON: bad syntax, NaN, or an object with a name twice."""
    type = "parse_error"
    data: ParseErrorData

class InvalidRequestData(ErrorData):
    detail: NotRequired[str]

class InvalidRequest(OctavoError):
    """An element is not a request object; the others of its batch go on."""
    type = "invalid_request"
    data: InvalidRequestData

class MethodNotFoundData(ErrorData):
    detail: NotRequired[str]
    method: str

class MethodNotFound(OctavoError):
    """No method has that name."""
    type = "method_not_found"
    data: MethodNotFoundData

class InternalErrorData(ErrorData):
    detail: NotRequired[str]
    correlation_id: str

class InternalError(OctavoError):
    """A fault of ours; `correlation_id` finds it in the log."""
    type = "internal_error"
    data: InternalErrorData

class ResponseTooLargeData(ErrorData):
    detail: NotRequired[str]
    executed: bool
    response_bytes_max: int

class ResponseTooLarge(OctavoError):
    """The response is full; `executed` says whether the call ran."""
    type = "response_too_large"
    data: ResponseTooLargeData

class RequestTooLargeData(ErrorData):
    detail: NotRequired[str]
    body_bytes_max: int

class RequestTooLarge(OctavoError):
    """The body is over the limit."""
    type = "request_too_large"
    data: RequestTooLargeData

class BatchTooLargeData(ErrorData):
    detail: NotRequired[str]
    calls: int
    calls_max: int

class BatchTooLarge(OctavoError):
    """The batch holds too many calls."""
    type = "batch_too_large"
    data: BatchTooLargeData


_KINDS: Final = {kind.type: kind for kind in OctavoError.__subclasses__()}


def _error_of(error: dict[str, Any]) -> OctavoError:
    data = error.get("data") or {}
    kind = _KINDS.get(data.get("type", ""), OctavoError)
    return kind(error["code"], error["message"], data)


# Calls

Result = TypeVar("Result", covariant=True)
Given = ParamSpec("Given")
Mode = TypeVar("Mode")
_IDS: Final = itertools.count(1)


class Later(Generic[Result]):
    """A call of a batch: its result is there when the batch has been sent."""

    def __init__(self, method: str, params: dict[str, Any], *, changes: bool) -> None:
        named = {name.removesuffix("_"): value for name, value in params.items()}
        if changes and named.get(IDEMPOTENCY_KEY) is None:
            named[IDEMPOTENCY_KEY] = str(uuid.uuid4())
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


class Now:
    """Methods of this mode call at once, and return their result."""


class InBatch:
    """Methods of this mode put a call into a batch, and return it."""


class Namespace(Generic[Mode]):
    """Methods whose names begin alike."""

    def __init__(self, send: Callable[[Later[Any]], Any]) -> None:
        self._send = send


class Method(Generic[Given, Result]):
    """A method with its parameters and result; how it is called depends on the mode."""

    def __init__(self, name: str, declared: Callable[..., Any], *, changes: bool) -> None:
        self._name = name
        self._declared = declared
        self._changes = changes

    @overload
    def __get__(self, owner: Namespace[Now], kind: object) -> Callable[Given, Result]: ...
    @overload
    def __get__(self, owner: Namespace[InBatch], kind: object) -> Callable[Given, Later[Result]]: ...
    def __get__(self, owner: Namespace[Any], kind: object) -> Callable[..., Any]:
        @functools.wraps(self._declared)
        def call(**params: Any) -> Any:
            return owner._send(Later(self._name, params, changes=self._changes))

        return call


class _method:
    """Makes a method of the declaration of its parameters and result."""

    def __init__(self, name: str, *, changes: bool) -> None:
        self._name = name
        self._changes = changes

    def __call__(
        self, declared: Callable[Concatenate[Any, Given], Result]
    ) -> Method[Given, Result]:
        return Method(self._name, declared, changes=self._changes)


class Books(Namespace[Mode]):
    """books.*"""
    @_method("books.create", changes=True)
    def create(self, *, title: str, authors: builtins.list[str], pages: int, price: float, isbn: str | None = ..., quantity: int | None = ..., idempotency_key: str | None = ...) -> Book:
        """Add a book to the catalogue with its first copies.

        An ISBN that another book has is a conflict.

        title: Title.
        authors: Names of the authors, in the order of the title page.
        pages: Number of pages.
        price: Price of one copy; in major units, at most two decimals.
        isbn: ISBN-10 or ISBN-13, hyphens allowed; stored as ISBN-13.
        quantity: Copies on hand.
        """

    @_method("books.get", changes=False)
    def get(self, *, id: int | None = ..., isbn: str | None = ...) -> Book:
        """Get one book, by its id or by its ISBN.

        id: The book's id.
        isbn: ISBN-10 or ISBN-13, hyphens allowed; stored as ISBN-13.
        """

    @_method("books.list", changes=False)
    def list(self, *, author: str | None = ..., title: str | None = ..., min_price: float | None = ..., max_price: float | None = ..., in_stock: bool | None = ..., archived: bool | None = ..., sort: Literal['id', 'title', 'price'] | None = ..., order: Literal['asc', 'desc'] | None = ..., limit: int | None = ..., cursor: str | None = ...) -> BookPage:
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

    @_method("books.update", changes=True)
    def update(self, *, id: int, title: str | None = ..., authors: builtins.list[str] | None = ..., pages: int | None = ..., price: float | None = ..., isbn: str | None = ..., idempotency_key: str | None = ...) -> Book:
        """Change the given fields of a book; past sales do not change.

        An `isbn` of null takes it away.

        id: The book's id.
        title: Title.
        authors: Names of the authors, in the order of the title page.
        pages: Number of pages.
        price: Price of one copy; in major units, at most two decimals.
        isbn: ISBN-10 or ISBN-13, hyphens allowed; stored as ISBN-13.
        """

    @_method("books.restock", changes=True)
    def restock(self, *, id: int, quantity: int, idempotency_key: str | None = ...) -> Book:
        """Add copies of a book to its stock.

        id: The book's id.
        quantity: Number of copies.
        """

    @_method("books.set_stock", changes=True)
    def set_stock(self, *, id: int, quantity: int, expected_quantity: int, idempotency_key: str | None = ...) -> Book:
        """Set a book's stock after a count, if the stock is the number that you expect.

        If it is not, the conflict gives the real number in `actual_quantity`.

        id: The book's id.
        quantity: Copies on hand.
        expected_quantity: Copies on hand.
        """

    @_method("books.archive", changes=True)
    def archive(self, *, id: int, idempotency_key: str | None = ...) -> Book:
        """Take a book out of the catalogue.

        It is not sold, ordered or lent anew, nor listed or found; its history stays, and copies on loan
        come back as ever. Archiving again changes nothing.

        id: The book's id.
        """

    @_method("books.unarchive", changes=True)
    def unarchive(self, *, id: int, idempotency_key: str | None = ...) -> Book:
        """Put an archived book back into the catalogue. Doing it again changes nothing.

        id: The book's id.
        """

class Authors(Namespace[Mode]):
    """authors.*"""
    @_method("authors.list", changes=False)
    def list(self, *, query: str | None = ..., limit: int | None = ..., cursor: str | None = ...) -> AuthorPage:
        """List authors by name, each with the number of books; archived books do not count.

        `query` finds names with all of its words, whole or begun; case and accents do not matter.

        query: Words of the name, or their beginnings.
        """

class Sales(Namespace[Mode]):
    """sales.*"""
    @_method("sales.create", changes=True)
    def create(self, *, book_id: int, quantity: int | None = ..., expected_price: float | None = ..., idempotency_key: str | None = ...) -> NewSale:
        """Sell copies of a book at its present price; all of them or none.

        With `expected_price`, a price that rose above it is refused; one that fell is taken.

        book_id: The book's id.
        quantity: Number of copies.
        expected_price: The most that a copy was to cost; in major units, at most two decimals.
        """

    @_method("sales.refund", changes=True)
    def refund(self, *, sale_id: int, quantity: int | None = ..., restock: bool | None = ..., idempotency_key: str | None = ...) -> Refund:
        """Take copies of a sale back at the price they were sold for, never more than were sold.

        If the sale belongs to an order, the payment gateway pays the money back.

        sale_id: The sale's id.
        quantity: Copies; all that are left if left out.
        restock: Whether the copies go back into stock.
        """

    @_method("sales.get", changes=False)
    def get(self, *, id: int) -> Sale:
        """Get one sale.

        id: The sale's id.
        """

    @_method("sales.list", changes=False)
    def list(self, *, book_id: int | None = ..., from_: str | None = ..., to: str | None = ..., limit: int | None = ..., cursor: str | None = ..., time_zone: str | None = ...) -> SalePage:
        """List sales by id, a page at a time.

        book_id: The book's id.
        from_: Start: a date means from that day on, a datetime is an instant (included); without an offset it is by the clock of `time_zone`.
        to: End: a date includes that whole day, a datetime is an instant (excluded); without an offset it is by the clock of `time_zone`.
        time_zone: IANA time zone whose days and clock `from` and `to` mean.
        """

    @_method("sales.totals", changes=False)
    def totals(self, *, from_: str | None = ..., to: str | None = ..., time_zone: str | None = ...) -> TotalSales:
        """Add up the sales made and the refunds given in a period.

        A refund counts in the period in which it is given, whenever its sale was made. Without sales
        and refunds, all are zeros.

        from_: Start: a date means from that day on, a datetime is an instant (included); without an offset it is by the clock of `time_zone`.
        to: End: a date includes that whole day, a datetime is an instant (excluded); without an offset it is by the clock of `time_zone`.
        time_zone: IANA time zone whose days and clock `from` and `to` mean.
        """

    @_method("sales.average_pages", changes=False)
    def average_pages(self, *, from_: str | None = ..., to: str | None = ..., time_zone: str | None = ...) -> AveragePages:
        """Average the pages of the copies sold in a period, without those refunded since.

        Weighted by copies; null when there are none.

        from_: Start: a date means from that day on, a datetime is an instant (included); without an offset it is by the clock of `time_zone`.
        to: End: a date includes that whole day, a datetime is an instant (excluded); without an offset it is by the clock of `time_zone`.
        time_zone: IANA time zone whose days and clock `from` and `to` mean.
        """

class Orders(Namespace[Mode]):
    """orders.*"""
    @_method("orders.quote", changes=False)
    def quote(self, *, items: builtins.list[OrderItem]) -> Quote:
        """Tell what an order would come to now, and whether all of it is on hand; reserve nothing.

        items: Books and how many copies of each.
        """

    @_method("orders.place", changes=True)
    def place(self, *, items: builtins.list[OrderItem], customer: Customer, payment: PaymentMethod, expected_total: float | None = ..., address: Address | None = ..., idempotency_key: str | None = ...) -> Order:
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

    @_method("orders.get", changes=False)
    def get(self, *, id: int) -> Order:
        """Get one order, with all its deliveries.

        id: The order's id.
        """

    @_method("orders.list", changes=False)
    def list(self, *, status: Literal['pending', 'paid', 'partially_refunded', 'refunded', 'declined', 'failed', 'cancelled'] | None = ..., email: str | None = ..., from_: str | None = ..., to: str | None = ..., time_zone: str | None = ..., limit: int | None = ..., cursor: str | None = ...) -> OrderPage:
        """List orders in the order in which they were placed, a page at a time.

        `from` and `to` are about when they were placed. The case of `email` does not matter.

        status: Only orders with this status.
        email: E-mail address.
        from_: Start: a date means from that day on, a datetime is an instant (included); without an offset it is by the clock of `time_zone`.
        to: End: a date includes that whole day, a datetime is an instant (excluded); without an offset it is by the clock of `time_zone`.
        time_zone: IANA time zone whose days and clock `from` and `to` mean.
        """

    @_method("orders.cancel", changes=True)
    def cancel(self, *, order_id: int, idempotency_key: str | None = ...) -> Order:
        """Cancel a paid order: refund and restock exactly what was not refunded before.

        A delivery that has not left is cancelled with it; once one is out or has arrived, orders.return
        takes the copies back. Cancelling again changes nothing. The gateway pays the money back right
        after; until then `payment.refund_pending` shows it.

        order_id: The order's id.
        """

    @_method("orders.return", changes=True)
    def return_(self, *, order_id: int, items: builtins.list[ReturnedItem] | None = ..., restock: bool | None = ..., idempotency_key: str | None = ...) -> Order:
        """Take copies of an order back that are out or were delivered, each once.

        They are refunded at the price they were sold for; the gateway pays the money back right after.

        order_id: The order's id.
        items: Books and how many copies of each; all that are left if left out.
        restock: Whether the copies go back into stock.
        """

class Deliveries(Namespace[Mode]):
    """deliveries.*"""
    @_method("deliveries.schedule", changes=True)
    def schedule(self, *, order_id: int, address: Address | None = ..., date: str | None = ..., idempotency_key: str | None = ...) -> Delivery:
        """Plan the delivery of a paid order that is not refunded in full.

        It goes to the order's own address unless another is given, which has to be as its country
        wants it. An order has one delivery under way, and none after one that has arrived. A date is
        past when it is so in every time zone.

        order_id: The order's id.
        address: Where to deliver to, as the country's rules want it.
        date: The day to deliver on, if agreed.
        """

    @_method("deliveries.get", changes=False)
    def get(self, *, id: int) -> Delivery:
        """Get one delivery.

        id: The delivery's id.
        """

    @_method("deliveries.list", changes=False)
    def list(self, *, order_id: int | None = ..., status: Literal['scheduled', 'out_for_delivery', 'delivered', 'failed', 'cancelled'] | None = ..., limit: int | None = ..., cursor: str | None = ...) -> DeliveryPage:
        """List deliveries by id, a page at a time.

        order_id: The order's id.
        status: Status of the delivery.
        """

    @_method("deliveries.update_status", changes=True)
    def update_status(self, *, id: int, status: Literal['scheduled', 'out_for_delivery', 'delivered', 'failed', 'cancelled'], idempotency_key: str | None = ...) -> Delivery:
        """Move a delivery on.

        From scheduled to out_for_delivery to delivered; before that it may become failed or cancelled.
        It does not go out once all of its order is refunded.

        id: The delivery's id.
        status: Status of the delivery.
        """

class Members(Namespace[Mode]):
    """members.*"""
    @_method("members.create", changes=True)
    def create(self, *, name: str, email: str | None = ..., idempotency_key: str | None = ...) -> Member:
        """Add a member to the library.

        name: The member's name.
        email: E-mail address.
        """

    @_method("members.get", changes=False)
    def get(self, *, id: int) -> Member:
        """Get one member, with the number of books on loan.

        id: The member's id.
        """

    @_method("members.list", changes=False)
    def list(self, *, query: str | None = ..., archived: bool | None = ..., limit: int | None = ..., cursor: str | None = ...) -> MemberPage:
        """List members by id, a page at a time, all of them or those that a query finds.

        A query is words of the name or beginnings of them, in any order, or the whole e-mail address;
        case and accents do not matter.

        query: Words of the name, or their beginnings; or the e-mail address.
        archived: Those who have left, instead of the others.
        """

    @_method("members.update", changes=True)
    def update(self, *, id: int, name: str | None = ..., email: str | None = ..., idempotency_key: str | None = ...) -> Member:
        """Change a member's name or e-mail address; fields left out do not change.

        An `email` of null takes it away.

        id: The member's id.
        name: The member's name.
        email: E-mail address.
        """

    @_method("members.archive", changes=True)
    def archive(self, *, id: int, idempotency_key: str | None = ...) -> Member:
        """Let a member leave, who has no loans and owes nothing; reservations are cancelled.

        Copies held for the member pass to the next in the queue at once. What the member has borrowed
        stays in the lists and in the log.

        id: The member's id.
        """

    @_method("members.unarchive", changes=True)
    def unarchive(self, *, id: int, idempotency_key: str | None = ...) -> Member:
        """Take a member back who had left.

        id: The member's id.
        """

class Library(Namespace[Mode]):
    """library.*"""
    @_method("library.set_copies", changes=True)
    def set_copies(self, *, book_id: int, copies: int, idempotency_key: str | None = ...) -> Availability:
        """Set how many copies of a book are for loan, including those on loan or held.

        New copies go to the queue, in order. Copies for loan are separate from the stock for sale.

        book_id: The book's id.
        copies: Copies for loan, those on loan included.
        """

    @_method("library.availability", changes=False)
    def availability(self, *, book_id: int) -> Availability:
        """Show where a book's copies are. A book that is not for loan has zeros.

        book_id: The book's id.
        """

    @_method("library.checkout", changes=True)
    def checkout(self, *, member_id: int, book_id: int, idempotency_key: str | None = ...) -> Lending:
        """Lend a copy, or put the member into the queue if no copy is free.

        `outcome` is `loaned` with the loan, or `reserved` with the place in the queue and the time a
        copy is expected. A copy held for the member is lent and fulfils the reservation. Overdue loans,
        fines and the loan limit are checked when a copy would be lent, not when the member is put into
        the queue.

        member_id: The member's id.
        book_id: The book's id.
        """

    @_method("library.return", changes=True)
    def return_(self, *, member_id: int, book_id: int, idempotency_key: str | None = ...) -> Returned:
        """Take a copy back.

        If somebody waits, it is held for the first in the queue at once; `handed_to` names that member.
        A late return is fined if the operator has set a fine per day; `fine` tells how much.

        member_id: The member's id.
        book_id: The book's id.
        """

    @_method("library.reserve", changes=True)
    def reserve(self, *, member_id: int, book_id: int, idempotency_key: str | None = ...) -> Lending:
        """Put a member into the queue for a book that has no free copy.

        member_id: The member's id.
        book_id: The book's id.
        """

    @_method("library.fulfill", changes=True)
    def fulfill(self, *, member_id: int, book_id: int, idempotency_key: str | None = ...) -> Lending:
        """Lend the copy that is held for the member.

        If no copy is held, the refusal gives the member's position in the queue and the time a copy
        is expected.

        member_id: The member's id.
        book_id: The book's id.
        """

    @_method("library.cancel_reservation", changes=True)
    def cancel_reservation(self, *, member_id: int, book_id: int, idempotency_key: str | None = ...) -> PassedOn:
        """Leave the queue. A copy held for the member passes to the first in the queue at once.

        member_id: The member's id.
        book_id: The book's id.
        """

    @_method("library.step_aside", changes=True)
    def step_aside(self, *, member_id: int, book_id: int, idempotency_key: str | None = ...) -> PassedOn:
        """Let the next in the queue go first, and stay right behind.

        A copy held for the member passes to the first who waits, and the member becomes the first in
        the queue. A member who waits changes places with the one behind.

        member_id: The member's id.
        book_id: The book's id.
        """

    @_method("library.renew", changes=True)
    def renew(self, *, member_id: int, book_id: int, idempotency_key: str | None = ...) -> Renewed:
        """Lengthen a loan by one period, while nobody waits for the book.

        The period counts from the due date, or from now if that is later.

        member_id: The member's id.
        book_id: The book's id.
        """

    @_method("library.set_due_date", changes=True)
    def set_due_date(self, *, member_id: int, book_id: int, due_at: str, time_zone: str | None = ..., idempotency_key: str | None = ...) -> Renewed:
        """Give a loan another due date, as an exception; it does not count as a renewal.

        member_id: The member's id.
        book_id: The book's id.
        due_at: Any instant, past ones too; a date means until the end of that day.
        time_zone: IANA time zone whose days and clock `from` and `to` mean.
        """

    @_method("library.withdraw_copy", changes=True)
    def withdraw_copy(self, *, book_id: int, reason: Literal['lost', 'damaged', 'withdrawn'], member_id: int | None = ..., idempotency_key: str | None = ...) -> Withdrawn:
        """Take one copy of a book out of lending: it is lost, damaged or not wanted any more.

        With `member_id` it is the copy that this member has: the loan ends as lost, and is fined like a
        late return. Without, it is a free copy or, if there is none, a held one, whose member
        then waits again at the place of before. Nobody loses a place in the queue.

        book_id: The book's id.
        reason: Why the copy is not for loan any more: for the log.
        member_id: The member's id.
        """

    @_method("library.queue", changes=False)
    def queue(self, *, book_id: int, limit: int | None = ..., cursor: str | None = ...) -> QueuePage:
        """List those who wait for a book, in order, each with the time a copy is expected.

        Positions count from 1. Members with a held copy no longer wait: they are in `holds` of every
        page. The n-th place gets the n-th of the copies that are still to come; if it would rest on an
        overdue loan, `estimated_ready_at` is null and `estimate_reason` is `overdue`.

        book_id: The book's id.
        """

    @_method("library.loans", changes=False)
    def loans(self, *, member_id: int | None = ..., book_id: int | None = ..., open: bool | None = ..., overdue: bool | None = ..., limit: int | None = ..., cursor: str | None = ...) -> LoanPage:
        """List loans, a page at a time, by id.

        With `overdue` true they come by due date, the longest overdue first; with `open` true and
        `overdue` false too, those due soonest first.

        member_id: The member's id.
        book_id: The book's id.
        open: Only loans not returned, or those returned.
        overdue: Only loans past their due date, or the others.
        """

    @_method("library.reservations", changes=False)
    def reservations(self, *, member_id: int | None = ..., book_id: int | None = ..., status: Literal['waiting', 'ready'] | None = ..., limit: int | None = ..., cursor: str | None = ...) -> ReservationPage:
        """List open reservations, a page at a time: by id, with `ready` those to be fetched soonest.

        member_id: The member's id.
        book_id: The book's id.
        status: `ready` is the holds shelf, `waiting` are those in a queue.
        """

    @_method("library.events", changes=False)
    def events(self, *, book_id: int | None = ..., member_id: int | None = ..., kind: EventKind | None = ..., limit: int | None = ..., cursor: str | None = ...) -> EventPage:
        """List the circulation log, which only grows: of one book by event number, else by time.

        book_id: The book's id.
        member_id: The member's id.
        kind: Only events of that kind.
        """

    @_method("library.fines", changes=False)
    def fines(self, *, member_id: int, limit: int | None = ..., cursor: str | None = ...) -> Fines:
        """Show what a member owes, and list the fines and payments that it is the sum of, by time.

        member_id: The member's id.
        """

    @_method("library.pay_fine", changes=True)
    def pay_fine(self, *, member_id: int, amount: float, idempotency_key: str | None = ...) -> Fines:
        """Take what a member pays of the fines; the balance and all its rows are the answer.

        member_id: The member's id.
        amount: What the member pays, at most two decimals, more than 0; in major units, at most two decimals.
        """

class Stores(Namespace[Mode]):
    """stores.*"""
    @_method("stores.list", changes=False)
    def list(self, *, open_at: str | None = ..., open_on: OpenOn | None = ..., hours_per_week: HoursPerWeek | None = ..., hours_per_day: HoursPerDay | None = ..., books: BooksCount | None = ..., name: str | None = ..., sort: Literal['id', 'name', 'hours_per_week', 'listings_count'] | None = ..., order: Literal['asc', 'desc'] | None = ..., limit: int | None = ..., cursor: str | None = ...) -> StorePage:
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

    @_method("stores.get", changes=False)
    def get(self, *, id: int, open_at: str | None = ...) -> Store:
        """Get one store; `is_open`, `closes_at` and `opens_at` are for `open_at`, else for now.

        id: The store's id.
        open_at: Open then: a local datetime, or one with an offset, which is converted to the store's time zone.
        """

    @_method("stores.create", changes=True)
    def create(self, *, name: str, hours: str | builtins.list[StoresHoursItem], time_zone: str | None = ..., cash: float | None = ..., idempotency_key: str | None = ...) -> Store:
        """Open a store. `notes` in the answer say what of the text of its hours was left out.

        name: The store's name.
        hours: Opening hours of a week: text such as `Mon, Fri 2:30 pm - 8 pm / Sat - Sun 11 am - 1 am` or `Mo-Fr 09:00-17:00; We off`, or a list of {day, open, close}. Without a day it is every day. After `;` a rule replaces the hours of its days, after `,`, `/` or a new line it adds; what is closed or off stays so. A close at or before its open is on the next day; `closed` alone is never.
        time_zone: IANA time zone by whose clock the store opens.
        cash: Its first cash; in major units, at most two decimals.
        """

    @_method("stores.update", changes=True)
    def update(self, *, id: int, name: str | None = ..., hours: str | builtins.list[StoresHoursItem] | None = ..., time_zone: str | None = ..., idempotency_key: str | None = ...) -> Store:
        """Change a store's name, opening hours or time zone; all hours are replaced.

        Listings and search show a new name at once. Past purchases have the old one.

        id: The store's id.
        name: The store's name.
        hours: Opening hours of a week: text such as `Mon, Fri 2:30 pm - 8 pm / Sat - Sun 11 am - 1 am` or `Mo-Fr 09:00-17:00; We off`, or a list of {day, open, close}. Without a day it is every day. After `;` a rule replaces the hours of its days, after `,`, `/` or a new line it adds; what is closed or off stays so. A close at or before its open is on the next day; `closed` alone is never.
        time_zone: IANA time zone by whose clock the store opens.
        """

    @_method("stores.set_special_day", changes=True)
    def set_special_day(self, *, id: int, date: str, hours: str | builtins.list[StoresHoursItem2] | None = ..., closed: bool | None = ..., idempotency_key: str | None = ...) -> Store:
        """Give a day hours of its own, in place of those of the week that open on it.

        The night before goes on into a special day as it would into any other. Give hours, or
        `closed`; they replace what was set for that day.

        id: The store's id.
        date: The day, by the store's calendar.
        hours: Hours of one day: text such as `20:00-23:00` (more parted by `,`), or a list of {open, close}. A close at or before its open is on the next day.
        closed: Not open on that day at all.
        """

    @_method("stores.remove_special_day", changes=True)
    def remove_special_day(self, *, id: int, date: str, idempotency_key: str | None = ...) -> Store:
        """Let the hours of a day be those of the week again.

        id: The store's id.
        date: The day, by the store's calendar.
        """

    @_method("stores.popular", changes=False)
    def popular(self, *, by: Literal['count', 'value'] | None = ..., from_: str | None = ..., to: str | None = ..., limit: int | None = ..., time_zone: str | None = ...) -> PopularStores:
        """Rank stores by what was bought there in a period; ties by name, then id.

        by: Number of purchases, or what they came to.
        from_: Start: a date means from that day on, a datetime is an instant (included); without an offset it is by the clock of `time_zone`.
        to: End: a date includes that whole day, a datetime is an instant (excluded); without an offset it is by the clock of `time_zone`.
        time_zone: IANA time zone whose days and clock `from` and `to` mean.
        """

class Listings(Namespace[Mode]):
    """listings.*"""
    @_method("listings.list", changes=False)
    def list(self, *, store_id: int | None = ..., name: str | None = ..., min_price: float | None = ..., max_price: float | None = ..., sort: Literal['id', 'price', 'name'] | None = ..., order: Literal['asc', 'desc'] | None = ..., limit: int | None = ..., cursor: str | None = ...) -> ListingPage:
        """List the listings that match all filters, a page at a time. Both prices are included.

        Names sort by their words; case, accents and punctuation do not matter.

        store_id: The store's id.
        name: Words that the name has, in any order.
        min_price: Lowest price, included; in major units, at most two decimals.
        max_price: Highest price, included; in major units, at most two decimals.
        sort: What to sort by; ties by id.
        order: Direction of the sort.
        """

    @_method("listings.get", changes=False)
    def get(self, *, id: int) -> Listing:
        """Get one listing.

        id: The listing's id.
        """

    @_method("listings.create", changes=True)
    def create(self, *, store_id: int, name: str, price: float, idempotency_key: str | None = ...) -> Listing:
        """List a book in a store.

        store_id: The store's id.
        name: The book's name.
        price: Price of one copy; in major units, at most two decimals.
        """

    @_method("listings.remove", changes=True)
    def remove(self, *, id: int, idempotency_key: str | None = ...) -> Listing:
        """Take a listing off its store, and return it as it was. Past purchases do not change.

        id: The listing's id.
        """

    @_method("listings.update", changes=True)
    def update(self, *, id: int, name: str | None = ..., price: float | None = ..., idempotency_key: str | None = ...) -> Listing:
        """Change a listing's name or price. Past purchases do not change.

        id: The listing's id.
        name: The book's name.
        price: Price of one copy; in major units, at most two decimals.
        """

class Users(Namespace[Mode]):
    """users.*"""
    @_method("users.create", changes=True)
    def create(self, *, name: str, cash: float | None = ..., idempotency_key: str | None = ...) -> User:
        """Add a user.

        name: The user's name.
        cash: The cash that the user begins with; in major units, at most two decimals.
        """

    @_method("users.deposit", changes=True)
    def deposit(self, *, id: int, amount: float, idempotency_key: str | None = ...) -> User:
        """Add cash that a user brings to their balance.

        id: The user's id.
        amount: An amount of more than 0; in major units, at most two decimals.
        """

    @_method("users.withdraw", changes=True)
    def withdraw(self, *, id: int, amount: float, idempotency_key: str | None = ...) -> User:
        """Take cash that a user fetches off their balance.

        id: The user's id.
        amount: An amount of more than 0; in major units, at most two decimals.
        """

    @_method("users.get", changes=False)
    def get(self, *, id: int) -> User:
        """Get one user.

        id: The user's id.
        """

    @_method("users.list", changes=False)
    def list(self, *, query: str | None = ..., limit: int | None = ..., cursor: str | None = ...) -> UserPage:
        """List users by id, a page at a time: all, or those whose names have the words.

        query: Words of the name, or their beginnings.
        """

    @_method("users.update", changes=True)
    def update(self, *, id: int, name: str, idempotency_key: str | None = ...) -> User:
        """Rename a user.

        id: The user's id.
        name: The user's name.
        """

    @_method("users.top", changes=False)
    def top(self, *, from_: str | None = ..., to: str | None = ..., limit: int | None = ..., time_zone: str | None = ...) -> TopUsers:
        """Rank users by what they spent in a period; ties by name, then id.

        from_: Start: a date means from that day on, a datetime is an instant (included); without an offset it is by the clock of `time_zone`.
        to: End: a date includes that whole day, a datetime is an instant (excluded); without an offset it is by the clock of `time_zone`.
        time_zone: IANA time zone whose days and clock `from` and `to` mean.
        """

    @_method("users.count", changes=False)
    def count(self, *, more_than: float | None = ..., less_than: float | None = ..., from_: str | None = ..., to: str | None = ..., include_idle: bool | None = ..., time_zone: str | None = ...) -> UserCount:
        """Count the users who spent more or less than an amount in a period, both strict.

        more_than: Spent more than this in all; in major units, at most two decimals.
        less_than: Spent less than this in all; in major units, at most two decimals.
        from_: Start: a date means from that day on, a datetime is an instant (included); without an offset it is by the clock of `time_zone`.
        to: End: a date includes that whole day, a datetime is an instant (excluded); without an offset it is by the clock of `time_zone`.
        include_idle: Whether users who bought nothing in the period count, as having spent 0.
        time_zone: IANA time zone whose days and clock `from` and `to` mean.
        """

class Purchases(Namespace[Mode]):
    """purchases.*"""
    @_method("purchases.create", changes=True)
    def create(self, *, user_id: int, listing_id: int, expected_price: float | None = ..., idempotency_key: str | None = ...) -> NewPurchase:
        """Buy a listing at its present price: the user pays the store, all at once or not at all.

        With `expected_price`, a price that rose above it is refused; one that fell is paid.

        user_id: The user's id.
        listing_id: The listing's id.
        expected_price: The price that the buyer expects; a higher one is refused; in major units, at most two decimals.
        """

    @_method("purchases.get", changes=False)
    def get(self, *, id: int) -> Purchase:
        """Get one purchase.

        id: The purchase's id.
        """

    @_method("purchases.refund", changes=True)
    def refund(self, *, id: int, idempotency_key: str | None = ...) -> PurchaseRefund:
        """Pay the price of a purchase back from the store to the user, once.

        The purchase stays in the history, with `refunded_at`.

        id: The purchase's id.
        """

    @_method("purchases.list", changes=False)
    def list(self, *, user_id: int | None = ..., store_id: int | None = ..., from_: str | None = ..., to: str | None = ..., limit: int | None = ..., cursor: str | None = ..., time_zone: str | None = ...) -> PurchasePage:
        """List purchases by id, a page at a time.

        user_id: The user's id.
        store_id: The store's id.
        from_: Start: a date means from that day on, a datetime is an instant (included); without an offset it is by the clock of `time_zone`.
        to: End: a date includes that whole day, a datetime is an instant (excluded); without an offset it is by the clock of `time_zone`.
        time_zone: IANA time zone whose days and clock `from` and `to` mean.
        """

    @_method("purchases.totals", changes=False)
    def totals(self, *, from_: str | None = ..., to: str | None = ..., time_zone: str | None = ...) -> PurchaseTotals:
        """Count the purchases of a period and add them up, and what was paid back in it.

        A refund counts in the period in which it is paid. Without purchases and refunds, all are zeros.

        from_: Start: a date means from that day on, a datetime is an instant (included); without an offset it is by the clock of `time_zone`.
        to: End: a date includes that whole day, a datetime is an instant (excluded); without an offset it is by the clock of `time_zone`.
        time_zone: IANA time zone whose days and clock `from` and `to` mean.
        """

class Search(Namespace[Mode]):
    """search.*"""
    @_method("search.find", changes=False)
    def find(self, *, query: str, kinds: builtins.list[Literal['store', 'listing', 'book']] | None = ..., open_at: str | None = ..., limit: int | None = ..., cursor: str | None = ...) -> Hits:
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

class Requests(Namespace[Mode]):
    """requests.*"""
    @_method("requests.lookup", changes=False)
    def lookup(self, *, idempotency_key: str) -> RequestOutcome:
        """Tell what happened to the change that this API key requested with an idempotency key.

        `unknown`: nothing has happened so far; repeat the request with its key, so that it happens, and
        only once. `in_progress`: the request is running. `done`: the answer is here, whether or not it
        arrived before.
        """

class Keys(Namespace[Mode]):
    """keys.*"""
    @_method("keys.create", changes=True)
    def create(self, *, name: str, role: Literal['public', 'reader', 'clerk', 'admin'], idempotency_key: str | None = ...) -> NewApiKey:
        """Make an API key. Only this answer shows it; a repetition of the request gives null.

        name: Who uses the key.
        role: What the key may do.
        """

    @_method("keys.list", changes=False)
    def list(self, *, limit: int | None = ..., cursor: str | None = ...) -> ApiKeyPage:
        """List all API keys, revoked ones included, without their secrets."""

    @_method("keys.revoke", changes=True)
    def revoke(self, *, id: int, idempotency_key: str | None = ...) -> ApiKey:
        """Revoke an API key; it is refused from now on, by other processes within a second.

        id: The key's id.
        """

class Audit(Namespace[Mode]):
    """audit.*"""
    @_method("audit.run", changes=False)
    def run(self, *, scope: Literal['bookshop', 'library', 'marketplace'] | None = ...) -> AuditReport:
        """Check each counter against the rows that explain it, and list every difference.

        A book's stock is what was received, less what was sold, plus what came back; the refundable
        copies of a sale are its copies less those refunded. All is read as of one moment.

        One audit runs at a time. Calls that come meanwhile wait and share the next one.

        scope: Which part to audit; all of it if left out.
        """

class Rpc(Namespace[Mode]):
    """rpc.*"""
    @_method("rpc.discover", changes=False)
    def discover(self) -> OpenRpcDocument:
        """Describe all methods as an OpenRPC document; needs no key."""


class Methods(Generic[Mode]):
    """All methods by their namespaces."""

    def __init__(self, send: Callable[[Later[Any]], Any]) -> None:
        self.books: Books[Mode] = Books(send)
        self.authors: Authors[Mode] = Authors(send)
        self.sales: Sales[Mode] = Sales(send)
        self.orders: Orders[Mode] = Orders(send)
        self.deliveries: Deliveries[Mode] = Deliveries(send)
        self.members: Members[Mode] = Members(send)
        self.library: Library[Mode] = Library(send)
        self.stores: Stores[Mode] = Stores(send)
        self.listings: Listings[Mode] = Listings(send)
        self.users: Users[Mode] = Users(send)
        self.purchases: Purchases[Mode] = Purchases(send)
        self.search: Search[Mode] = Search(send)
        self.requests: Requests[Mode] = Requests(send)
        self.keys: Keys[Mode] = Keys(send)
        self.audit: Audit[Mode] = Audit(send)
        self.rpc: Rpc[Mode] = Rpc(send)


class Batch(Methods[InBatch]):
    """Calls that are sent together at the end of a `with` block; each succeeds or fails by itself."""

    def __init__(self, line: _Line) -> None:
        super().__init__(self._put)
        self._line = line
        self._calls: builtins.list[Later[Any]] = []

    def _put(self, call: Later[Any]) -> Later[Any]:
        self._calls.append(call)
        return call

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


class Octavo(Methods[Now]):
    """The service at a URL, that of /rpc, for the holder of a key. Threads may share it."""

    def __init__(self, url: str, key: str | None = None, *, deadline_s: float = DEADLINE_S) -> None:
        super().__init__(self._perform)
        self._line = _Line(url, key, deadline_s)

    def batch(self) -> Batch:
        """A batch: `with octavo.batch() as batch: one = batch.books.get(id=1)`."""
        return Batch(self._line)

    def _perform(self, call: Later[Any]) -> Any:
        self._line.perform([call], as_batch=False)
        return call.result()
