"""Search over the wire: kinds, pages, and what has just changed."""

from typing import Any

import pytest

from tests.factories.books import new_book
from tests.support.rpc_client import RpcClient, RpcError
from tests.support.statements import Statements

SWEPT = {"find orders", "find paybacks", "find rollup_pages"}
"""What the service sends by itself each second, or each ten, and no search does."""


async def names(rpc: RpcClient, query: str, **more: Any) -> list[str]:
    """The names that search gives."""
    return [hit["name"] for hit in (await rpc("search.find", query=query, **more))["items"]]


async def test_each_kind_is_found_with_what_it_has(rpc: RpcClient) -> None:
    book = await rpc("books.create", **new_book(title="Bookland Elixir", authors=["Ann Author"]))

    [store] = (await rpc("search.find", query="bookland", kinds=["store"]))["items"]
    [listing, *_] = (await rpc("search.find", query="elixir", kinds=["listing"]))["items"]
    [found] = (await rpc("search.find", query="elixir", kinds=["book"]))["items"]

    assert store == store | {"kind": "store", "source": "stores", "price": None, "authors": None}
    sold = await rpc("listings.get", id=listing["id"])
    assert listing == listing | {name: sold[name] for name in ("store_id", "store_name", "price")}
    assert found == found | {name: book[name] for name in ("id", "price", "stock", "authors")}
    assert (found["kind"], found["source"]) == ("book", "catalogue")


async def test_a_book_is_found_by_its_isbn_in_every_form(rpc: RpcClient) -> None:
    await rpc("books.create", **new_book(title="The Hobbit", isbn="9780261103344"))

    for isbn in ("9780261103344", "978-0-261-10334-4", "0261103342", "0-261-10334-2"):
        [hit] = (await rpc("search.find", query=isbn))["items"]
        assert (hit["name"], hit["match"]) == ("The Hobbit", "exact")
    assert await names(rpc, "9780261102217") == []


async def test_pages_have_each_hit_once_and_tell_how_many_there_are(rpc: RpcClient) -> None:
    whole = await rpc("search.find", query="ruby", limit=500)
    page = await rpc("search.find", query="ruby", limit=4)
    paged, totals = page["items"], {page["total"]}
    while page["next_cursor"]:
        page = await rpc("search.find", query="ruby", limit=4, cursor=page["next_cursor"])
        paged += page["items"]
        totals.add(page["total"])

    assert paged == whole["items"]
    assert totals == {len(paged)}
    assert len(paged) > 20
    scores = [hit["score"] for hit in paged]
    assert scores == sorted(scores, reverse=True)


async def test_ties_come_by_name_and_then_by_id(rpc: RpcClient) -> None:
    for title in ("Zebra bb", "Zebra aa", "Zebra bb"):
        await rpc("books.create", **new_book(title=title))

    hits = (await rpc("search.find", query="zebra"))["items"]

    assert len({hit["score"] for hit in hits}) == 1
    assert [hit["name"] for hit in hits] == ["Zebra aa", "Zebra bb", "Zebra bb"]
    assert hits[1]["id"] < hits[2]["id"]


async def test_a_cursor_of_another_search_is_refused(rpc: RpcClient) -> None:
    page = await rpc("search.find", query="ruby", limit=1)

    for other in ({"query": "ruby river"}, {"query": "ruby", "kinds": ["listing"]}):
        with pytest.raises(RpcError, match="cursor"):
            await rpc("search.find", cursor=page["next_cursor"], **other)


async def test_what_this_process_changes_is_found_at_once(rpc: RpcClient) -> None:
    created = await rpc("books.create", **new_book(title="Quixotic Dawn"))
    assert await names(rpc, "quixotic dawn") == ["Quixotic Dawn"]

    await rpc("books.update", id=created["id"], title="Gloaming")
    assert await names(rpc, "quixotic dawn") == []
    assert await names(rpc, "gloaming") == ["Gloaming"]

    await rpc("stores.update", id=10, name="Quixotic Corner")
    assert await names(rpc, "quixotic") == ["Quixotic Corner"]
    [listing, *_] = (await rpc("listings.list", store_id=10, limit=1))["items"]
    [hit] = (await rpc("search.find", query=listing["name"], kinds=["listing"], limit=1))["items"]
    assert hit["store_name"] == "Quixotic Corner"


async def test_a_removed_listing_and_an_archived_book_are_not_found(rpc: RpcClient) -> None:
    listing = await rpc("listings.create", store_id=1, name="Quixotic Dawn", price=5)
    book = await rpc("books.create", **new_book(title="Quixotic Dusk"))
    assert await names(rpc, "quixotic") == ["Quixotic Dawn", "Quixotic Dusk"]

    await rpc("listings.remove", id=listing["id"])
    await rpc("books.archive", id=book["id"])
    assert await names(rpc, "quixotic") == []

    await rpc("books.unarchive", id=book["id"])
    assert await names(rpc, "quixotic") == ["Quixotic Dusk"]


async def test_a_hit_shows_the_price_and_the_stock_of_now(rpc: RpcClient) -> None:
    book = await rpc("books.create", **new_book(title="Quixotic Dusk", quantity=3, price=5))
    await rpc("sales.create", book_id=book["id"], quantity=2)
    await rpc("books.update", id=book["id"], price=6)

    [hit] = (await rpc("search.find", query="quixotic"))["items"]
    assert (hit["stock"], hit["price"]) == (1, 6)


async def test_a_search_asks_the_database_nothing_but_what_has_changed(
    rpc: RpcClient, statements: Statements
) -> None:
    await rpc("search.find", query="ruby")
    with statements.counted() as sent:
        for query in ("ruby", "elixer", "the p", "harry potter", "tolkien"):
            await rpc("search.find", query=query)
    reads = [each for each in sent if each.startswith(("find ", "aggregate "))]
    assert [each for each in reads if each not in SWEPT] == []

    await rpc("stores.update", id=1, name="Look Inna Library")
    await rpc("listings.update", id=1, name="Emeralds")
    await rpc("books.update", id=1, title="Rings")
    with statements.counted() as sent:
        await rpc("search.find", query="rings")
    assert sorted(each for each in sent if each.startswith("find ") and each not in SWEPT) == [
        "find books",
        "find listings",
        "find stores",
    ]


async def test_titles_sort_without_their_article_and_numbers_by_value(rpc: RpcClient) -> None:
    titles = ["Zz Vol. 10", "The Zz Vol. 2", "A Zz", "Zz Vol. 1", "Zz 1,000 Years", "zz 20"]
    for title in titles:
        await rpc("books.create", **new_book(title=title))

    for order in ("asc", "desc"):
        listed = await rpc("books.list", title="zz", sort="title", order=order)
        in_order = ["A Zz", "zz 20", "Zz 1,000 Years", "Zz Vol. 1", "The Zz Vol. 2", "Zz Vol. 10"]
        wanted = in_order if order == "asc" else in_order[::-1]
        assert [book["title"] for book in listed["items"]] == wanted
