// purchases: a user pays a store for a listing, all at once or not at all.

>> {"jsonrpc":"2.0","method":"purchases.create","params":{"user_id":0,"listing_id":2,"expected_price":10.64,"idempotency_key":"app-0042"},"id":1}
<< {"jsonrpc": "2.0", "result": {"id": 174, "user_id": 0, "store_id": 1, "listing_id": 2, "book_name": "Ruby!", "store_name": "Look Inna Book", "amount": 10.64, "purchased_at": "2026-11-26T15:53:22.106000Z", "refunded_at": null, "user_cash": 690.06, "store_cash": 4494.48}, "id": 1}
// The same key again: the same purchase, paid once.
>> {"jsonrpc":"2.0","method":"purchases.create","params":{"user_id":0,"listing_id":2,"expected_price":10.64,"idempotency_key":"app-0042"},"id":2}
<< {"jsonrpc": "2.0", "result": {"id": 174, "user_id": 0, "store_id": 1, "listing_id": 2, "book_name": "Ruby!", "store_name": "Look Inna Book", "amount": 10.64, "purchased_at": "2026-11-26T15:53:22.106000Z", "refunded_at": null, "user_cash": 690.06, "store_cash": 4494.48}, "id": 2}
>> {"jsonrpc":"2.0","method":"users.get","params":{"id":0},"id":3}
<< {"jsonrpc": "2.0", "result": {"id": 0, "name": "Edith Johnson", "cash": 690.06}, "id": 3}
>> {"jsonrpc":"2.0","method":"stores.get","params":{"id":1},"id":4}
<< {"jsonrpc": "2.0", "result": {"id": 1, "name": "Look Inna Book", "cash": 4494.48, "hours": [{"day": "mon", "open": "14:30", "close": "20:00"}, {"day": "tue", "open": "11:00", "close": "14:00"}, {"day": "wed", "open": "13:15", "close": "03:15"}, {"day": "thu", "open": "10:00", "close": "03:15"}, {"day": "fri", "open": "14:30", "close": "20:00"}, {"day": "sat", "open": "05:00", "close": "11:30"}, {"day": "sun", "open": "10:45", "close": "17:00"}], "hours_per_week": 58.0, "time_zone": "UTC", "listings_count": 14, "hours_text": "Mon 14:30 - 20:00 / Tue 11:00 - 14:00 / Wed 13:15 - 03:15 / Thu 10:00 - 03:15 / Fri 14:30 - 20:00 / Sat 05:00 - 11:30 / Sun 10:45 - 17:00", "notes": [], "special_days": [], "is_open": "…", "closes_at": "…", "opens_at": "…"}, "id": 4}
// The price has risen since the buyer saw it. One that fell would be paid.
>> {"jsonrpc":"2.0","method":"listings.update","params":{"id":2,"price":12},"id":5}
<< {"jsonrpc": "2.0", "result": {"id": 2, "store_id": 1, "store_name": "Look Inna Book", "name": "Ruby!", "price": 12.0}, "id": 5}
>> {"jsonrpc":"2.0","method":"purchases.create","params":{"user_id":0,"listing_id":2,"expected_price":10.64},"id":6}
<< {"jsonrpc": "2.0", "error": {"code": 3002, "message": "Listing 2 costs 12.00 now, 10.64 was expected.", "data": {"type": "price_changed", "retryable": false, "listing_id": 2, "expected_price": 10.64, "price": 12.0}}, "id": 6}
>> {"jsonrpc":"2.0","method":"purchases.create","params":{"user_id":0,"listing_id":2,"expected_price":13},"id":7}
<< {"jsonrpc": "2.0", "result": {"id": 175, "user_id": 0, "store_id": 1, "listing_id": 2, "book_name": "Ruby!", "store_name": "Look Inna Book", "amount": 12.0, "purchased_at": "2026-11-26T15:53:22.160000Z", "refunded_at": null, "user_cash": 678.06, "store_cash": 4506.48}, "id": 7}
// More than there is; the balance tells how much that is.
>> {"jsonrpc":"2.0","method":"listings.update","params":{"id":2,"price":5000},"id":8}
<< {"jsonrpc": "2.0", "result": {"id": 2, "store_id": 1, "store_name": "Look Inna Book", "name": "Ruby!", "price": 5000.0}, "id": 8}
>> {"jsonrpc":"2.0","method":"purchases.create","params":{"user_id":0,"listing_id":2},"id":9}
<< {"jsonrpc": "2.0", "error": {"code": 3001, "message": "User 0 has 678.06, the price is 5000.00.", "data": {"type": "insufficient_funds", "retryable": false, "user_id": 0, "price": 5000.0, "balance": 678.06}}, "id": 9}
// Cash to the cent: the price that is the balance buys.
>> {"jsonrpc":"2.0","method":"listings.update","params":{"id":2,"price":678.06},"id":10}
<< {"jsonrpc": "2.0", "result": {"id": 2, "store_id": 1, "store_name": "Look Inna Book", "name": "Ruby!", "price": 678.06}, "id": 10}
>> {"jsonrpc":"2.0","method":"purchases.create","params":{"user_id":0,"listing_id":2},"id":11}
<< {"jsonrpc": "2.0", "result": {"id": 176, "user_id": 0, "store_id": 1, "listing_id": 2, "book_name": "Ruby!", "store_name": "Look Inna Book", "amount": 678.06, "purchased_at": "2026-11-26T15:53:22.189000Z", "refunded_at": null, "user_cash": 0.0, "store_cash": 5184.54}, "id": 11}
>> {"jsonrpc":"2.0","method":"purchases.create","params":{"user_id":2,"listing_id":2},"id":12}
<< {"jsonrpc": "2.0", "error": {"code": 104, "message": "No user has id 2.", "data": {"type": "not_found", "retryable": false, "kind": "user", "id": 2}}, "id": 12}
>> {"jsonrpc":"2.0","method":"purchases.create","params":{"user_id":0,"listing_id":9999},"id":13}
<< {"jsonrpc": "2.0", "error": {"code": 104, "message": "No listing has id 9999.", "data": {"type": "not_found", "retryable": false, "kind": "listing", "id": 9999}}, "id": 13}
>> {"jsonrpc":"2.0","method":"purchases.create","params":{"user_id":"0"},"id":14}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "detail": "user_id: must be a whole number, not a string", "errors": [{"parameter": "user_id", "path": ["user_id"], "problem": "must be a whole number, not a string"}, {"parameter": "listing_id", "path": ["listing_id"], "problem": "is required"}]}}, "id": 14}
// What was paid stands under the names and at the price of its time.
>> {"jsonrpc":"2.0","method":"purchases.list","params":{"user_id":0,"from":"2020-02-01","to":"2020-02-29"},"id":15}
<< {"jsonrpc": "2.0", "result": {"items": [{"id": 1, "user_id": 0, "store_id": 1, "listing_id": 1, "book_name": "Ruby: The Autobiography", "store_name": "Look Inna Book", "amount": 13.88, "purchased_at": "2020-02-10T04:09:00Z", "refunded_at": null}, {"id": 3, "user_id": 0, "store_id": 1, "listing_id": 5, "book_name": "Where's Ruby? (max And Ruby)", "store_name": "Look Inna Book", "amount": 13.5, "purchased_at": "2020-02-29T00:13:00Z", "refunded_at": null}], "next_cursor": null, "time_zone": "UTC"}, "id": 15}
>> {"jsonrpc":"2.0","method":"purchases.list","params":{"user_id":0,"store_id":1,"from":"2026-01-01"},"id":16}
<< {"jsonrpc": "2.0", "result": {"items": [{"id": 174, "user_id": 0, "store_id": 1, "listing_id": 2, "book_name": "Ruby!", "store_name": "Look Inna Book", "amount": 10.64, "purchased_at": "2026-11-26T15:53:22.106000Z", "refunded_at": null}, {"id": 175, "user_id": 0, "store_id": 1, "listing_id": 2, "book_name": "Ruby!", "store_name": "Look Inna Book", "amount": 12.0, "purchased_at": "2026-11-26T15:53:22.160000Z", "refunded_at": null}, {"id": 176, "user_id": 0, "store_id": 1, "listing_id": 2, "book_name": "Ruby!", "store_name": "Look Inna Book", "amount": 678.06, "purchased_at": "2026-11-26T15:53:22.189000Z", "refunded_at": null}], "next_cursor": null, "time_zone": "UTC"}, "id": 16}
>> {"jsonrpc":"2.0","method":"purchases.totals","params":{"from":"2020-02-01","to":"2020-02-29"},"id":17}
<< {"jsonrpc": "2.0", "result": {"from": "2020-02-01T00:00:00Z", "to": "2020-03-01T00:00:00Z", "time_zone": "UTC", "count": 11, "value": 133.62, "refunded": 0.0, "net": 133.62}, "id": 17}
// The same day, where it began eight hours earlier.
>> {"jsonrpc":"2.0","method":"purchases.totals","params":{"from":"2020-02-29","to":"2020-02-29","time_zone":"Asia/Taipei"},"id":18}
<< {"jsonrpc": "2.0", "result": {"from": "2020-02-28T16:00:00Z", "to": "2020-02-29T16:00:00Z", "time_zone": "Asia/Taipei", "count": 1, "value": 13.5, "refunded": 0.0, "net": 13.5}, "id": 18}
>> {"jsonrpc":"2.0","method":"purchases.totals","params":{"from":"1999-01-01","to":"1999-12-31"},"id":19}
<< {"jsonrpc": "2.0", "result": {"from": "1999-01-01T00:00:00Z", "to": "2000-01-01T00:00:00Z", "time_zone": "UTC", "count": 0, "value": 0.0, "refunded": 0.0, "net": 0.0}, "id": 19}
>> {"jsonrpc":"2.0","method":"purchases.totals","params":{"from":"yesterday"},"id":20}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "detail": "from: must be an ISO 8601 date (2026-11-23) or datetime (2026-11-23T09:30:00Z)", "errors": [{"parameter": "from", "path": ["from"], "problem": "must be an ISO 8601 date (2026-11-23) or datetime (2026-11-23T09:30:00Z)"}]}}, "id": 20}
// A refund pays the price of that time back, once. The purchase stays.
>> {"jsonrpc":"2.0","method":"purchases.refund","params":{"id":174},"id":21}
<< {"jsonrpc": "2.0", "result": {"id": 174, "user_id": 0, "store_id": 1, "listing_id": 2, "book_name": "Ruby!", "store_name": "Look Inna Book", "amount": 10.64, "purchased_at": "2026-11-26T15:53:22.106000Z", "refunded_at": "2026-11-26T15:53:22.241000Z", "user_cash": 10.64, "store_cash": 5173.9}, "id": 21}
>> {"jsonrpc":"2.0","method":"purchases.refund","params":{"id":174},"id":22}
<< {"jsonrpc": "2.0", "error": {"code": 3003, "message": "Purchase 174 was refunded before; data.refunded_at says when.", "data": {"type": "already_refunded", "retryable": false, "purchase_id": 174, "refunded_at": "2026-11-26T15:53:22.241000Z"}}, "id": 22}
>> {"jsonrpc":"2.0","method":"purchases.get","params":{"id":174},"id":23}
<< {"jsonrpc": "2.0", "result": {"id": 174, "user_id": 0, "store_id": 1, "listing_id": 2, "book_name": "Ruby!", "store_name": "Look Inna Book", "amount": 10.64, "purchased_at": "2026-11-26T15:53:22.106000Z", "refunded_at": "2026-11-26T15:53:22.241000Z"}, "id": 23}
>> {"jsonrpc":"2.0","method":"purchases.get","params":{"id":9999},"id":24}
<< {"jsonrpc": "2.0", "error": {"code": 104, "message": "No purchase has id 9999.", "data": {"type": "not_found", "retryable": false, "kind": "purchase", "id": 9999}}, "id": 24}
