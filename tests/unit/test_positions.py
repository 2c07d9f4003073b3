"""Where the parameters stand that a caller may give by position; the order is a promise."""

import pytest

from rpc.application import REGISTRY

PROMISED = {
    "books.create": "title authors pages price isbn quantity",
    "books.get": "id isbn",
    "books.list": "author title min_price max_price in_stock archived sort order limit cursor",
    "authors.list": "query limit cursor",
    "books.archive": "id",
    "books.unarchive": "id",
    "books.update": "id title authors pages price isbn",
    "books.restock": "id quantity",
    "books.set_stock": "id quantity expected_quantity",
    "sales.create": "book_id quantity expected_price",
    "sales.refund": "sale_id quantity restock",
    "sales.get": "id",
    "sales.list": "book_id from to limit cursor",
    "sales.totals": "from to time_zone",
    "sales.average_pages": "from to time_zone",
    "orders.place": "items customer payment expected_total address",
    "orders.quote": "items",
    "orders.return": "order_id items restock",
    "orders.list": "status email from to time_zone limit cursor",
    "orders.cancel": "order_id",
    "deliveries.schedule": "order_id address date",
    "deliveries.update_status": "id status",
    "members.create": "name email",
    "library.set_copies": "book_id copies",
    "library.checkout": "member_id book_id",
    "library.return": "member_id book_id",
    "library.loans": "member_id book_id open overdue",
    "stores.list": "open_at open_on hours_per_week hours_per_day books name sort order limit",
    "stores.update": "id name hours",
    "stores.popular": "by from to limit",
    "listings.list": "store_id name min_price max_price sort order limit cursor",
    "listings.update": "id name price",
    "users.update": "id name",
    "users.top": "from to limit",
    "users.count": "more_than less_than from to include_idle",
    "purchases.create": "user_id listing_id expected_price",
    "purchases.list": "user_id store_id from to limit cursor",
    "purchases.totals": "from to time_zone",
    "search.find": "query kinds open_at limit cursor",
    "requests.lookup": "idempotency_key",
}


@pytest.mark.parametrize("method", PROMISED)
def test_the_parameters_of_a_method_stand_in_the_promised_order(method: str) -> None:
    promised = PROMISED[method].split()

    assert list(REGISTRY[method].parameters.model_fields)[: len(promised)] == promised
