"""Stores are opened, have clocks and holidays of their own, and say whether they are open."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest

from data import marketplace
from domain.clock import Clock
from repository.mongo.connection import Database
from repository.storage import Storage
from repository.store_directory import STORES
from rpc.settings import Settings
from tests.support.rpc_client import RpcClient, RpcError

NIGHTS = "Mo-Sa 18:00-02:00; Su off"


async def new_store(rpc: RpcClient, **fields: Any) -> dict[str, Any]:
    given = {"name": "Night Owl Books", "hours": NIGHTS, "time_zone": "Asia/Kathmandu"} | fields
    store: dict[str, Any] = await rpc("stores.create", **given)
    return store


async def open_at(rpc: RpcClient, moment: str) -> set[str]:
    page = await rpc("stores.list", open_at=moment, name="owl")
    assert all(store["is_open"] for store in page["items"])
    return {store["name"] for store in page["items"]}


async def state(rpc: RpcClient, store_id: int, moment: str) -> tuple[bool, str | None, str | None]:
    """As stores.get tells it; stores.list with that filter has the store just when it is open."""
    store = await rpc("stores.get", id=store_id, open_at=moment)
    listed = await rpc("stores.list", open_at=moment, limit=500)
    found = [each for each in listed["items"] if each["id"] == store_id]
    assert found == ([store] if store["is_open"] else [])
    return store["is_open"], store["closes_at"], store["opens_at"]


async def test_a_new_store_is_found_gets_listings_and_sells(rpc: RpcClient) -> None:
    store = await new_store(rpc, cash=12.5)
    listing = await rpc("listings.create", store_id=store["id"], name="Nightwood", price=3)
    await rpc("purchases.create", user_id=0, listing_id=listing["id"])

    found = await rpc("search.find", query="night owl books", kinds=["store"])
    assert [hit["id"] for hit in found["items"]] == [store["id"]]
    assert (await rpc("stores.get", id=store["id"]))["cash"] == 15.5
    assert (await rpc("stores.list", name="owl"))["items"][0]["listings_count"] == 1
    assert (await rpc("audit.run"))["differences"] == []


async def test_two_stores_of_one_name_are_two_stores(rpc: RpcClient) -> None:
    first, second = [await new_store(rpc) for _ in range(2)]

    assert first["id"] != second["id"]
    assert await open_at(rpc, "2026-11-23T20:00") == {"Night Owl Books"}


async def test_a_repeated_creation_opens_one_store(rpc: RpcClient) -> None:
    first, second = [await new_store(rpc, idempotency_key="owl") for _ in range(2)]

    assert first == second
    assert len((await rpc("stores.list", name="owl"))["items"]) == 1


async def test_a_store_is_open_by_its_own_clock(rpc: RpcClient) -> None:
    store = await new_store(rpc)
    # Monday 23:45 in Kathmandu is Monday 18:00 UTC, when a store in London has just opened.
    kathmandu = await state(rpc, store["id"], "2026-11-23T18:00:00Z")
    await rpc("stores.update", id=store["id"], time_zone="Europe/London")
    london = await state(rpc, store["id"], "2026-11-23T18:00:00Z")
    before = await state(rpc, store["id"], "2026-11-23T17:59:59Z")

    assert kathmandu == (True, "2026-11-24T02:00:00+05:45", "2026-11-24T18:00:00+05:45")
    assert london == (True, "2026-11-24T02:00:00+00:00", "2026-11-24T18:00:00+00:00")
    assert before == (False, None, "2026-11-23T18:00:00+00:00")


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-28T23:00", (True, "2026-11-29T02:00:00+05:45", "2026-11-30T18:00:00+05:45")),
        ("2026-11-29T01:59", (True, "2026-11-29T02:00:00+05:45", "2026-11-30T18:00:00+05:45")),
        ("2026-11-29T02:00", (False, None, "2026-11-30T18:00:00+05:45")),
        ("2026-11-29T20:00", (False, None, "2026-11-30T18:00:00+05:45")),
    ],
)
async def test_the_night_before_a_closed_day_goes_on(
    rpc: RpcClient, moment: str, expected: tuple[bool, str | None, str | None]
) -> None:
    store = await new_store(rpc)

    assert await state(rpc, store["id"], moment) == expected


async def test_a_special_day_goes_before_the_week(rpc: RpcClient) -> None:
    store = await new_store(rpc, time_zone="UTC")
    day = {"id": store["id"], "date": "2026-12-24"}  # a Thursday
    await rpc("stores.set_special_day", **day, hours="09:00-12:00, 22:00-03:00")

    usual_night_before = await state(rpc, store["id"], "2026-12-24T01:00")
    morning = await state(rpc, store["id"], "2026-12-24T09:00")
    usual_evening = await state(rpc, store["id"], "2026-12-24T18:00")
    its_own_night = await state(rpc, store["id"], "2026-12-25T02:59")
    assert usual_night_before[:2] == (True, "2026-12-24T02:00:00+00:00")
    assert morning == (True, "2026-12-24T12:00:00+00:00", "2026-12-24T22:00:00+00:00")
    assert usual_evening == (False, None, "2026-12-24T22:00:00+00:00")
    assert its_own_night[:2] == (True, "2026-12-25T03:00:00+00:00")

    closed = await rpc("stores.set_special_day", **day, closed=True)
    assert closed["special_days"] == [{"date": "2026-12-24", "closed": True, "hours": []}]
    assert await state(rpc, store["id"], "2026-12-24T23:00") == (
        False,
        None,
        "2026-12-25T18:00:00+00:00",
    )
    assert (await state(rpc, store["id"], "2026-12-25T01:00"))[0] is False

    removed = await rpc("stores.remove_special_day", **day)
    assert removed["special_days"] == []
    assert (await state(rpc, store["id"], "2026-12-24T23:00"))[0] is True


async def test_structured_hours_of_a_special_day_are_as_text(rpc: RpcClient) -> None:
    store = await new_store(rpc)
    day = {"id": store["id"], "date": "2026-12-31"}
    structured = [{"open": "10:00", "close": "1:15 pm"}, {"open": "20:00", "close": "02:00"}]

    as_text, as_list = [
        (await rpc("stores.set_special_day", **day, hours=hours))["special_days"]
        for hours in ("10am-1:15pm, 8pm-2am", structured)
    ]

    assert as_text == as_list
    assert as_text[0]["hours"] == [
        {"open": "10:00", "close": "13:15"},
        {"open": "20:00", "close": "02:00"},
    ]


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({}, ["hours"]),
        ({"hours": "9am-5pm", "closed": True}, ["hours"]),
        ({"hours": "Mon 9am-5pm"}, ["hours"]),
        ({"hours": "9-5"}, ["hours"]),
        ({"hours": "24:00-02:00"}, ["hours"]),
        ({"hours": []}, ["hours"]),
        ({"hours": [{"open": "9", "close": "5"}]}, ["hours"]),
        ({"closed": True, "date": "2026-13-01"}, ["date"]),
        ({"closed": True, "date": 20261224}, ["date"]),
    ],
)
async def test_an_unclear_special_day_is_refused_and_changes_nothing(
    rpc: RpcClient, given: dict[str, Any], path: list[str]
) -> None:
    store = await new_store(rpc)
    with pytest.raises(RpcError) as refused:
        await rpc("stores.set_special_day", **{"id": store["id"], "date": "2026-12-24"} | given)

    assert refused.value.code == -32602
    assert refused.value.data["errors"][0]["path"][:1] == path
    assert (await rpc("stores.get", id=store["id"]))["special_days"] == []


async def test_a_store_keeps_so_many_special_days_and_no_more(
    rpc: RpcClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("domain.store_rules.SPECIAL_DAYS_MAX", 2)
    store = await new_store(rpc)
    days = [
        {"id": store["id"], "date": f"2026-12-2{number}", "closed": True} for number in range(3)
    ]
    for day in days[:2] * 2:
        await rpc("stores.set_special_day", **day)
    with pytest.raises(RpcError) as refused:
        await rpc("stores.set_special_day", **days[2])

    assert refused.value.code == 109
    assert refused.value.data["maximum"] == 2


@pytest.mark.parametrize(
    ("method", "given"),
    [
        ("stores.create", {"name": "Nook", "hours": "9am-5pm"}),
        ("stores.set_special_day", {"id": 1, "date": "2026-12-24", "closed": True}),
        ("stores.remove_special_day", {"id": 1, "date": "2026-12-24"}),
    ],
)
async def test_a_reader_changes_no_store(
    rpc: RpcClient, method: str, given: dict[str, Any]
) -> None:
    key = await rpc("keys.create", name="window", role="reader")
    async with RpcClient(rpc.url.removesuffix("/rpc"), key["key"]) as reader:
        with pytest.raises(RpcError, match="forbidden"):
            await reader(method, **given)


async def test_a_public_key_sees_whether_a_store_is_open_and_no_cash(rpc: RpcClient) -> None:
    key = await rpc("keys.create", name="page", role="public")
    async with RpcClient(rpc.url.removesuffix("/rpc"), key["key"]) as page:
        store = await page("stores.get", id=1, open_at="2026-11-23T15:00")

    assert "cash" not in store
    assert store["closes_at"] == "2026-11-23T20:00:00+00:00"


async def test_notes_say_what_of_the_hours_was_left_out_until_they_are_replaced(
    rpc: RpcClient,
) -> None:
    store = await new_store(rpc, hours="Mo-Fr 09:00-17:00; PH off")
    [listed] = (await rpc("stores.list", name="owl"))["items"]
    renamed = await rpc("stores.update", id=store["id"], name="Owl")
    replaced = await rpc("stores.update", id=store["id"], hours="Mo-Fr 09:00-17:00")

    assert store["notes"] == listed["notes"] == renamed["notes"]
    assert "`PH off`" in store["notes"][0]
    assert replaced["notes"] == []


class TestByTheClock:
    """Without `open_at`, what is shown is as of now."""

    times: ClassVar = [datetime(2026, 11, 23, 17, 59, tzinfo=UTC)]

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        """No answers kept: this clock does not go on as time does."""
        return settings.model_copy(update={"kept_answers_bytes_max": 0})

    @pytest.fixture
    def clock(self) -> Clock:
        return lambda: self.times[0]

    async def test_a_store_opens_and_closes_as_time_goes_on(self, rpc: RpcClient) -> None:
        store = await new_store(rpc, time_zone="UTC")
        shown = []
        for minutes in (0, 1, 481, 480):
            self.times[0] = datetime(2026, 11, 23, 17, 59, tzinfo=UTC) + timedelta(minutes=minutes)
            listed = (await rpc("stores.list", name="owl"))["items"]
            assert listed == [await rpc("stores.get", id=store["id"])]
            shown.append((listed[0]["is_open"], listed[0]["closes_at"]))

        end = "2026-11-24T02:00:00+00:00"
        assert not store["is_open"]
        assert shown == [(False, None), (True, end), (False, None), (True, end)]


async def test_a_store_file_may_have_time_zones(
    storage: Storage, database: Database, tmp_path: Path
) -> None:
    store = {
        "storeName": "Corner",
        "cashBalance": 1,
        "openingHours": "9am-5pm; PH off",
        "books": [],
    }
    stores = [
        store | {"timeZone": "Europe/Paris"},
        store | {"storeName": "Nook"},
        store | {"storeName": "Lost", "timeZone": "Mars/Olympus"},
    ]
    paths = tmp_path / "stores.json", tmp_path / "users.json"
    for path, rows in zip(paths, (stores, []), strict=True):
        path.write_text(json.dumps(rows))
    report = await marketplace.load(storage, *paths, lambda _: None, dry_run=False)

    names = {"source_name": {"$in": ["Corner", "Nook", "Lost"]}}
    rows = {row.name: row for row in await database.rows(STORES, names)}
    assert {name: row.time_zone for name, row in rows.items()} == {
        "Corner": "Europe/Paris",
        "Nook": "UTC",
    }
    assert "`PH off`" in rows["Corner"].notes[0]
    [reject] = report.parts["stores"].rejects
    assert (reject.column, reject.place) == ("timeZone", "store 3")
