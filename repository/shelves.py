"""What stores put on their shelves and take off: changes of listings that a store counts."""

from domain.effects import Decision, Increase
from domain.errors import found
from domain.listings import Listing, list_book, take_off
from domain.stores import StoreRow
from repository.listings import LISTINGS
from repository.mongo.changes import Change, Need, State, need
from repository.store_directory import STORES


def create(store_id: int, name: str, price_cents: int) -> Change[Listing]:
    """List a book in a store. Refused with NotFound."""

    def decide(state: State) -> Decision[Listing]:
        store = found(state.get(STORES, store_id), "store", id=store_id)
        return list_book(store, state.new_id(LISTINGS), name, price_cents)

    foreseen = Increase(StoreRow, store_id, {"listings_count": 1})
    return Change(decide, (need(STORES, store_id, foreseen=foreseen),))


def remove(listing_id: int) -> Change[Listing]:
    """Take a listing off its store. Refused with NotFound."""

    def its_store(state: State) -> list[Need]:
        listing = state.get(LISTINGS, listing_id)
        return [] if listing is None else [need(STORES, listing.store_id)]

    def decide(state: State) -> Decision[Listing]:
        listing = found(state.get(LISTINGS, listing_id), "listing", id=listing_id)
        store = found(state.get(STORES, listing.store_id), "store", id=listing.store_id)
        return take_off(store, listing)

    return Change(decide, (need(LISTINGS, listing_id),), further=(its_store,))
