"""Refusals about users, stores and purchases; the 3000s."""

from domain.errors.base import OctavoError, details


class InsufficientFunds(OctavoError):
    """The user has less cash than the listing costs; nothing was bought."""

    type = "insufficient_funds"
    template = "User {user_id} has {balance:.2f}, the price is {price:.2f}."
    example = details(user_id=0, price=10.64, balance=5.5)


class PriceChanged(OctavoError):
    """The price rose above the one that the buyer expected; nothing was bought."""

    type = "price_changed"
    template = "Listing {listing_id} costs {price:.2f} now, {expected_price:.2f} was expected."
    example = details(listing_id=2, expected_price=10.64, price=10.99)
