"""The accounts of users and stores; a user is an account."""

from typing import Final

from domain.accounts import AccountRow
from repository.mongo.collections import Collection

ACCOUNTS: Final = Collection("accounts", AccountRow, cached=True)
