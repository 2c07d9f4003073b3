"""What each shim of the embedded engine gains, over the wire: all of them against all but one.

    python -m bench.engine_shims [--shim NAME ...] [--rounds 20] [--all]

Prints how many times faster the work that a shim is for is with it, the two engines taking turns;
with --all every work for every shim.
"""

import argparse
import contextlib
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

from pymongo import InsertOne, MongoClient, UpdateOne
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from bench.output import say
from repository import books, circulation, purchases, store_directory
from repository.engine import shims
from repository.engine.__main__ import serving

BOOKS: Final = 2_000
STORES: Final = 300
PURCHASES: Final = 3_000
LOANS: Final = 4_000
GROUP: Final = 64
MANY_WRITES: Final = 10_500
INDEXED: Final = (
    books.BOOKS,
    purchases.PURCHASES,
    store_directory.STORES,
    circulation.CLAIMS,
)
DATABASE: Final = "bench"
DAY: Final = datetime(2026, 11, 23, tzinfo=UTC)
Document = dict[str, Any]
ids = count(1_000_000)
chance = random.Random(1)  # noqa: S311 - made-up data


class Shop:
    """An engine that runs, with made-up data, as a client sees it."""

    def __init__(self, url: str) -> None:
        self.client: MongoClient[Document] = MongoClient(url)
        concern = WriteConcern(w="majority", j=True)
        self._database = self.client.get_database(DATABASE, write_concern=concern)
        self._has_written_much = False
        self.token: Any = None
        """From where a change stream looks."""

    def __getitem__(self, name: str) -> Any:
        return self._database[name]

    def fill(self) -> None:
        """Make the service's indexes and write the data that all work is done on."""
        for collection in INDEXED:
            for index in collection.indexes:
                self[collection.name].create_index(
                    list(index.keys), name=index.name, **index.options
                )
        self["names"].create_index([("typo_keys", 1), ("length", 1)])
        self["books"].insert_many([book(number) for number in range(BOOKS)])
        self["stores"].insert_many([store(number) for number in range(STORES)])
        self["purchases"].insert_many([purchase(number) for number in range(PURCHASES)])
        self["claims"].insert_many([loan(number) for number in range(LOANS)])
        self["names"].insert_many([name(number) for number in range(BOOKS)])

    def write_much(self) -> None:
        """As many writes as a shop makes within half an hour, once."""
        if not self._has_written_much:
            for number in range(MANY_WRITES):
                self["heartbeats"].update_one({"_id": 1}, {"$set": {"beat": number}}, upsert=True)
        self._has_written_much = True


def book(number: int) -> Document:
    """A book as the service keeps it."""
    words = [f"word{number % 97}", f"word{number % 11}", f"w{number}"]
    return {
        "_id": number,
        "isbn": f"{9_780_000_000_000 + number}",
        "title": " ".join(words),
        "title_key": " ".join(words),
        "title_words": words,
        "authors": [f"Author {number % 300}"],
        "author_words": ["author", str(number % 300)],
        "pages": 100 + number % 900,
        "price_cents": number * 7 % 3_000,
        "stock": 10**9,
        "received": 10**9,
    }


def store(number: int) -> Document:
    """A store as far as its prices are asked for."""
    prices = sorted(chance.choices(range(500, 3_000), k=40))
    return {
        "_id": number,
        "source_name": f"Store {number}",
        "listings_count": len(prices),
        "prices": prices,
        "week_minutes": number * 13 % 5_000,
    }


def purchase(number: int) -> Document:
    """A purchase, by one of many users."""
    at = DAY - timedelta(minutes=number)
    amounts = {"user_id": number % 2_000, "store_id": number % 200, "amount_cents": number}
    return {"_id": number, "purchased_at": at} | amounts


def loan(number: int) -> Document:
    """A loan of one member, who reads much."""
    at = DAY - timedelta(minutes=number)
    of_one = {"kind": "loan", "member_id": 1, "book_id": number}
    return {"_id": number, "open": number % 2 == 0, "due_at": at, "loaned_at": at} | of_one


def name(number: int) -> Document:
    """A name in the search index."""
    words = [f"word{number % 97}", f"w{number}"]
    keys = [
        f"{len(word)}^{word[:place]}{word[place + 1 :]}" for word in words for place in range(4)
    ]
    return {"_id": number, "key": " ".join(words), "words": words, "typo_keys": keys, "length": 9}


def change_alone(shop: Shop) -> None:
    """The same as a group, one book a transaction."""
    for _ in range(10):
        _sell(shop, 1)


def change_a_group(shop: Shop) -> None:
    """One transaction: read 64 books, take a copy of each under a guard, add 64 sales, commit."""
    _sell(shop, GROUP)


def _sell(shop: Shop, count: int) -> None:
    chosen = chance.sample(range(BOOKS), count)
    with shop.client.start_session() as session:
        session.start_transaction(ReadConcern("snapshot"), WriteConcern(w="majority", j=True))
        list(shop["books"].find({"_id": {"$in": chosen}}, session=session))
        taken = [
            UpdateOne({"_id": each, "stock": {"$gte": 1}}, {"$inc": {"stock": -1}})
            for each in chosen
        ]
        shop["books"].bulk_write(taken, session=session)
        sales = [sale(each) for each in chosen]
        shop["sales"].insert_many(sales, session=session)
        session.commit_transaction()


def sale(book_id: int) -> Document:
    """A sale as the service keeps it."""
    price = {"quantity": 1, "unit_price_cents": 100, "pages": 100}
    return {"_id": next(ids), "book_id": book_id, "sold_at": DAY} | price


def change_guarded(shop: Shop) -> None:
    """Single findAndModify commands with a guard."""
    for number in chance.sample(range(BOOKS), 40):
        guarded = {"_id": number, "stock": {"$gte": 1}}
        shop["books"].find_one_and_update(guarded, {"$inc": {"stock": -1}})


def change_by_id(shop: Shop) -> None:
    """Single findAndModify commands that set a field."""
    for number in chance.sample(range(BOOKS), 40):
        shop["books"].find_one_and_update({"_id": number}, {"$set": {"pages": next(ids)}})


def change_after_many(shop: Shop) -> None:
    """The same after ten thousand writes."""
    shop.write_much()
    change_by_id(shop)


def rename(shop: Shop) -> None:
    """Give names in the search index other words, in one statement."""
    chosen = chance.sample(range(BOOKS), 40)
    shop["names"].bulk_write(
        [
            UpdateOne({"_id": each}, {"$set": name(each + next(ids)) | {"_id": each}})
            for each in chosen
        ]
    )


def insert_books(shop: Shop) -> None:
    """Add books, as a load does."""
    first = next(ids) * 1_000
    books = [InsertOne(book(number)) for number in range(first, first + 100)]
    shop["books"].bulk_write(books)
    shop["books"].delete_many({"_id": {"$gte": first}})


def insert_names(shop: Shop) -> None:
    """Add names to the search index, with a score of keys each, and take them away."""
    first = next(ids) * 1_000
    shop["names"].insert_many([name(number) for number in range(first, first + 50)])
    shop["names"].delete_many({"_id": {"$gte": first}})


def sort_all(shop: Shop) -> None:
    """Read books sorted by what no index has in that order."""
    sort = [("pages", 1), ("title_key", 1), ("_id", 1)]
    list(shop["books"].find({}, {"_id": 1}, sort=sort))


def find_ids(shop: Shop) -> None:
    """Read many documents by their ids."""
    list(shop["books"].find({"_id": {"$in": chance.sample(range(BOOKS), 1_000)}}))


def find_range(shop: Shop) -> None:
    """Read all documents within a range that an index has."""
    list(shop["books"].find({"price_cents": {"$gte": 500, "$lt": 1_500}}))


def find_page(shop: Shop) -> None:
    """Pages of a list: the open loans of a member, 51 of thousands."""
    for _ in range(5):
        after = {"_id": {"$gt": chance.randrange(LOANS // 2)}}
        query = {"kind": "loan", "member_id": 1, "open": True} | after
        list(shop["claims"].find(query, sort=[("_id", 1)], limit=51))


def look_up_typos(shop: Shop) -> None:
    """Look up names by any of many keys, as the search for a mistyped word does."""
    keys = [f"6^wor{number}" for number in range(60)]
    list(shop["names"].find({"typo_keys": {"$in": keys}}))


def report(shop: Shop) -> None:
    """What each user spent in a period, the most first."""
    period = {"purchased_at": {"$gte": DAY - timedelta(days=1), "$lt": DAY}}
    sums = {"_id": "$user_id", "amount": {"$sum": "$amount_cents"}, "count": {"$sum": 1}}
    list(
        shop["purchases"].aggregate(
            [{"$match": period}, {"$group": sums}, {"$sort": {"amount": -1}}]
        )
    )


def count_prices(shop: Shop) -> None:
    """Stores with so many prices within a range."""
    within = {"$and": [{"$gte": ["$$this", 1_000]}, {"$lte": ["$$this", 2_000]}]}
    number = {"$size": {"$filter": {"input": "$prices", "cond": within}}}
    match = [{"listings_count": {"$gt": 10}}, {"$expr": {"$and": [{"$gt": [number, 15]}]}}]
    list(shop["stores"].aggregate([{"$match": part} for part in match]))


def watch_few(shop: Shop) -> None:
    """Look with a change stream through two thousand new rows that it does not want."""
    database = shop["marks"].database
    if shop.token is None:
        with database.watch() as stream:
            shop.token = stream.resume_token
        shop["watched"].insert_many([{"number": number} for number in range(2_000)])
        shop["marks"].insert_one({})
    changed = {"operationType": {"$in": ["update", "replace", "delete"]}}
    wanted = [
        changed | {"ns.coll": {"$in": ["books", "stores"]}},
        {"ns.coll": {"$in": ["stores", "listings"]}, "operationType": "insert"},
        {"ns.coll": {"$nin": ["books", "stores", "listings", "watched"]}},
    ]
    with database.watch([{"$match": {"$or": wanted}}], resume_after=shop.token) as stream:
        stream.next()


def change_while_watched(shop: Shop) -> None:
    """Single changes while somebody watches all of them, until the last is told."""
    updates = [{"$match": {"operationType": "update"}}]
    with shop["books"].watch(updates, max_await_time_ms=50) as stream:
        follower = threading.Thread(target=_follow, args=(stream,))
        follower.start()
        change_by_id(shop)
        shop["books"].update_one({"_id": 0}, {"$set": {"last": next(ids)}})
        follower.join()


def _follow(stream: Any) -> None:
    """Read changes until the last of them."""
    while True:
        change = stream.try_next()
        if change and "last" in change["updateDescription"]["updatedFields"]:
            return


Work = Callable[[Shop], None]
MADE_FOR: Final[dict[str, list[Work]]] = {
    "find_by_id_first": [change_a_group, change_guarded, change_by_id],
    "compare_plain_values_at_once": [find_ids, find_range, look_up_typos, find_page],
    "sort_plain_values_at_once": [report, sort_all],
    "filter_plain_values_at_once": [count_prices],
    "read_the_catalogue_once_a_statement": [
        insert_names,
        insert_books,
        change_a_group,
        change_by_id,
    ],
    "write_changed_entries_alone": [change_a_group, change_guarded, change_by_id, rename],
    "make_keys_in_few_steps": [insert_names, insert_books, rename, change_a_group, find_ids],
    "look_through_kept_answers_rarely": [change_after_many],
    "look_for_changes_now_and_then": [change_while_watched],
    "pass_over_unwanted_changes": [watch_few],
    "stop_at_the_limit": [find_page],
    "pass_pointers_to_the_storage": [change_a_group, insert_books, find_ids],
    "keep_sessions_of_transactions": [change_alone, change_a_group],
    "apply_updates_in_few_steps": [change_a_group, change_guarded],
}
"""The work that each shim is for."""


@contextlib.contextmanager
def shop_without(shim: str | None) -> Iterator[Shop]:
    """An engine of its own with all shims, or with all but one."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "bench.engine_shims", "--serve", folder]
        engine = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [*command, "--without", shim or ""],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert engine.stdin and engine.stdout  # noqa: PT018, S101 - for the type checker
        try:
            url = f"mongodb://127.0.0.1:{engine.stdout.readline().strip()}/?directConnection=true"
            shop = Shop(url)
            shop.fill()
            yield shop
            shop.client.close()
        finally:
            engine.stdin.close()
            engine.wait()


def serve(folder: Path, without: str | None) -> None:
    """Run an engine until standard input ends."""
    shims.apply(without=without)
    with serving(folder, 0) as server:
        say(str(server.port))
        sys.stdin.read()


def seconds(work: Work, shop: Shop) -> float:
    """How long it takes."""
    started = time.perf_counter()
    work(shop)
    return time.perf_counter() - started


def gain(work: Work, full: Shop, lacking: Shop, rounds: int) -> float:
    """How many times faster the work is with the shim, by the quickest of some rounds.

    They take turns; what else the machine does only ever adds to a round.
    """
    times = [(seconds(work, lacking), seconds(work, full)) for _ in range(rounds)]
    return min(without for without, _ in times) / min(whole for _, whole in times)


def main() -> None:
    """Print the table of gains."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shim", nargs="*", choices=MADE_FOR, default=list(MADE_FOR))
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--all", action="store_true", help="measure every work for every shim")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--without", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve, options.without)
        return
    every = list(dict.fromkeys(work for works in MADE_FOR.values() for work in works))
    with shop_without(None) as full:
        for shim in options.shim:
            with shop_without(shim) as lacking:
                for work in every if options.all else MADE_FOR[shim]:
                    ratio = gain(work, full, lacking, options.rounds)
                    say(f"{ratio:6.2f} x  {shim}: {work.__name__}")


if __name__ == "__main__":
    main()
