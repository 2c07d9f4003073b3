// Every counter is held against the rows that explain it.
>> {"jsonrpc": "2.0", "method": "audit.run", "id": 1}
<< {"jsonrpc": "2.0", "result": {"ok": true, "checked": {"stock": 50, "author_books": 44, "refundable": 0, "order_charge": 0, "order_refund": 0, "order_copies": 0, "order_payback": 0, "fines": 10, "cash": 29, "listings_count": 10, "rollup_sold": 0, "rollup_refunded": 0, "rollup_returned": 0, "rollup_bought": 1, "rollup_paid_back": 0, "total": 20, "available": 20, "on_loan": 20, "held": 20, "waiting": 20, "events": 20, "open_loans": 10}, "differences": [], "truncated": false}, "id": 1}
>> {"jsonrpc": "2.0", "method": "audit.run", "params": {"scope": "bookshop"}, "id": 2}
<< {"jsonrpc": "2.0", "result": {"ok": true, "checked": {"stock": 50, "author_books": 44, "refundable": 0, "order_charge": 0, "order_refund": 0, "order_copies": 0, "order_payback": 0, "rollup_sold": 0, "rollup_refunded": 0, "rollup_returned": 0}, "differences": [], "truncated": false}, "id": 2}
>> {"jsonrpc": "2.0", "method": "audit.run", "params": {"scope": "the moon"}, "id": 3}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "detail": "scope: must be 'bookshop', 'library' or 'marketplace'", "errors": [{"parameter": "scope", "path": ["scope"], "problem": "must be 'bookshop', 'library' or 'marketplace'"}]}}, "id": 3}
