"""The marketplace's collections, whose names its topics share."""

from typing import Final

STORES: Final = "stores"
LISTINGS: Final = "listings"
USERS: Final = "users"
WALLETS: Final = "wallets"
PURCHASES: Final = "purchases"
