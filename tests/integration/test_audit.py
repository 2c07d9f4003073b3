import asyncio
from typing import Any, get_args

import pytest

from domain.audit import DIFFERENCES_MAX, AuditReport, Scope
from repository import audit
from repository.accounts import ACCOUNTS
from repository.audit import Auditor
from repository.authors import AUTHORS
from repository.books import BOOKS, STOCK_MOVEMENTS
from repository.circulation import HOLDINGS
from repository.members import MEMBERS
from repository.mongo.collections import Collection
from repository.mongo.connection import Database, connect
from repository.mongo.heartbeats import Heartbeat
from repository.purchases import PURCHASES
from repository.sales import REFUNDS, SALES
from tests.factories.books import create_book
from tests.support.rpc_client import RpcClient, RpcError

NO_ORDERS = {"order_charge": 0, "order_refund": 0, "order_copies": 0, "order_payback": 0}
NO_PAGES = {"rollup_sold": 0, "rollup_refunded": 0, "rollup_returned": 0}


def difference(
    kind: str,
    collection: Collection[Any],
    owner: Any,
    expected: Any,
    actual: Any,
    *,
    scope: str = "bookshop",
) -> dict[str, Any]:
    """A difference as the report shows it."""
    return {
        "scope": scope,
        "kind": kind,
        "collection": collection.name,
        "id": owner,
        "field": kind if scope == "library" else None,
        "expected": expected,
        "actual": actual,
    }


async def busy_day(rpc: RpcClient) -> dict[str, Any]:
    """Every kind of movement once; the sale that is left with one copy to refund."""
    book = await create_book(rpc, quantity=3)
    await rpc("books.restock", id=book["id"], quantity=10)
    await rpc("books.set_stock", id=book["id"], quantity=12, expected_quantity=13)
    sale: dict[str, Any] = await rpc("sales.create", book_id=book["id"], quantity=4)
    await rpc("sales.refund", sale_id=sale["id"], quantity=2)
    await rpc("sales.refund", sale_id=sale["id"], quantity=1, restock=False)
    return sale


async def test_after_every_kind_of_movement_all_counters_are_explained(rpc: RpcClient) -> None:
    await busy_day(rpc)

    report = await rpc("audit.run", scope="bookshop")

    assert report == {
        "ok": True,
        "checked": {"stock": 51, "author_books": 45, "refundable": 1, **NO_ORDERS, **NO_PAGES},
        "differences": [],
        "truncated": False,
    }


async def test_without_a_scope_everything_is_audited(rpc: RpcClient) -> None:
    of_scopes = [await rpc("audit.run", scope=scope) for scope in get_args(Scope)]

    report = await rpc("audit.run")

    assert report["ok"]
    assert report["checked"] == {
        kind: count for each in of_scopes for kind, count in each["checked"].items()
    }
    assert all(report["checked"][kind] for kind in ("stock", "available", "open_loans", "cash"))


async def test_an_empty_shop_is_in_order(database: Database, rpc: RpcClient) -> None:
    for name in (BOOKS, STOCK_MOVEMENTS, AUTHORS):
        await database.collection(name).delete_many({})

    report = await rpc("audit.run", scope="bookshop")

    assert report["ok"]
    assert report["checked"] == {
        "stock": 0,
        "author_books": 0,
        "refundable": 0,
        **NO_ORDERS,
        **NO_PAGES,
    }


async def test_a_stock_changed_by_hand_is_listed(database: Database, rpc: RpcClient) -> None:
    await database.collection(BOOKS).update_one({"_id": 7}, {"$inc": {"stock": 2}})

    report = await rpc("audit.run")

    assert not report["ok"]
    assert report["differences"] == [difference("stock", BOOKS, 7, 1, 3)]


@pytest.mark.parametrize(
    ("kind", "collection", "owner", "counter"),
    [
        ("available", HOLDINGS, 44, "available"),
        ("on_loan", HOLDINGS, 44, "on_loan"),
        ("open_loans", MEMBERS, 2, "open_loans"),
        ("cash", ACCOUNTS, "user:0", "cents"),
        ("cash", ACCOUNTS, "store:3", "cents"),
    ],
)
async def test_a_counter_that_its_rows_do_not_explain_is_listed(
    database: Database,
    rpc: RpcClient,
    kind: str,
    collection: Collection[Any],
    owner: Any,
    counter: str,
) -> None:
    right = (await database.collection(collection).find_one({"_id": owner}))[counter]
    await database.collection(collection).update_one({"_id": owner}, {"$inc": {counter: 3}})

    found = (await rpc("audit.run"))["differences"]

    scope = "marketplace" if kind == "cash" else "library"
    assert found == [difference(kind, collection, owner, right, right + 3, scope=scope)]


async def test_a_lost_purchase_is_listed_by_both_wallets(
    database: Database, rpc: RpcClient
) -> None:
    bought = await rpc("purchases.create", user_id=0, listing_id=2)
    await database.collection(PURCHASES).delete_one({"_id": bought["id"]})

    found = (await rpc("audit.run", scope="marketplace"))["differences"]

    unexplained = {each["id"]: each["actual"] - each["expected"] for each in found}
    cents = round(bought["amount"] * 100)
    assert unexplained == {f"store:{bought['store_id']}": cents, "user:0": -cents}


async def test_a_lost_sale_is_listed_by_its_book_and_by_its_refunds(
    database: Database, rpc: RpcClient
) -> None:
    sale = await busy_day(rpc)
    await database.collection(SALES).delete_one({"_id": sale["id"]})

    assert (await rpc("audit.run"))["differences"] == [
        difference("stock", BOOKS, sale["book_id"], 14, 10),
        difference("refundable", SALES, sale["id"], -3, None),
    ]


@pytest.mark.parametrize(
    ("collection", "stock", "refundable"),
    [(STOCK_MOVEMENTS, -2, None), (REFUNDS, 8, 4)],
)
async def test_lost_rows_are_noticed(
    database: Database,
    rpc: RpcClient,
    collection: Collection[Any],
    stock: int,
    refundable: int | None,
) -> None:
    sale = await busy_day(rpc)
    await database.collection(collection).delete_many({"book_id": sale["book_id"]})

    found = {each["kind"]: each for each in (await rpc("audit.run"))["differences"]}

    assert (found["stock"]["expected"], found["stock"]["actual"]) == (stock, 10)
    if refundable is None:
        assert "refundable" not in found
    else:
        assert found["refundable"]["expected"] == refundable
        assert found["refundable"]["actual"] == 1


async def test_more_differences_than_are_listed_are_said_to_be_truncated(
    database: Database, rpc: RpcClient
) -> None:
    stray = [{"book_id": 1_000 + n, "quantity": 1} for n in range(DIFFERENCES_MAX + 1)]
    await database.collection(STOCK_MOVEMENTS).insert_many(stray)

    report = await rpc("audit.run")

    assert report["truncated"]
    assert [each["id"] for each in report["differences"]] == [
        1_000 + n for n in range(DIFFERENCES_MAX)
    ]


async def test_what_is_under_way_never_looks_wrong(rpc: RpcClient) -> None:
    books = [(await create_book(rpc, quantity=500))["id"] for _ in range(3)]
    done = asyncio.Event()

    async def trade(number: int) -> None:
        for turn in range(8):
            sale = await rpc("sales.create", book_id=books[(number + turn) % 3], quantity=2)
            await rpc("sales.refund", sale_id=sale["id"], quantity=1, restock=turn % 2 == 0)

    async def audit() -> list[dict[str, Any]]:
        reports = []
        while not done.is_set() and len(reports) < 100:
            reports.append(await rpc("audit.run"))
        return reports

    auditing = asyncio.create_task(audit())
    await asyncio.gather(*(trade(number) for number in range(6)))
    done.set()
    reports = [*await auditing, await rpc("audit.run")]

    assert [report["differences"] for report in reports] == [[]] * len(reports)
    assert reports[-1]["checked"]["refundable"] == 48
    assert any(0 < report["checked"]["refundable"] < 48 for report in reports)


async def test_only_an_admin_audits(rpc: RpcClient, service_url: str) -> None:
    clerk = await rpc("keys.create", name="till", role="clerk")

    async with RpcClient(service_url, clerk["key"]) as till:
        with pytest.raises(RpcError) as refusal:
            await till("audit.run")

    assert refusal.value.type == "forbidden"


async def test_audits_of_two_processes_run_one_after_the_other(
    database: Database, mongo_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, most = 0, 0

    async def run(*_: Any, **__: Any) -> AuditReport:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.05)
        running -= 1
        return AuditReport(ok=True, checked={}, differences=[], truncated=False)

    monkeypatch.setattr(audit, "run", run)
    deadline = asyncio.get_running_loop().time() + 20
    async with connect(mongo_url, database.name) as other:
        auditors = [Auditor(each, Heartbeat(each)) for each in (database, other)]
        reports = await asyncio.gather(
            *(
                auditor.run(scope, deadline=deadline)
                for auditor in auditors
                for scope in ("library", "bookshop", None)
            )
        )

    assert (most, len(reports)) == (1, 6)
