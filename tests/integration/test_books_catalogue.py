import asyncio
from typing import Any

import pytest

from tests.factories.books import create_book, new_book
from tests.support.rpc_client import RpcClient, RpcError

ISBN = "9780547773742"
ISBN_10 = "0547773749"


async def refusal(rpc: RpcClient, method: str, **params: Any) -> RpcError:
    with pytest.raises(RpcError) as refused:
        await rpc(method, **params)
    return refused.value


async def test_a_new_book_has_the_next_id_and_all_that_was_said_of_it(rpc: RpcClient) -> None:
    book = await rpc("books.create", **new_book(isbn=ISBN))

    assert book == {
        "id": 51,
        "title": "A Wizard of Earthsea",
        "authors": ["Ursula K. Le Guin"],
        "pages": 183,
        "price": 9.99,
        "isbn": ISBN,
        "stock": 5,
        "archived": False,
    }
    assert await rpc("books.get", id=51) == book


async def test_a_new_book_has_one_copy_unless_told_otherwise(rpc: RpcClient) -> None:
    params = new_book()
    del params["quantity"]

    assert (await rpc("books.create", **params))["stock"] == 1
    assert (await rpc("books.create", **new_book(quantity=0)))["stock"] == 0


async def test_outer_spaces_are_no_part_of_a_title_or_a_name(rpc: RpcClient) -> None:
    book = await create_book(rpc, title="  Tehanu ", authors=[" Ursula K. Le Guin "])

    assert book["title"] == "Tehanu"
    assert book["authors"] == ["Ursula K. Le Guin"]


async def test_books_without_an_isbn_do_not_stand_in_each_others_way(rpc: RpcClient) -> None:
    first, second = await create_book(rpc), await create_book(rpc)

    assert first["isbn"] is second["isbn"] is None
    assert first["id"] != second["id"]


async def test_an_isbn_that_another_book_has_is_a_conflict_however_it_is_written(
    rpc: RpcClient,
) -> None:
    first = await create_book(rpc, isbn=ISBN)

    for spelling in (ISBN, "978-0-547-77374-2", ISBN_10, "0-547-77374-9"):
        with pytest.raises(RpcError) as refusal:
            await create_book(rpc, isbn=spelling)

        assert (refusal.value.code, refusal.value.type) == (109, "conflict")
        assert refusal.value.data["book_id"] == first["id"]
        assert refusal.value.data["isbn"] == ISBN


async def test_of_many_who_create_the_same_isbn_at_once_one_succeeds(rpc: RpcClient) -> None:
    responses = await asyncio.gather(
        *(rpc.post(rpc.request("books.create", **new_book(isbn=ISBN))) for _ in range(12))
    )

    created = [response["result"] for response in responses if "result" in response]
    refusals = [response["error"] for response in responses if "error" in response]
    assert len(created) == 1
    assert {error["code"] for error in refusals} == {109}
    assert {error["data"]["book_id"] for error in refusals} == {created[0]["id"]}


async def test_two_who_take_the_same_isbn_by_update_and_create_do_not_both_get_it(
    rpc: RpcClient,
) -> None:
    responses = await asyncio.gather(
        *(rpc.post(rpc.request("books.update", id=book_id, isbn=ISBN)) for book_id in range(1, 5)),
        *(rpc.post(rpc.request("books.create", **new_book(isbn=ISBN))) for _ in range(4)),
    )

    assert sum("result" in response for response in responses) == 1
    assert {response["error"]["code"] for response in responses if "error" in response} == {109}


async def test_a_book_is_found_by_any_spelling_of_its_isbn(rpc: RpcClient) -> None:
    book = await create_book(rpc, isbn=ISBN_10)

    for spelling in (ISBN, "978-0-547-77374-2", ISBN_10, "0-547-77374-9"):
        assert await rpc("books.get", isbn=spelling) == book


async def test_an_update_changes_what_it_names_and_nothing_else(rpc: RpcClient) -> None:
    before = await create_book(rpc, isbn=ISBN)

    after = await rpc("books.update", id=before["id"], price=12.5, title="Earthsea")

    assert after == before | {"price": 12.5, "title": "Earthsea"}
    assert await rpc("books.get", id=before["id"]) == after


async def test_each_field_can_be_changed_alone(rpc: RpcClient) -> None:
    book = await rpc("books.get", id=2)
    changes: list[dict[str, Any]] = [
        {"title": "Tombs"},
        {"authors": ["A. N. Other", "Someone Else"]},
        {"pages": 99},
        {"price": 0},
        {"isbn": "9791090636071"},
    ]

    for change in changes:
        book |= change
        assert await rpc("books.update", id=2, **change) == book


async def test_a_book_keeps_its_own_isbn_through_an_update(rpc: RpcClient) -> None:
    book = await create_book(rpc, isbn=ISBN)

    assert (await rpc("books.update", id=book["id"], isbn=ISBN_10))["isbn"] == ISBN


async def test_an_isbn_that_was_given_up_is_free(rpc: RpcClient) -> None:
    book = await create_book(rpc, isbn=ISBN)
    await rpc("books.update", id=book["id"], isbn="9791090636071")

    assert (await create_book(rpc, isbn=ISBN))["isbn"] == ISBN


async def test_an_update_to_a_taken_isbn_names_its_holder_and_changes_nothing(
    rpc: RpcClient,
) -> None:
    holder = await create_book(rpc, isbn=ISBN)
    before = await rpc("books.get", id=2)

    with pytest.raises(RpcError) as refusal:
        await rpc("books.update", id=2, price=1, isbn=ISBN)

    assert refusal.value.data["book_id"] == holder["id"]
    assert await rpc("books.get", id=2) == before


async def test_a_changed_title_and_author_are_found_and_the_old_ones_are_not(
    rpc: RpcClient,
) -> None:
    await rpc("books.update", id=1, title="Der Herr der Ringe", authors=["Margaret Carroux"])

    async def found(**filters: str) -> list[int]:
        return [book["id"] for book in (await rpc("books.list", **filters))["items"]]

    assert await found(title="herr ringe") == [1]
    assert await found(author="carroux") == [1]
    assert await found(title="lord") == []
    assert await found(author="tolkien") == []


async def test_a_change_to_no_book_is_not_found(rpc: RpcClient) -> None:
    changes: dict[str, dict[str, Any]] = {
        "books.update": {"price": 1},
        "books.restock": {"quantity": 1},
        "books.set_stock": {"quantity": 1, "expected_quantity": 1},
    }

    for method, params in changes.items():
        with pytest.raises(RpcError) as refusal:
            await rpc(method, id=999, **params)

        assert refusal.value.code == 104


async def test_an_update_of_nothing_is_refused(rpc: RpcClient) -> None:
    with pytest.raises(RpcError) as refusal:
        await rpc("books.update", id=1)

    assert refusal.value.code == -32602


async def test_null_takes_an_isbn_away_and_another_book_may_have_it(rpc: RpcClient) -> None:
    first = await rpc("books.create", **new_book(isbn="9780547773742"))

    cleared = await rpc("books.update", id=first["id"], isbn=None)
    second = await rpc("books.create", **new_book(isbn="9780547773742"))

    assert cleared == first | {"isbn": None}
    assert (await rpc("books.get", isbn="9780547773742"))["id"] == second["id"]


async def test_a_name_is_one_however_its_accents_are_written(rpc: RpcClient) -> None:
    book = await rpc("books.create", **new_book(title=" Cafe\u0301\n Noir ", pages=12.0))

    assert (book["title"], book["pages"]) == ("Caf\u00e9 Noir", 12)
    found = await rpc("books.list", title="CAFE\u0301 noir")
    assert [each["id"] for each in found["items"]] == [book["id"]]


async def test_an_archived_book_is_neither_listed_found_sold_nor_ordered(rpc: RpcClient) -> None:
    book = await create_book(rpc, title="Zyzzyva", authors=["Q. Queue"])
    sale = await rpc("sales.create", book_id=book["id"])

    archived = await rpc("books.archive", id=book["id"])
    again = await rpc("books.archive", id=book["id"])

    assert archived == again == book | {"stock": 4, "archived": True}
    for filters in ({}, {"title": "zyzzyva"}, {"author": "queue"}, {"sort": "title"}):
        for listed, expected in ((False, False), (True, True)):
            page = await rpc("books.list", limit=500, archived=listed, **filters)
            assert (archived in page["items"]) is expected, filters
            assert all(each["archived"] is listed for each in page["items"])
    assert [hit["id"] for hit in (await rpc("search.find", query="zyzzyva"))["items"]] == []
    refusals = [
        await refusal(rpc, "sales.create", book_id=book["id"]),
        await refusal(
            rpc,
            "orders.place",
            items=[{"book_id": 1}, {"book_id": book["id"]}],
            customer={"name": "Ada"},
            payment={"token": "tok_ok"},
        ),
    ]
    assert [(each.code, each.data["book_id"]) for each in refusals] == [(1005, book["id"])] * 2
    # Its history stays, and so do corrections of it.
    assert (await rpc("books.get", id=book["id"])) == archived
    assert (await rpc("sales.get", id=sale["id"]))["book_id"] == book["id"]
    refund = await rpc("sales.refund", sale_id=sale["id"])
    assert refund["stock"] == 5
    back = await rpc("books.unarchive", id=book["id"])
    assert back == book
    assert (await rpc("sales.create", book_id=book["id"]))["stock_left"] == 4


async def test_an_archived_book_is_not_lent_anew_and_comes_back_as_ever(rpc: RpcClient) -> None:
    book_id = (await create_book(rpc))["id"]
    reader, waiting, late = [
        (await rpc("members.create", name=name))["id"] for name in ("Ann", "Bo", "Cy")
    ]
    await rpc("library.set_copies", book_id=book_id, copies=1)
    await rpc("library.checkout", member_id=reader, book_id=book_id)
    await rpc("library.reserve", member_id=waiting, book_id=book_id)

    await rpc("books.archive", id=book_id)

    for method in ("library.checkout", "library.reserve"):
        assert (await refusal(rpc, method, member_id=late, book_id=book_id)).code == 1005
    returned = await rpc("library.return", member_id=reader, book_id=book_id)
    assert returned["handed_to"] == waiting
    held = await refusal(rpc, "library.fulfill", member_id=waiting, book_id=book_id)
    assert held.type == "book_archived"
    await rpc("books.unarchive", id=book_id)
    lent = await rpc("library.fulfill", member_id=waiting, book_id=book_id)
    assert lent["outcome"] == "loaned"
    assert (await rpc("audit.run"))["ok"]


async def test_copies_that_an_archived_book_gets_are_not_lent(rpc: RpcClient) -> None:
    book_id = (await create_book(rpc))["id"]
    member = (await rpc("members.create", name="Ann"))["id"]
    await rpc("books.archive", id=book_id)

    await rpc("library.set_copies", book_id=book_id, copies=1)

    assert (await refusal(rpc, "library.checkout", member_id=member, book_id=book_id)).code == 1005
