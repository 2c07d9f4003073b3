// users: who buys in the marketplace. Ids are those of the file: 0 is a user, 2 is none.

>> {"jsonrpc":"2.0","method":"users.get","params":{"id":0},"id":1}
<< {"jsonrpc": "2.0", "result": {"id": 0, "name": "Edith Johnson", "cash": 700.7}, "id": 1}
>> {"jsonrpc":"2.0","method":"users.get","params":{"id":2},"id":2}
<< {"jsonrpc": "2.0", "error": {"code": 104, "message": "No user has id 2.", "data": {"type": "not_found", "retryable": false, "kind": "user", "id": 2}}, "id": 2}
>> {"jsonrpc":"2.0","method":"users.update","params":{"id":0,"name":"Edith Jones"},"id":3}
<< {"jsonrpc": "2.0", "result": {"id": 0, "name": "Edith Jones", "cash": 700.7}, "id": 3}
>> {"jsonrpc":"2.0","method":"users.update","params":{"id":2,"name":"Nobody"},"id":4}
<< {"jsonrpc": "2.0", "error": {"code": 104, "message": "No user has id 2.", "data": {"type": "not_found", "retryable": false, "kind": "user", "id": 2}}, "id": 4}
>> {"jsonrpc":"2.0","method":"users.update","params":{"id":0,"name":""},"id":5}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "detail": "name: must not be blank", "errors": [{"parameter": "name", "path": ["name"], "problem": "must not be blank"}]}}, "id": 5}
>> {"jsonrpc":"2.0","method":"users.top","params":{"limit":3},"id":6}
<< {"jsonrpc": "2.0", "result": {"items": [{"id": 6, "name": "Coy Mincks", "amount": 193.56, "purchases": 16}, {"id": 5, "name": "Kasha Borda", "amount": 188.36, "purchases": 17}, {"id": 19, "name": "Beverly Corbin", "amount": 188.3, "purchases": 16}], "time_zone": "UTC"}, "id": 6}
// A date means that whole day, so this is the first half of 2020.
>> {"jsonrpc":"2.0","method":"users.top","params":{"from":"2020-01-01","to":"2020-06-30","limit":2},"id":7}
<< {"jsonrpc": "2.0", "result": {"items": [{"id": 6, "name": "Coy Mincks", "amount": 85.48, "purchases": 7}, {"id": 0, "name": "Edith Jones", "amount": 39.83, "purchases": 3}], "time_zone": "UTC"}, "id": 7}
>> {"jsonrpc":"2.0","method":"users.top","params":{"limit":0},"id":8}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "detail": "limit: must be at least 1", "errors": [{"parameter": "limit", "path": ["limit"], "problem": "must be at least 1"}]}}, "id": 8}
// By what each spent in all, both bounds excluded.
>> {"jsonrpc":"2.0","method":"users.count","params":{"more_than":50,"from":"2020-01-01","to":"2020-12-31"},"id":9}
<< {"jsonrpc": "2.0", "result": {"count": 1, "time_zone": "UTC"}, "id": 9}
>> {"jsonrpc":"2.0","method":"users.count","params":{"less_than":50,"from":"2020-01-01","to":"2020-12-31"},"id":10}
<< {"jsonrpc": "2.0", "result": {"count": 13, "time_zone": "UTC"}, "id": 10}
// Those who bought nothing then count on request: they spent 0.
>> {"jsonrpc":"2.0","method":"users.count","params":{"less_than":50,"from":"2020-01-01","to":"2020-12-31","include_idle":true},"id":11}
<< {"jsonrpc": "2.0", "result": {"count": 18, "time_zone": "UTC"}, "id": 11}
>> {"jsonrpc":"2.0","method":"users.count","params":{"less_than":0.01,"from":"1999-01-01","to":"1999-12-31"},"id":12}
<< {"jsonrpc": "2.0", "result": {"count": 0, "time_zone": "UTC"}, "id": 12}
>> {"jsonrpc":"2.0","method":"users.count","params":{"from":"2020-01-01"},"id":13}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "detail": "more_than: give more_than, less_than or both", "errors": [{"parameter": "more_than", "path": ["more_than"], "problem": "give more_than, less_than or both"}]}}, "id": 13}
// Cash comes and goes; each move is a row of its own.
>> {"jsonrpc":"2.0","method":"users.create","params":{"name":"Ada Lovelace","cash":20},"id":14}
<< {"jsonrpc": "2.0", "result": {"id": 20, "name": "Ada Lovelace", "cash": 20.0}, "id": 14}
>> {"jsonrpc":"2.0","method":"users.deposit","params":{"id":0,"amount":9.3},"id":15}
<< {"jsonrpc": "2.0", "result": {"id": 0, "name": "Edith Jones", "cash": 710.0}, "id": 15}
>> {"jsonrpc":"2.0","method":"users.withdraw","params":{"id":0,"amount":10},"id":16}
<< {"jsonrpc": "2.0", "result": {"id": 0, "name": "Edith Jones", "cash": 700.0}, "id": 16}
>> {"jsonrpc":"2.0","method":"users.withdraw","params":{"id":0,"amount":701},"id":17}
<< {"jsonrpc": "2.0", "error": {"code": 3001, "message": "User 0 has 700.00, 701.00 was to be withdrawn.", "data": {"type": "insufficient_funds", "retryable": false, "user_id": 0, "amount": 701.0, "balance": 700.0}}, "id": 17}
>> {"jsonrpc":"2.0","method":"users.deposit","params":{"id":0,"amount":0},"id":18}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "detail": "amount: must be more than 0", "errors": [{"parameter": "amount", "path": ["amount"], "problem": "must be more than 0"}]}}, "id": 18}
// By number; with words, or beginnings of words, of the name.
>> {"jsonrpc":"2.0","method":"users.list","params":{"query":"jon ed"},"id":19}
<< {"jsonrpc": "2.0", "result": {"items": [{"id": 0, "name": "Edith Jones", "cash": 700.0}], "next_cursor": null}, "id": 19}
>> {"jsonrpc":"2.0","method":"users.list","params":{"limit":2},"id":20}
<< {"jsonrpc": "2.0", "result": {"items": [{"id": 0, "name": "Edith Jones", "cash": 700.0}, {"id": 1, "name": "Edward Gonzalez", "cash": 237.61}], "next_cursor": "WyIxYzM4MDBlMzk3MmJlMTE2IiwxLDFd"}, "id": 20}
>> {"jsonrpc":"2.0","method":"users.list","params":{"query":"?"},"id":21}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "detail": "query: must have a letter or a digit", "errors": [{"parameter": "query", "path": ["query"], "problem": "must have a letter or a digit"}]}}, "id": 21}
