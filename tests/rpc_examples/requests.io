// requests: what became of a change whose answer was lost.

// Nothing has been sent under this key.
>> {"jsonrpc":"2.0","method":"requests.lookup","params":{"idempotency_key":"till-3-0042"},"id":1}
<< {"jsonrpc":"2.0","result":{"status":"unknown","method":null,"result":null,"error":null},"id":1}
>> {"jsonrpc":"2.0","method":"sales.create","params":{"book_id":1,"idempotency_key":"till-3-0042"},"id":2}
<< {"jsonrpc": "2.0", "result": {"id": 1, "book_id": 1, "quantity": 1, "unit_price": 18.89, "total": 18.89, "sold_at": "2026-11-23T17:40:07.928000Z", "refunded_quantity": 0, "order_id": null, "stock_left": 0}, "id": 2}
// Now there is an answer, and here it is again.
>> {"jsonrpc":"2.0","method":"requests.lookup","params":{"idempotency_key":"till-3-0042"},"id":3}
<< {"jsonrpc": "2.0", "result": {"status": "done", "method": "sales.create", "result": {"id": 1, "book_id": 1, "quantity": 1, "unit_price": 18.89, "total": 18.89, "sold_at": "2026-11-23T17:40:07.928000Z", "refunded_quantity": 0, "order_id": null, "stock_left": 0}, "error": null}, "id": 3}
// A refusal that is final is an answer too.
>> {"jsonrpc":"2.0","method":"sales.create","params":{"book_id":1,"idempotency_key":"till-3-0043"},"id":4}
<< {"jsonrpc":"2.0","error":{"code":1001,"message":"Book 1 has 0 copies on hand, 1 were asked for.","data":{"type":"out_of_stock","retryable":false,"book_id":1,"requested":1,"available":0}},"id":4}
>> {"jsonrpc":"2.0","method":"requests.lookup","params":{"idempotency_key":"till-3-0043"},"id":5}
<< {"jsonrpc":"2.0","result":{"status":"done","method":"sales.create","result":null,"error":{"code":1001,"message":"Book 1 has 0 copies on hand, 1 were asked for.","data":{"type":"out_of_stock","retryable":false,"book_id":1,"requested":1,"available":0}}},"id":5}
>> {"jsonrpc":"2.0","method":"requests.lookup","params":{"idempotency_key":""},"id":6}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "detail": "idempotency_key: must have at least 1 character(s)", "errors": [{"parameter": "idempotency_key", "path": ["idempotency_key"], "problem": "must have at least 1 character(s)"}]}}, "id": 6}
