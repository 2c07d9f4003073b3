// search: stores, listings and books of the catalogue by name, in one ranked list.

// The exact name comes first, then names that begin with it.
>> {"jsonrpc":"2.0","method":"search.find","params":{"query":"Ruby!","limit":3},"id":1}
<< {"jsonrpc": "2.0", "result": {"items": [{"kind": "book", "source": "listings", "id": 2, "store_id": 1, "name": "Ruby!", "match": "exact", "score": 1.0}, {"kind": "book", "source": "listings", "id": 11, "store_id": 1, "name": "Ruby River", "match": "prefix", "score": 0.714286}, {"kind": "book", "source": "listings", "id": 12, "store_id": 1, "name": "Ruby Holler", "match": "prefix", "score": 0.706667}]}, "id": 1}
// A typo is forgiven from five letters on, ...
>> {"jsonrpc":"2.0","method":"search.find","params":{"query":"elixer","limit":2},"id":2}
<< {"jsonrpc": "2.0", "result": {"items": [{"kind": "book", "source": "listings", "id": 16, "store_id": 2, "name": "Elixir", "match": "typo", "score": 0.166667}, {"kind": "book", "source": "listings", "id": 19, "store_id": 2, "name": "The Elixir", "match": "typo", "score": 0.125}]}, "id": 2}
// ... none in up to four.
>> {"jsonrpc":"2.0","method":"search.find","params":{"query":"rubi"},"id":3}
<< {"jsonrpc": "2.0", "result": {"items": []}, "id": 3}
// Case, accents and punctuation do not matter.
>> {"jsonrpc":"2.0","method":"search.find","params":{"query":"LOOK INNA","kinds":["store"]},"id":4}
<< {"jsonrpc": "2.0", "result": {"items": [{"kind": "store", "source": "stores", "id": 1, "store_id": null, "name": "Look Inna Book", "match": "prefix", "score": 0.756522}]}, "id": 4}
>> {"jsonrpc":"2.0","method":"search.find","params":{"query":"treasure island"},"id":5}
<< {"jsonrpc": "2.0", "result": {"items": [{"kind": "book", "source": "catalogue", "id": 9, "store_id": null, "name": "Treasure Island", "match": "exact", "score": 0.98}]}, "id": 5}
>> {"jsonrpc":"2.0","method":"search.find","params":{"query":"life","limit":2},"id":6}
<< {"jsonrpc": "2.0", "result": {"items": [{"kind": "book", "source": "catalogue", "id": 6, "store_id": null, "name": "Life of Pi", "match": "prefix", "score": 0.714286}, {"kind": "book", "source": "listings", "id": 42, "store_id": 4, "name": "Swift: The Mystery of His Life and Love", "match": "words", "score": 0.438095}]}, "id": 6}
>> {"jsonrpc":"2.0","method":"search.find","params":{"query":"arry pott","limit":1},"id":7}
<< {"jsonrpc": "2.0", "result": {"items": [{"kind": "book", "source": "catalogue", "id": 3, "store_id": null, "name": "Harry Potter and the Chamber of Secrets", "match": "part", "score": 0.275}]}, "id": 7}
// Stores that are closed then are left out, with what they list; books of the catalogue have no hours.
>> {"jsonrpc":"2.0","method":"search.find","params":{"query":"Ruby!","open_at":"2026-11-24T14:00","limit":1},"id":8}
<< {"jsonrpc": "2.0", "result": {"items": [{"kind": "book", "source": "listings", "id": 66, "store_id": 6, "name": "Ruby On Rails Essential Training", "match": "prefix", "score": 0.644444}]}, "id": 8}
>> {"jsonrpc":"2.0","method":"search.find","params":{"query":"Ruby!","open_at":"2026-11-24T13:59","limit":1},"id":9}
<< {"jsonrpc": "2.0", "result": {"items": [{"kind": "book", "source": "listings", "id": 2, "store_id": 1, "name": "Ruby!", "match": "exact", "score": 1.0}]}, "id": 9}
>> {"jsonrpc":"2.0","method":"search.find","params":{"query":"   "},"id":10}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "detail": "query: must not be blank", "errors": [{"parameter": "query", "path": ["query"], "problem": "must not be blank"}]}}, "id": 10}
>> {"jsonrpc":"2.0","method":"search.find","params":{"query":"ruby","kinds":["planet"]},"id":11}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "detail": "kinds.0: must be 'store' or 'book'", "errors": [{"parameter": "kinds", "path": ["kinds", "0"], "problem": "must be 'store' or 'book'"}]}}, "id": 11}
