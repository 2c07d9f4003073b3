"""The bookshop against a plain model, over random sequences of all that moves stock and money."""

from dataclasses import dataclass
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from repository.authors import AUTHORS
from repository.books import BOOKS, STOCK_MOVEMENTS
from repository.mongo.connection import Database
from repository.sales import REFUNDS, SALES
from tests.conftest import Run
from tests.factories.books import new_book
from tests.support.rpc_client import RpcClient
from tests.support.waiting import until

EXAMPLES = 5
STEPS_AN_EXAMPLE = 25
CENTS = st.integers(0, 5_000)
PAGES = st.integers(1, 2_000)
FEW = st.integers(1, 6)


@dataclass
class Book:
    stock: int
    cents: int
    pages: int


@dataclass
class Sale:
    book: int
    copies: int
    cents: int
    pages: int
    refunded: int = 0


class Bookshop(RuleBasedStateMachine):
    """Each rule calls the service and does the same to the model."""

    books = Bundle("books")
    sales = Bundle("sales")

    def __init__(self, rpc: RpcClient, database: Database, run: Run) -> None:
        super().__init__()
        self.rpc, self.database, self.run = rpc, database, run
        self.book: dict[int, Book] = {}
        self.sale: dict[int, Sale] = {}
        for name in (BOOKS, AUTHORS, STOCK_MOVEMENTS, SALES, REFUNDS):
            run(database.collection(name).delete_many({}))
        # The service learns of what others delete a moment later.
        run(until(self.service_is_empty))

    async def service_is_empty(self) -> bool:
        """Whether the service knows that all rows are gone."""
        methods = ("books.list", "sales.list", "sales.totals")
        books, sales, totals = (
            response["result"]
            for response in await self.rpc.batch([self.rpc.request(each) for each in methods])
        )
        return not (books["items"] or sales["items"] or totals["gross"] or totals["refunded"])

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """The result, or the error, of one call."""
        response = self.run(self.rpc.post(self.rpc.request(method, **params)))
        answer: dict[str, Any] = response.get("result") or response["error"]
        return answer

    @initialize(target=books, cents=CENTS, pages=PAGES)
    def begin_with_a_book(self, cents: int, pages: int) -> int:
        return self.create(copies=3, cents=cents, pages=pages)

    @rule(target=books, copies=st.integers(0, 5), cents=CENTS, pages=PAGES)
    def create_book(self, copies: int, cents: int, pages: int) -> int:
        return self.create(copies, cents, pages)

    def create(self, copies: int, cents: int, pages: int) -> int:
        params = new_book(quantity=copies, price=cents / 100, pages=pages)
        book_id: int = self.call("books.create", **params)["id"]
        self.book[book_id] = Book(copies, cents, pages)
        return book_id

    @rule(book=books, copies=FEW)
    def restock(self, book: int, copies: int) -> None:
        self.book[book].stock += copies

        answer = self.call("books.restock", id=book, quantity=copies)
        assert answer["stock"] == self.book[book].stock

    @rule(book=books, copies=st.integers(0, 9), expected=st.integers(0, 9))
    def count_by_guess(self, book: int, copies: int, expected: int) -> None:
        answer = self.call("books.set_stock", id=book, quantity=copies, expected_quantity=expected)

        if expected == self.book[book].stock:
            self.book[book].stock = copies
            assert answer["stock"] == copies
        else:
            assert answer["data"]["actual_quantity"] == self.book[book].stock

    @rule(book=books, copies=st.integers(0, 9))
    def count(self, book: int, copies: int) -> None:
        self.count_by_guess(book, copies, self.book[book].stock)

    @rule(book=books, cents=CENTS, pages=PAGES)
    def change_price_and_pages(self, book: int, cents: int, pages: int) -> None:
        self.book[book].cents, self.book[book].pages = cents, pages

        answer = self.call("books.update", id=book, price=cents / 100, pages=pages)
        assert (round(answer["price"] * 100), answer["pages"]) == (cents, pages)

    @rule(target=sales, book=books, copies=FEW)
    def sell(self, book: int, copies: int) -> int:
        answer = self.call("sales.create", book_id=book, quantity=copies)

        kept = self.book[book]
        if copies > kept.stock:
            assert answer["data"].items() >= {"requested": copies, "available": kept.stock}.items()
            return 0
        kept.stock -= copies
        assert answer["stock_left"] == kept.stock
        self.sale[answer["id"]] = Sale(book, copies, kept.cents, kept.pages)
        return int(answer["id"])

    @rule(sale=sales, copies=st.none() | FEW, restock=st.booleans())
    def refund(self, sale: int, copies: int | None, *, restock: bool) -> None:
        answer = self.call("sales.refund", sale_id=sale, quantity=copies, restock=restock)

        if sale not in self.sale:
            assert answer["code"] == 104
            return
        sold = self.sale[sale]
        left = sold.copies - sold.refunded
        wanted = copies or left
        if wanted > left or left == 0:
            assert answer["data"]["refundable"] == left
            return
        sold.refunded += wanted
        self.book[sold.book].stock += wanted if restock else 0
        assert answer["quantity"] == wanted
        assert round(answer["amount"] * 100) == wanted * sold.cents
        assert answer["stock"] == self.book[sold.book].stock

    @invariant()
    def the_service_agrees_with_the_model(self) -> None:
        methods = ("books.list", "sales.list", "sales.totals", "sales.average_pages")
        requests = [self.rpc.request(method) for method in methods]
        requests.append(self.rpc.request("audit.run", scope="bookshop"))
        books, sales, totals, average, audit = (
            response["result"] for response in self.run(self.rpc.batch(requests))
        )

        assert {each["id"]: each["stock"] for each in books["items"]} == {
            book_id: book.stock for book_id, book in self.book.items()
        }
        assert {
            each["id"]: (each["total"], each["refunded_quantity"]) for each in sales["items"]
        } == {
            sale_id: (sale.cents * sale.copies / 100, sale.refunded)
            for sale_id, sale in self.sale.items()
        }
        assert audit["ok"], audit["differences"]
        self.sums_agree(totals, average)

    def sums_agree(self, totals: dict[str, Any], average: dict[str, Any]) -> None:
        sold = self.sale.values()
        gross = sum(sale.cents * sale.copies for sale in sold)
        refunded = sum(sale.cents * sale.refunded for sale in sold)
        kept = sum(sale.copies - sale.refunded for sale in sold)
        pages = sum(sale.pages * (sale.copies - sale.refunded) for sale in sold)

        assert totals["gross"] == gross / 100
        assert totals["refunded"] == refunded / 100
        assert totals["net"] == (gross - refunded) / 100
        assert totals["copies_sold"] - totals["copies_refunded"] == average["copies"] == kept
        assert average["average_pages"] == (pages / kept if kept else None)


def test_no_sequence_of_changes_makes_the_bookshop_differ_from_its_model(
    rpc: RpcClient, database: Database, run: Run
) -> None:
    run_state_machine_as_test(
        lambda: Bookshop(rpc, database, run),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS_AN_EXAMPLE,
            deadline=None,
            derandomize=True,
            database=None,
            # Shrinking a failure on a real engine takes minutes; its steps are few enough to read.
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
