// sales: over the counter, with refunds and what it comes to.

// Nothing is sold yet: sums are zeros, an average of nothing is null.
>> {"jsonrpc":"2.0","method":"sales.totals","id":1}
<< {"jsonrpc": "2.0", "result": {"from": null, "to": null, "time_zone": "UTC", "gross": 0.0, "refunded": 0.0, "net": 0.0, "copies_sold": 0, "copies_refunded": 0, "sales_count": 0}, "id": 1}
>> {"jsonrpc":"2.0","method":"sales.average_pages","id":2}
<< {"jsonrpc": "2.0", "result": {"from": null, "to": null, "time_zone": "UTC", "average_pages": null, "copies": 0}, "id": 2}
// A sale at the present price. The idempotency key makes a retry safe ...
>> {"jsonrpc":"2.0","method":"sales.create","params":{"book_id":1,"idempotency_key":"till-3-0042"},"id":3}
<< {"jsonrpc": "2.0", "result": {"id": 1, "book_id": 1, "quantity": 1, "unit_price": 18.89, "total": 18.89, "sold_at": "2026-11-26T15:53:12.353000Z", "refunded_quantity": 0, "order_id": null, "stock_left": 0}, "id": 3}
// ... because it gives the first answer again.
>> {"jsonrpc":"2.0","method":"sales.create","params":{"book_id":1,"idempotency_key":"till-3-0042"},"id":4}
<< {"jsonrpc": "2.0", "result": {"id": 1, "book_id": 1, "quantity": 1, "unit_price": 18.89, "total": 18.89, "sold_at": "2026-11-26T15:53:12.353000Z", "refunded_quantity": 0, "order_id": null, "stock_left": 0}, "id": 4}
// The same key for something else is refused.
>> {"jsonrpc":"2.0","method":"sales.create","params":{"book_id":3,"idempotency_key":"till-3-0042"},"id":5}
<< {"jsonrpc": "2.0", "error": {"code": 120, "message": "This idempotency key was used for another request; choose a new one.", "data": {"type": "idempotency_key_reused", "retryable": false, "first_method": "sales.create"}}, "id": 5}
// That was the last copy.
>> {"jsonrpc":"2.0","method":"sales.create","params":{"book_id":1},"id":6}
<< {"jsonrpc": "2.0", "error": {"code": 1001, "message": "Book 1 has 0 copies on hand, 1 were asked for.", "data": {"type": "out_of_stock", "retryable": false, "book_id": 1, "requested": 1, "available": 0}}, "id": 6}
// A batch: the answers come in the order of the calls, and one refusal leaves the others alone.
>> [{"jsonrpc":"2.0","method":"sales.create","params":{"book_id":3},"id":7},{"jsonrpc":"2.0","method":"sales.create","params":{"book_id":99},"id":8},{"jsonrpc":"2.0","method":"books.get","params":{"id":5},"id":9}]
<< [{"jsonrpc":"2.0","result":{"id":2,"book_id":3,"quantity":1,"unit_price":14.16,"total":14.16,"sold_at":"2026-11-26T16:04:49.018000Z","refunded_quantity":0,"order_id":null,"stock_left":0},"id":7},{"jsonrpc":"2.0","error":{"code":104,"message":"No book has id 99.","data":{"type":"not_found","retryable":false,"kind":"book","id":99}},"id":8},{"jsonrpc":"2.0","result":{"id":5,"title":"Harry Potter and the Chamber of Secrets","authors":["J.K. Rowling"],"pages":352,"price":14.16,"isbn":null,"stock":1,"archived":false},"id":9}]
>> {"jsonrpc":"2.0","method":"sales.create","params":{"book_id":4,"quantity":1},"id":10}
<< {"jsonrpc": "2.0", "result": {"id": 3, "book_id": 4, "quantity": 1, "unit_price": 14.16, "total": 14.16, "sold_at": "2026-11-26T15:53:12.410000Z", "refunded_quantity": 0, "order_id": null, "stock_left": 0}, "id": 10}
// Books 1, 3 and 4, one copy each: 1184, 352 and 352 pages.
>> {"jsonrpc":"2.0","method":"sales.average_pages","params":{"time_zone":"Europe/Paris"},"id":11}
<< {"jsonrpc": "2.0", "result": {"from": null, "to": null, "time_zone": "Europe/Paris", "average_pages": 629.3333333333334, "copies": 3}, "id": 11}
>> {"jsonrpc":"2.0","method":"sales.get","params":{"id":1},"id":12}
<< {"jsonrpc": "2.0", "result": {"id": 1, "book_id": 1, "quantity": 1, "unit_price": 18.89, "total": 18.89, "sold_at": "2026-11-26T15:53:12.353000Z", "refunded_quantity": 0, "order_id": null}, "id": 12}
>> {"jsonrpc":"2.0","method":"sales.get","params":{"id":1000},"id":13}
<< {"jsonrpc": "2.0", "error": {"code": 104, "message": "No sale has id 1000.", "data": {"type": "not_found", "retryable": false, "kind": "sale", "id": 1000}}, "id": 13}
>> {"jsonrpc":"2.0","method":"sales.list","params":{"book_id":3},"id":14}
<< {"jsonrpc": "2.0", "result": {"items": [{"id": 2, "book_id": 3, "quantity": 1, "unit_price": 14.16, "total": 14.16, "sold_at": "2026-11-26T15:53:12.393000Z", "refunded_quantity": 0, "order_id": null}], "next_cursor": null, "time_zone": "UTC"}, "id": 14}
// A refund pays back the price of the sale and puts the copy on the shelf again, once.
>> {"jsonrpc":"2.0","method":"sales.refund","params":{"sale_id":1},"id":15}
<< {"jsonrpc": "2.0", "result": {"id": 1, "sale_id": 1, "book_id": 1, "quantity": 1, "amount": 18.89, "restocked": true, "refunded_at": "2026-11-26T15:53:12.441000Z", "refundable_quantity": 0, "stock": 1}, "id": 15}
>> {"jsonrpc":"2.0","method":"sales.refund","params":{"sale_id":1},"id":16}
<< {"jsonrpc": "2.0", "error": {"code": 1002, "message": "Sale 1 has 0 copies left to refund, 1 were asked for.", "data": {"type": "refund_exceeds_sale", "retryable": false, "sale_id": 1, "requested": 1, "refundable": 0}}, "id": 16}
>> {"jsonrpc":"2.0","method":"sales.totals","id":17}
<< {"jsonrpc": "2.0", "result": {"from": null, "to": null, "time_zone": "UTC", "gross": 47.21, "refunded": 18.89, "net": 28.32, "copies_sold": 3, "copies_refunded": 1, "sales_count": 3}, "id": 17}
// A period that ends before it begins is a mistake, and is called one.
>> {"jsonrpc":"2.0","method":"sales.totals","params":{"from":"2026-11-02","to":"2026-11-01"},"id":18}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "detail": "to: must not be before `from`", "errors": [{"parameter": "to", "path": ["to"], "problem": "must not be before `from`"}]}}, "id": 18}
// Selling changes something, so it is refused as a notification: nobody would learn of its failure.
>> {"jsonrpc":"2.0","method":"sales.create","params":{"book_id":6}}
>> {"jsonrpc":"2.0","method":"books.get","params":{"id":6},"id":19}
<< {"jsonrpc":"2.0","result":{"id":6,"title":"Life of Pi","authors":["Yann Martel"],"pages":401,"price":14.36,"isbn":null,"stock":1,"archived":false},"id":19}
