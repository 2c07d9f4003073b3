# The same of the real service: books, sales and keys as they stand in the demo. How lines match: README.md.

:service octavo

# A book by name.
>> {"jsonrpc": "2.0", "method": "books.get", "params": {"id": 1}, "id": 1}
<< {"jsonrpc": "2.0", "result": {"id": 1, "title": "…", "authors": "…", "pages": "…", "price": "…", "isbn": null, "stock": 1, "archived": false}, "id": 1}

# A book by position.
>> {"jsonrpc": "2.0", "method": "books.get", "params": [1], "id": 1}
<< {"jsonrpc": "2.0", "result": {"id": 1, "title": "…", "authors": "…", "pages": "…", "price": "…", "isbn": null, "stock": 1, "archived": false}, "id": 1}

# A null beside it is nothing.
>> {"jsonrpc": "2.0", "method": "books.get", "params": {"id": 1, "isbn": null}, "id": 1}
<< {"jsonrpc": "2.0", "result": {"id": 1, "title": "…", "authors": "…", "pages": "…", "price": "…", "isbn": null, "stock": 1, "archived": false}, "id": 1}

# A book that is not there.
>> {"jsonrpc": "2.0", "method": "books.get", "params": [999], "id": "x"}
<< {"jsonrpc": "2.0", "error": {"code": 104, "message": "No book has id 999.", "data": {"type": "not_found", "retryable": false, "kind": "book", "id": 999}}, "id": "x"}

# An id beyond 64 bits is a wrong parameter.
>> {"jsonrpc": "2.0", "method": "books.get", "params": [99999999999999999999999], "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "errors": [{"parameter": "id", "path": "…", "problem": "…"}]}}, "id": 1}

# A negative id.
>> {"jsonrpc": "2.0", "method": "books.get", "params": [-1], "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "errors": [{"parameter": "id", "path": "…", "problem": "…"}]}}, "id": 1}

# A fraction as an id.
>> {"jsonrpc": "2.0", "method": "books.get", "params": [1.5], "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "errors": [{"parameter": "id", "path": "…", "problem": "…"}]}}, "id": 1}

# A page over its limit of 500.
>> {"jsonrpc": "2.0", "method": "books.list", "params": {"limit": 501}, "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "errors": [{"parameter": "limit", "path": "…", "problem": "…"}]}}, "id": 1}

# A page at its limit of 500.
>> {"jsonrpc": "2.0", "method": "books.list", "params": {"limit": 500}, "id": 1}
<< {"jsonrpc": "2.0", "result": {"items": "…", "next_cursor": null}, "id": 1}

# A cursor that is none.
>> {"jsonrpc": "2.0", "method": "books.list", "params": {"cursor": "nonsense"}, "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "errors": [{"parameter": "cursor", "path": "…", "problem": "…"}]}}, "id": 1}

# A price that no float holds.
>> {"jsonrpc": "2.0", "method": "books.list", "params": {"min_price": 1e400}, "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "errors": [{"parameter": "min_price", "path": "…", "problem": "…"}]}}, "id": 1}

# A change as a notification is refused, and says nothing.
>> {"jsonrpc": "2.0", "method": "sales.create", "params": {"book_id": 1}}
<< 204

# It has sold nothing.
>> {"jsonrpc": "2.0", "method": "books.get", "params": [1], "id": 1}
<< {"jsonrpc": "2.0", "result": {"id": 1, "title": "…", "authors": "…", "pages": "…", "price": "…", "isbn": null, "stock": 1, "archived": false}, "id": 1}

# The document needs no key.
>: X-API-Key:
>> {"jsonrpc": "2.0", "method": "rpc.discover", "id": 1}
<< {"jsonrpc": "2.0", "result": "…", "id": 1}

# In a batch the others do.
>: X-API-Key:
>> [{"jsonrpc": "2.0", "method": "rpc.discover", "id": 1}, {"jsonrpc": "2.0", "method": "books.get", "params": [1], "id": 2}]
<< [{"jsonrpc": "2.0", "result": "…", "id": 1}, {"jsonrpc": "2.0", "error": {"code": -32001, "message": "…", "data": {"type": "unauthenticated", "retryable": false}}, "id": 2}]

# Without a key nothing else is answered.
>: X-API-Key:
>> {"jsonrpc": "2.0", "method": "books.get", "params": [1], "id": 1}
<< 401
<< {"jsonrpc": "2.0", "error": {"code": -32001, "message": "…", "data": {"type": "unauthenticated", "retryable": false}}, "id": 1}

# A key that looks like one of ours and is not.
>: X-API-Key: octavo_1_abcdefghijklmnopqrstuvwxyz
>> {"jsonrpc": "2.0", "method": "books.get", "params": [1], "id": 1}
<< 401
<< {"jsonrpc": "2.0", "error": {"code": -32001, "message": "…", "data": {"type": "unauthenticated", "retryable": false}}, "id": 1}

# A key with an id beyond all bounds.
>: X-API-Key: octavo_99999999999999999999999_x
>> {"jsonrpc": "2.0", "method": "books.get", "params": [1], "id": 1}
<< 401
<< {"jsonrpc": "2.0", "error": {"code": -32001, "message": "…", "data": {"type": "unauthenticated", "retryable": false}}, "id": 1}

# A key without its id.
>: X-API-Key: octavo__x
>> {"jsonrpc": "2.0", "method": "books.get", "params": [1], "id": 1}
<< 401
<< {"jsonrpc": "2.0", "error": {"code": -32001, "message": "…", "data": {"type": "unauthenticated", "retryable": false}}, "id": 1}

# An idempotency key at its limit of 255 characters.
>> {"jsonrpc": "2.0", "method": "requests.lookup", "params": ["kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"], "id": 1}
<< {"jsonrpc": "2.0", "result": {"status": "unknown", "method": null, "result": null, "error": null}, "id": 1}

# An idempotency key over its limit.
>> {"jsonrpc": "2.0", "method": "requests.lookup", "params": ["kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"], "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "errors": [{"parameter": "idempotency_key", "path": "…", "problem": "…"}]}}, "id": 1}
