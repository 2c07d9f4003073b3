"""The thirteen questions on the seed data, answered a second time straight from the files."""

import json
from collections import Counter, defaultdict
from datetime import UTC, datetime
from typing import Any

import pytest

from data.sources import DEMO_STORES, DEMO_USERS
from domain.opening_hours import parse_hours
from domain.spans import WEEK_MINUTES
from tests.support.rpc_client import RpcClient, RpcError

STORES: list[dict[str, Any]] = json.loads(DEMO_STORES.read_text())
HISTORY: list[tuple[dict[str, Any], dict[str, Any], datetime]] = [
    (
        user,
        purchase,
        datetime.strptime(purchase["transactionDate"], "%m/%d/%Y %I:%M %p").replace(tzinfo=UTC),
    )
    for user in json.loads(DEMO_USERS.read_text())
    for purchase in user["purchaseHistory"]
]


def names(page: dict[str, Any]) -> list[str]:
    return [item["name"] for item in page["items"]]


def open_at(minute: int) -> list[str]:
    return [
        store["storeName"]
        for store in STORES
        if any(
            (minute - span.open) % WEEK_MINUTES < span.close - span.open
            for span in parse_hours(store["openingHours"])
        )
    ]


def in_2020(moment: datetime) -> bool:
    return moment.year == 2020


@pytest.mark.parametrize(
    ("day", "time", "expected"),
    [
        ("Sun", "01:30", []),
        ("Mon", "1:30 am", ["Downtown Books", "Undercover Books"]),
        ("Tues", "11:00", None),
        ("Thurs", "03:14", None),
        ("Thurs", "03:15", None),
    ],
)
async def test_stores_open_on_a_day_at_a_time(
    rpc: RpcClient, day: str, time: str, expected: list[str] | None
) -> None:
    listed = names(await rpc("stores.list", open_on={"day": day, "time": time}))

    minute = {"Sun": 6, "Mon": 0, "Tues": 1, "Thurs": 3}[day] * 1_440
    hours, minutes = time.removesuffix(" am").split(":")
    assert listed == open_at(minute + int(hours) * 60 + int(minutes))
    assert expected is None or listed == expected


async def test_a_moment_with_an_offset_is_turned_into_the_stores_own_time(rpc: RpcClient) -> None:
    local = names(await rpc("stores.list", open_at="2026-11-24T11:00"))
    elsewhere = names(await rpc("stores.list", open_at="2026-11-24T12:00+01:00"))

    assert local == elsewhere == open_at(1_440 + 11 * 60)
    assert len(local) == 8


async def test_stores_by_hours_a_week_and_a_day(rpc: RpcClient) -> None:
    week = await rpc("stores.list", hours_per_week={"more_than": 70.25})
    average = await rpc("stores.list", hours_per_day={"less_than": 6, "which": "average"})
    sunday = await rpc("stores.list", hours_per_day={"more_than": 15, "day": "Sunday"})
    every = await rpc("stores.list", hours_per_day={"more_than": 3, "which": "every"})

    assert names(week) == ["The Book Basement", "Turn the Page", "Pick-a-Book"]
    assert names(average) == ["Uptown Books"]
    assert names(sunday) == ["Undercover Books"]
    assert names(every) == [
        "The Book Basement",
        "A Whole New World Bookstore",
        "Turn the Page",
        "Pick-a-Book",
        "Bookland",
    ]


@pytest.mark.parametrize(
    "books",
    [
        {"more_than": 10},
        {"less_than": 10},
        {"more_than": 5, "min_price": 10.5, "max_price": 12},
        {"less_than": 1, "min_price": 13.9},
        {"less_than": 3, "min_price": 10.2, "max_price": 10.4},
        {"more_than": -1, "less_than": 1, "max_price": 1},
    ],
)
async def test_stores_by_their_number_of_books_in_a_price_range(
    rpc: RpcClient, books: dict[str, Any]
) -> None:
    listed = names(await rpc("stores.list", books=books))

    low, high = books.get("min_price", 0), books.get("max_price", 10**6)
    counts = {
        store["storeName"]: sum(low <= book["price"] <= high for book in store["books"])
        for store in STORES
    }
    assert listed == [
        name
        for name, count in counts.items()
        if books.get("more_than", -1) < count < books.get("less_than", 10**6)
    ]


async def test_all_filters_of_stores_compose(rpc: RpcClient) -> None:
    listed = await rpc(
        "stores.list",
        open_on={"day": "tue", "time": "11:00"},
        hours_per_week={"more_than": 60},
        hours_per_day={"less_than": 20, "which": "every"},
        books={"more_than": 8, "min_price": 10},
        name="BOOK",
        sort="name",
        order="desc",
    )

    assert names(listed) == ["The Book Basement", "Pick-a-Book"]


@pytest.mark.parametrize("sort", ["id", "name", "hours_per_week", "listings_count"])
@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_pages_of_stores_hold_each_store_once(rpc: RpcClient, sort: str, order: str) -> None:
    whole = await rpc("stores.list", sort=sort, order=order)
    page = await rpc("stores.list", sort=sort, order=order, limit=3)
    paged = names(page)
    while page["next_cursor"]:
        page = await rpc("stores.list", sort=sort, order=order, limit=3, cursor=page["next_cursor"])
        paged += names(page)

    assert paged == names(whole)
    assert len(paged) == 10
    values = [store[sort] for store in whole["items"]]
    if sort != "name":
        assert values == sorted(values, reverse=order == "desc")


async def test_listings_in_a_price_range_by_price_and_by_name(rpc: RpcClient) -> None:
    by_price = (await rpc("listings.list", min_price=10.5, max_price=11, sort="price"))["items"]
    by_name = (await rpc("listings.list", min_price=10.5, max_price=11, sort="name"))["items"]

    prices = sorted(
        book["price"] for s in STORES for book in s["books"] if 10.5 <= book["price"] <= 11
    )
    assert [listing["price"] for listing in by_price] == prices
    assert {listing["id"] for listing in by_name} == {listing["id"] for listing in by_price}
    assert by_name[0]["name"].casefold() <= by_name[-1]["name"].casefold()


async def test_a_page_goes_on_rightly_while_prices_change(rpc: RpcClient) -> None:
    first = await rpc("listings.list", sort="price", limit=40)
    await rpc("listings.update", id=first["items"][0]["id"], price=99)
    await rpc("listings.update", id=first["items"][-1]["id"], price=98)
    rest = await rpc("listings.list", sort="price", limit=500, cursor=first["next_cursor"])

    seen = Counter(listing["id"] for listing in first["items"] + rest["items"])
    assert set(seen) == set(range(1, 107))
    assert {each for each, times in seen.items() if times > 1} == {
        first["items"][0]["id"],
        first["items"][-1]["id"],
    }


async def test_the_exact_name_is_the_first_hit(rpc: RpcClient) -> None:
    books = {book["bookName"] for store in STORES for book in store["books"]}
    wanted = sorted(books | {store["storeName"] for store in STORES})
    requests = [rpc.request("search.find", query=name, limit=1) for name in wanted]
    answers = await rpc.batch(requests)

    assert [answer["result"]["items"][0]["name"] for answer in answers] == wanted
    assert {answer["result"]["items"][0]["match"] for answer in answers} == {"exact"}


async def test_search_finds_stores_listings_and_catalogue_with_the_reason(rpc: RpcClient) -> None:
    store = (await rpc("search.find", query="bookland", kinds=["store"]))["items"][0]
    listing = (await rpc("search.find", query="Elixer"))["items"][0]
    book = (await rpc("search.find", query="lord of the rings"))["items"][0]

    assert (store["kind"], store["match"], store["id"]) == ("store", "exact", 10)
    assert (listing["name"], listing["match"], listing["store_id"]) == ("Elixir", "typo", 2)
    assert (book["source"], book["match"], book["id"]) == ("catalogue", "words", 1)


async def test_search_leaves_out_stores_that_are_closed(rpc: RpcClient) -> None:
    hits = await rpc("search.find", query="books", kinds=["store"], open_at="2026-11-23T01:30")

    assert sorted(names(hits)) == ["Downtown Books", "Undercover Books"]


async def test_bounds_of_hours_are_strict_to_the_minute(rpc: RpcClient) -> None:
    await rpc("stores.update", id=1, hours="Tue 00:00 - 02:03")

    async def found(**bounds: float) -> bool:
        week = await rpc("stores.list", hours_per_week=bounds)
        day = await rpc("stores.list", hours_per_day={**bounds, "day": "tue"})
        assert (1 in [s["id"] for s in week["items"]]) == (1 in [s["id"] for s in day["items"]])
        return 1 in [store["id"] for store in week["items"]]

    assert [await found(more_than=2.05), await found(less_than=2.05)] == [False, False]
    assert [await found(more_than=2.04), await found(less_than=2.06)] == [True, True]


async def test_top_users_and_popular_stores(rpc: RpcClient) -> None:
    top = await rpc("users.top", from_="2020-01-01", to="2020-12-31", limit=5)
    popular = await rpc("stores.popular", by="value", from_="2020-01-01", to="2020-12-31")

    spent: defaultdict[str, int] = defaultdict(int)
    sold: defaultdict[str, int] = defaultdict(int)
    for user, purchase, moment in HISTORY:
        if in_2020(moment):
            spent[user["name"]] += round(purchase["transactionAmount"] * 100)
            sold[purchase["storeName"]] += round(purchase["transactionAmount"] * 100)
    by_amount = sorted(spent.items(), key=lambda item: (-item[1], item[0]))[:5]
    by_value = sorted(sold.items(), key=lambda item: (-item[1], item[0]))
    assert [(item["name"], round(item["amount"] * 100)) for item in top["items"]] == by_amount
    assert [(item["name"], round(item["value"] * 100)) for item in popular["items"]] == by_value


async def test_totals_of_purchases(rpc: RpcClient) -> None:
    february = await rpc("purchases.totals", from_="2020-02-01", to="2020-02-29")
    everything = await rpc("purchases.totals")
    nothing = await rpc("purchases.totals", from_="2030-01-01")

    assert (february["count"], february["value"]) == (11, 133.62)
    assert (everything["count"], everything["value"]) == (173, 2003.57)
    assert (nothing["count"], nothing["value"]) == (0, 0)


async def test_users_above_and_below_an_amount(rpc: RpcClient) -> None:
    spent: Counter[int] = Counter()
    for user, purchase, moment in HISTORY:
        if in_2020(moment):
            spent[user["id"]] += round(purchase["transactionAmount"] * 100)
    edge = sorted(spent.values())[len(spent) // 2]
    year = {"from_": "2020-01-01", "to": "2020-12-31"}

    above = await rpc("users.count", more_than=edge / 100, **year)
    below = await rpc("users.count", less_than=edge / 100, **year)
    with_idle = await rpc("users.count", less_than=edge / 100, include_idle=True, **year)

    assert above["count"] == sum(amount > edge for amount in spent.values())
    assert below["count"] == sum(amount < edge for amount in spent.values())
    assert with_idle["count"] == below["count"] + 19 - len(spent)


async def test_a_new_store_name_shows_everywhere_but_in_history(rpc: RpcClient) -> None:
    await rpc("stores.update", id=10, name="Reading Room", hours="Mon 9 am - 5 pm")

    listing = (await rpc("listings.list", store_id=10, limit=1))["items"][0]
    past = (await rpc("purchases.list", store_id=10, limit=1))["items"][0]
    assert listing["store_name"] == "Reading Room"
    assert past["store_name"] == "Bookland"
    assert (await rpc("search.find", query="Reading Room"))["items"][0]["id"] == 10
    assert not (await rpc("search.find", query="Bookland", kinds=["store"]))["items"]
    assert (await rpc("stores.get", id=10))["hours_per_week"] == 8


async def test_a_new_listing_name_and_price_leave_history_alone(rpc: RpcClient) -> None:
    await rpc("listings.update", id=1, name="Emeralds", price=50)
    await rpc("books.update", id=1, title="Rings")
    await rpc("users.update", id=0, name="Edith Jones")

    past = (await rpc("purchases.list", user_id=0, limit=1))["items"][0]
    assert (past["book_name"], past["amount"]) == ("Ruby: The Autobiography", 13.88)
    assert (await rpc("search.find", query="emeralds"))["items"][0]["match"] == "exact"
    assert (await rpc("search.find", query="rings"))["items"][0]["source"] == "catalogue"
    assert names(await rpc("stores.list", books={"more_than": 0, "min_price": 50})) == [
        "Look Inna Book"
    ]


async def test_a_purchase_moves_its_price_from_the_user_to_the_store(rpc: RpcClient) -> None:
    bought = await rpc("purchases.create", user_id=9, listing_id=2, expected_price=11)

    assert (bought["amount"], bought["user_cash"], bought["store_cash"]) == (10.64, 10.65, 4494.48)
    assert (await rpc("users.get", id=9))["cash"] == 10.65
    assert (await rpc("stores.get", id=1))["cash"] == 4494.48
    assert (await rpc("audit.run", scope="marketplace"))["ok"]


async def test_a_balance_that_equals_the_price_buys(rpc: RpcClient) -> None:
    await rpc("listings.update", id=2, price=21.29)

    assert (await rpc("purchases.create", user_id=9, listing_id=2))["user_cash"] == 0


async def test_a_purchase_is_refused_with_what_the_buyer_needs_to_know(rpc: RpcClient) -> None:
    await rpc("listings.update", id=2, price=21.3)

    with pytest.raises(RpcError) as poor:
        await rpc("purchases.create", user_id=9, listing_id=2)
    with pytest.raises(RpcError) as dearer:
        await rpc("purchases.create", user_id=0, listing_id=2, expected_price=10.64)
    with pytest.raises(RpcError) as nobody:
        await rpc("purchases.create", user_id=2, listing_id=2)

    assert poor.value.code == 3001
    assert (poor.value.data["price"], poor.value.data["balance"]) == (21.3, 21.29)
    assert dearer.value.code == 3002
    assert (dearer.value.data["expected_price"], dearer.value.data["price"]) == (10.64, 21.3)
    assert nobody.value.code == 104


async def test_a_price_that_fell_is_paid(rpc: RpcClient) -> None:
    await rpc("listings.update", id=2, price=5)

    assert (await rpc("purchases.create", user_id=0, listing_id=2, expected_price=10.64))[
        "amount"
    ] == 5
