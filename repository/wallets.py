"""Cash of stores and users, apart from what else is known of them: it changes far more often.

`opening_cents` is what the file said, which is the balance after the history that came with it; the
purchases made here explain every cent between it and `cents`.
"""

from collections.abc import Iterable

from repository.marketplace import WALLETS
from repository.mongo_connection import Document, Documents
from repository.transactions import Transaction


def store_wallet(store_id: int) -> str:
    """The id of a store's wallet."""
    return f"store:{store_id}"


def user_wallet(user_id: int) -> str:
    """The id of a user's wallet."""
    return f"user:{user_id}"


def wallet_document(wallet_id: str, cents: int) -> Document:
    """A new wallet."""
    return {"_id": wallet_id, "cents": cents, "opening_cents": cents}


async def cash_of(documents: Documents, wallet_ids: Iterable[str]) -> dict[str, int]:
    """The cents in each wallet."""
    rows = await documents.find(WALLETS, {"_id": {"$in": list(wallet_ids)}})
    return {row["_id"]: row["cents"] for row in rows}


async def hold_wallet(transaction: Transaction, wallet_id: str) -> Document:
    """The wallet as the transaction sees it."""
    wallet = await transaction.hold(WALLETS, wallet_id)
    if wallet is None:
        raise LookupError(f"wallet {wallet_id} is missing")
    return wallet


def pay(transaction: Transaction, payer: Document, payee: Document, cents: int) -> None:
    """Move cents from one held wallet to another; the payer's is known to hold them."""
    transaction.change(WALLETS, payer, add={"cents": -cents})
    transaction.change(WALLETS, payee, add={"cents": cents})
