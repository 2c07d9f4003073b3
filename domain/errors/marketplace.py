"""Refusals about users, stores and purchases; the 3000s."""

from domain.errors.base import Details, OctavoError, details
from domain.errors.general import Conflict


class InsufficientFunds(OctavoError):
    """The user, or the store that pays back, has less cash than is to be paid; nothing was."""

    type = "insufficient_funds"
    template = "{owner} has {balance:.2f}, {wanted}."
    example = details(user_id=0, store_id=1, price=10.64, amount=12.5, balance=5.5)
    sometimes = frozenset({"user_id", "store_id", "price", "amount"})

    def words(self) -> Details:
        """Who has too little, and for what."""
        given = self.details
        return {
            "owner": f"User {given['user_id']}"
            if "user_id" in given
            else f"Store {given['store_id']}",
            "wanted": f"the price is {given['price']:.2f}"
            if "price" in given
            else f"{given['amount']:.2f} was to be withdrawn",
        }


class AlreadyRefunded(OctavoError):
    """The purchase was refunded before; nothing was paid back now."""

    type = "already_refunded"
    template = "Purchase {purchase_id} was refunded before; data.refunded_at says when."
    example = details(purchase_id=174, refunded_at="2026-11-24T09:30:00Z")


class PriceChanged(OctavoError):
    """The price rose above the one that the buyer expected; nothing was bought."""

    type = "price_changed"
    template = "Listing {listing_id} costs {price:.2f} now, {expected_price:.2f} was expected."
    example = details(listing_id=2, expected_price=10.64, price=10.99)


class TooManySpecialDays(Conflict):
    """The store would have more special days than it can have; remove those that are over."""

    template = "Store {store_id} has {maximum} special days, the most it can have."
    example = details(store_id=1, maximum=1_000)
    sometimes = frozenset()
