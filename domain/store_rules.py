"""The rules of stores: opening one, changing it, and its special days."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from domain.accounts import AccountRow, new_account
from domain.effects import Add, Decision, assign
from domain.errors import NotFound, TooManySpecialDays
from domain.hours_rules import Week
from domain.special_days import SPECIAL_DAYS_MAX
from domain.stores import Store, StoreRow


def hours_of(week: Week) -> dict[str, Any]:
    """The fields of a row that say a week's hours."""
    return {"spans": [[span.open, span.close] for span in week.spans], "notes": week.notes}


def open_store(
    store_id: int, name: str, week: Week, time_zone: str, cash_cents: int, now: datetime
) -> Decision[Store]:
    """Open a store with its first cash."""
    row = StoreRow(
        id=store_id,
        source_name=f" {store_id}",  # no file's row is called so: names have no spaces around them
        name=name,
        time_zone=time_zone,
        **hours_of(week),
    )
    account = new_account("store", store_id, name, cash_cents)
    return Decision(row.shown(cash_cents, now), (Add(row), Add(account)))


def edit_store(
    store: StoreRow, account: AccountRow, changes: Mapping[str, Any], now: datetime
) -> Decision[Store]:
    """Give fields of a store new values, and its account a new name; all hours are replaced."""
    result = replace(store, **changes).shown(account.cents, now)
    renamed = (assign(account, name=changes["name"]),) if "name" in changes else ()
    return Decision(result, (assign(store, **changes), *renamed))


def set_special_day(
    store: StoreRow, account: AccountRow, day: date, ranges: list[tuple[int, int]], now: datetime
) -> Decision[Store]:
    """Give a day hours of its own; raises TooManySpecialDays."""
    special = {**store.special_days, day.isoformat(): [list(each) for each in ranges]}
    if len(special) > SPECIAL_DAYS_MAX:
        raise TooManySpecialDays(store_id=store.id, maximum=SPECIAL_DAYS_MAX)
    return edit_store(store, account, {"special_days": special}, now)


def remove_special_day(
    store: StoreRow, account: AccountRow, day: date, now: datetime
) -> Decision[Store]:
    """Let the week's hours be those of a day again; raises NotFound."""
    special = dict(store.special_days)
    if special.pop(day.isoformat(), None) is None:
        raise NotFound(kind="special day", date=day.isoformat())
    return edit_store(store, account, {"special_days": special}, now)
