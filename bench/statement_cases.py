"""One call of every method that changes something, with what has to be there before it.

A case prepares its own fixtures through the service and returns the parameters of the call that is
counted, so that it can be repeated. A method that the service at hand does not have is left out; a
changing method without a case makes the count fail.
"""

import itertools
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bench.http_client import Client, Params

BATCH_SIZE: Final = 40
ADDRESS: Final = {
    "line1": "12 Mill Lane",
    "city": "Cambridge",
    "postcode": "CB2 1RX",
    "country": "GB",
}
FINED_MEMBER: Final = 1
"""A member of the demo who owes 2.00."""
NAMES: Final = ("Ruby River Swift Run", "River Swift Run Ruby", "Swift Run Ruby River")
HOURS: Final = ("Mon - Sun 9 am - 5 pm", "Mon - Sun 10 am - 6 pm")


class World:
    """Makes fixtures: each a new one, so that cases do not meet."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._numbers = itertools.count(1)
        self._names = itertools.cycle(NAMES)
        self.hours = itertools.cycle(HOURS)

    def number(self) -> int:
        """A number that no other fixture of this run has."""
        return next(self._numbers)

    def name_of_known_words(self) -> str:
        """A name that differs from the last one in nothing but the order of its words."""
        return next(self._names)

    async def id_of(self, method: str, **params: Any) -> int:
        """The id of what a call makes."""
        result = await self.client.call(method, params)
        return int(result["id"])

    async def book(self, stock: int = 1_000) -> int:
        """A new book."""
        return await self.id_of("books.create", **self.book_params(), quantity=stock)

    def book_params(self) -> Params:
        """What a new book needs, of words that other titles have."""
        title = self.name_of_known_words()
        return {"title": title, "authors": ["A. Author"], "pages": 300, "price": 12.5}

    async def member(self) -> int:
        """A new member."""
        return await self.id_of("members.create", name=f"Member {self.number()}")

    async def shelf(self, copies: int = 5) -> int:
        """A new book with copies for loan."""
        book_id = await self.book()
        await self.client.call("library.set_copies", {"book_id": book_id, "copies": copies})
        return book_id

    async def loan(self, book_id: int | None = None) -> Params:
        """A new member with a loan, of a new book if none is given."""
        book_id = await self.shelf() if book_id is None else book_id
        pair = {"member_id": await self.member(), "book_id": book_id}
        await self.client.call("library.checkout", pair)
        return pair

    async def waiting(self, members: int = 1) -> tuple[Params, list[Params]]:
        """The loan of a book's only copy, and those who wait for it."""
        loan = await self.loan(await self.shelf(copies=1))
        queue = [
            {"member_id": await self.member(), "book_id": loan["book_id"]} for _ in range(members)
        ]
        for each in queue:
            await self.client.call("library.reserve", each)
        return loan, queue

    async def sale(self) -> int:
        """A new sale of three copies."""
        return await self.id_of("sales.create", book_id=await self.book(), quantity=3)

    async def order(self) -> int:
        """A new paid order of two books."""
        return await self.id_of("orders.place", **await self.order_params())

    async def order_params(self, token: str = "tok_ok") -> Params:  # noqa: S107 - a card's name
        """An order of two books."""
        books = [await self.book(), await self.book()]
        return {
            "items": [{"book_id": book, "quantity": 2} for book in books],
            "customer": {"name": "Ada Lovelace", "email": "ada@example.org"},
            "payment": {"token": token},
        }

    async def delivery(self) -> int:
        """A new delivery of a new order."""
        order_id = await self.order()
        return await self.id_of("deliveries.schedule", order_id=order_id, address=ADDRESS)

    async def first(self, method: str, **params: Any) -> Any:
        """The first item of a list."""
        return (await self.client.call(method, params | {"limit": 1}))["items"][0]

    async def store(self) -> int:
        """A store that has listings."""
        listing = await self.first("listings.list")
        return int(listing["store_id"])

    async def listing(self) -> int:
        """A listing, the cheapest."""
        listing = await self.first("listings.list", sort="price")
        return int(listing["id"])

    async def user(self) -> int:
        """A user of the demo who can pay."""
        top = await self.client.call("users.top", {})
        users = [await self.client.call("users.get", {"id": item["id"]}) for item in top["items"]]
        return int(max(users, key=lambda user: user["cash"])["id"])


Prepare = Callable[[World], Awaitable[Params]]


@dataclass(frozen=True, slots=True)
class Case:
    """A call to count: its method, in which situation, and the most statements it may take."""

    method: str
    variant: str
    prepare: Prepare
    goal: int | None = None

    @property
    def title(self) -> str:
        """What the table calls it."""
        return f"{self.method}, {self.variant}" if self.variant else self.method


CASES: Final[list[Case]] = []


def case(method: str, variant: str = "", goal: int | None = None) -> Callable[[Prepare], Prepare]:
    """Add a case."""

    def add(prepare: Prepare) -> Prepare:
        CASES.append(Case(method, variant, prepare, goal))
        return prepare

    return add


@case("books.create", "of known words")
async def _(world: World) -> Params:
    return world.book_params()


@case("books.create", "with a new word")
async def _(world: World) -> Params:
    return world.book_params() | {"title": f"Counted Book No{world.number()}"}


@case("books.create", "with an isbn")
async def _(world: World) -> Params:
    return world.book_params() | {"isbn": isbn(world.number())}


@case("books.update", "price")
async def _(world: World) -> Params:
    return {"id": await world.book(), "price": 13.5}


@case("books.update", "title of known words")
async def _(world: World) -> Params:
    return {"id": await world.book(), "title": world.name_of_known_words()}


@case("books.update", "title with a new word")
async def _(world: World) -> Params:
    return {"id": await world.book(), "title": f"Renamed Book No{world.number()}"}


@case("books.update", "isbn")
async def _(world: World) -> Params:
    return {"id": await world.book(), "isbn": isbn(world.number())}


@case("books.update", "authors")
async def _(world: World) -> Params:
    return {"id": await world.book(), "authors": ["B. Author"]}


@case("books.archive")
async def _(world: World) -> Params:
    return {"id": await world.book()}


@case("books.unarchive")
async def _(world: World) -> Params:
    book_id = await world.book()
    await world.client.call("books.archive", {"id": book_id})
    return {"id": book_id}


@case("books.restock")
async def _(world: World) -> Params:
    return {"id": await world.book(), "quantity": 10}


@case("books.set_stock")
async def _(world: World) -> Params:
    return {"id": await world.book(stock=7), "quantity": 5, "expected_quantity": 7}


@case("sales.create", goal=4)
async def _(world: World) -> Params:
    return {"book_id": await world.book(), "quantity": 1}


@case("sales.refund")
async def _(world: World) -> Params:
    return {"sale_id": await world.sale(), "quantity": 1}


@case("sales.refund", "of an order")
async def _(world: World) -> Params:
    order = await world.client.call("orders.place", await world.order_params())
    return {"sale_id": order["lines"][0]["sale_id"], "quantity": 1}


@case("orders.place", "paid")
async def _(world: World) -> Params:
    return await world.order_params()


@case("orders.cancel")
async def _(world: World) -> Params:
    return {"order_id": await world.order()}


@case("orders.return")
async def _(world: World) -> Params:
    order_id = await world.order()
    delivery = {"order_id": order_id, "address": ADDRESS}
    delivery_id = await world.id_of("deliveries.schedule", **delivery)
    out = {"id": delivery_id, "status": "out_for_delivery"}
    await world.client.call("deliveries.update_status", out)
    return {"order_id": order_id}


@case("deliveries.schedule")
async def _(world: World) -> Params:
    return {"order_id": await world.order(), "address": ADDRESS}


@case("deliveries.update_status", "out for delivery")
async def _(world: World) -> Params:
    return {"id": await world.delivery(), "status": "out_for_delivery"}


@case("deliveries.update_status", "cancelled")
async def _(world: World) -> Params:
    return {"id": await world.delivery(), "status": "cancelled"}


@case("members.create")
async def _(world: World) -> Params:
    return {"name": f"Member {world.number()}", "email": "member@example.org"}


@case("members.update", "name")
async def _(world: World) -> Params:
    return {"id": await world.member(), "name": f"Member {world.number()}"}


@case("members.archive", "nothing reserved")
async def _(world: World) -> Params:
    return {"id": await world.member()}


@case("members.archive", "one reservation")
async def _(world: World) -> Params:
    _, (first,) = await world.waiting()
    return {"id": first["member_id"]}


@case("members.unarchive")
async def _(world: World) -> Params:
    member_id = await world.member()
    await world.client.call("members.archive", {"id": member_id})
    return {"id": member_id}


@case("library.set_copies", "of a book without")
async def _(world: World) -> Params:
    return {"book_id": await world.book(), "copies": 3}


@case("library.set_copies", "more")
async def _(world: World) -> Params:
    return {"book_id": await world.shelf(copies=3), "copies": 5}


@case("library.checkout", "a copy is free", goal=6)
async def _(world: World) -> Params:
    return {"member_id": await world.member(), "book_id": await world.shelf()}


@case("library.checkout", "none is free", goal=6)
async def _(world: World) -> Params:
    loan = await world.loan(await world.shelf(copies=1))
    return loan | {"member_id": await world.member()}


@case("library.return", "nobody waits", goal=6)
async def _(world: World) -> Params:
    return await world.loan()


@case("library.return", "somebody waits", goal=6)
async def _(world: World) -> Params:
    loan, _ = await world.waiting()
    return loan


@case("library.reserve")
async def _(world: World) -> Params:
    loan = await world.loan(await world.shelf(copies=1))
    return loan | {"member_id": await world.member()}


@case("library.fulfill")
async def _(world: World) -> Params:
    loan, (first,) = await world.waiting()
    await world.client.call("library.return", loan)
    return first


@case("library.cancel_reservation", "waiting")
async def _(world: World) -> Params:
    _, (first,) = await world.waiting()
    return first


@case("library.cancel_reservation", "held, one behind")
async def _(world: World) -> Params:
    loan, (first, _) = await world.waiting(2)
    await world.client.call("library.return", loan)
    return first


@case("library.step_aside")
async def _(world: World) -> Params:
    loan, (first, _) = await world.waiting(2)
    await world.client.call("library.return", loan)
    return first


@case("library.renew")
async def _(world: World) -> Params:
    return await world.loan()


@case("library.set_due_date")
async def _(world: World) -> Params:
    return await world.loan() | {"due_at": "2026-12-24T18:00:00Z"}


@case("library.withdraw_copy", "a free one")
async def _(world: World) -> Params:
    return {"book_id": await world.shelf(), "reason": "damaged"}


@case("library.withdraw_copy", "a member lost it")
async def _(world: World) -> Params:
    return await world.loan() | {"reason": "lost"}


@case("library.pay_fine")
async def _(world: World) -> Params:
    fines = await world.client.call("library.fines", {"member_id": FINED_MEMBER})
    return {"member_id": FINED_MEMBER, "amount": min(0.01, fines["balance"])}


@case("stores.update", "name of known words", goal=4)
async def _(world: World) -> Params:
    return {"id": await world.store(), "name": world.name_of_known_words()}


@case("stores.update", "name with a new word", goal=4)
async def _(world: World) -> Params:
    return {"id": await world.store(), "name": f"Renamed Store No{world.number()}"}


@case("stores.update", "hours", goal=4)
async def _(world: World) -> Params:
    return {"id": await world.store(), "hours": next(world.hours)}


@case("stores.update", "time zone", goal=4)
async def _(world: World) -> Params:
    zones = ("Europe/Paris", "Asia/Kolkata")
    return {"id": await world.store(), "time_zone": zones[world.number() % len(zones)]}


@case("stores.create", goal=4)
async def _(world: World) -> Params:
    return {"name": world.name_of_known_words(), "hours": next(world.hours)}


@case("stores.set_special_day", goal=5)
async def _(world: World) -> Params:
    day = f"2027-{1 + world.number() % 12:02}-{1 + world.number() % 28:02}"
    return {"id": await world.store(), "date": day, "hours": "09:00-13:00"}


@case("stores.remove_special_day", goal=5)
async def _(world: World) -> Params:
    day = {"id": await world.store(), "date": "2028-02-29"}
    await world.client.call("stores.set_special_day", day | {"closed": True})
    return day


@case("listings.update", "price", goal=3)
async def _(world: World) -> Params:
    return {"id": await world.listing(), "price": (500 + world.number() % 400) / 100}


@case("listings.update", "name of known words", goal=3)
async def _(world: World) -> Params:
    return {"id": await world.listing(), "name": world.name_of_known_words()}


@case("listings.update", "name with a new word", goal=3)
async def _(world: World) -> Params:
    return {"id": await world.listing(), "name": f"Renamed Listing No{world.number()}"}


@case("users.update", goal=1)
async def _(world: World) -> Params:
    return {"id": await world.user(), "name": f"User {world.number()}"}


@case("purchases.create", goal=5)
async def _(world: World) -> Params:
    return {"user_id": await world.user(), "listing_id": await world.listing()}


@case("purchases.refund")
async def _(world: World) -> Params:
    bought = {"user_id": await world.user(), "listing_id": await world.listing()}
    return {"id": (await world.client.call("purchases.create", bought))["id"]}


@case("users.create")
async def _(world: World) -> Params:
    return {"name": f"User {world.number()}", "cash": 10}


@case("users.deposit")
async def _(world: World) -> Params:
    return {"id": await world.user(), "amount": 5}


@case("users.withdraw")
async def _(world: World) -> Params:
    return {"id": await world.user(), "amount": 1}


@case("listings.create")
async def _(world: World) -> Params:
    return {"store_id": await world.store(), "name": world.name_of_known_words(), "price": 5}


@case("listings.remove")
async def _(world: World) -> Params:
    listing = {"store_id": await world.store(), "name": "To be removed", "price": 5}
    return {"id": (await world.client.call("listings.create", listing))["id"]}


@case("keys.create")
async def _(world: World) -> Params:
    return {"name": f"Till {world.number()}", "role": "clerk"}


@case("keys.revoke")
async def _(world: World) -> Params:
    return {"id": await world.id_of("keys.create", name="Till", role="reader")}


async def of_many_titles(world: World) -> Sequence[Params]:
    """A batch of sales, each of another title."""
    return [{"book_id": await world.book()} for _ in range(BATCH_SIZE)]


async def of_one_title(world: World) -> Sequence[Params]:
    """A batch of sales of one title."""
    book_id = await world.book()
    return [{"book_id": book_id} for _ in range(BATCH_SIZE)]


BATCHES: Final = {
    f"batch of {BATCH_SIZE} sales.create, {BATCH_SIZE} titles": of_many_titles,
    f"batch of {BATCH_SIZE} sales.create, 1 title": of_one_title,
}
BATCH_GOAL: Final = 40


def isbn(number: int) -> str:
    """A valid ISBN-13 for each number."""
    digits = f"978{700_000_000 + number:09}"
    weighted = sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(digits))
    return f"{digits}{-weighted % 10}"
