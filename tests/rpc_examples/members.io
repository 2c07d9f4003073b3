// members: who may borrow. The demo has ten.

>> {"jsonrpc":"2.0","method":"members.list","params":{"limit":2},"id":1}
<< {"jsonrpc": "2.0", "result": {"items": [{"id": 1, "name": "Ada Lovelace", "email": null, "open_loans": 0, "joined_at": "2026-11-23T17:39:24.223000Z"}, {"id": 2, "name": "Charles Babbage", "email": null, "open_loans": 1, "joined_at": "2026-11-23T17:39:24.223000Z"}], "next_cursor": "WyI3NTg5ZDdkY2IyZmJhZTFiIiwyLDJd"}, "id": 1}
>> {"jsonrpc":"2.0","method":"members.list","params":{"limit":1,"cursor":"@"},"id":2}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "detail": "cursor: is not a cursor that was given out", "errors": [{"parameter": "cursor", "path": ["cursor"], "problem": "is not a cursor that was given out"}]}}, "id": 2}
>> {"jsonrpc":"2.0","method":"members.create","params":{"name":"Hedy Lamarr","email":"hedy@example.org","idempotency_key":"desk-0042"},"id":3}
<< {"jsonrpc": "2.0", "result": {"id": 11, "name": "Hedy Lamarr", "email": "hedy@example.org", "open_loans": 0, "joined_at": "2026-11-23T17:39:24.649000Z"}, "id": 3}
>> {"jsonrpc":"2.0","method":"members.get","params":{"id":11},"id":4}
<< {"jsonrpc": "2.0", "result": {"id": 11, "name": "Hedy Lamarr", "email": "hedy@example.org", "open_loans": 0, "joined_at": "2026-11-23T17:39:24.649000Z"}, "id": 4}
>> {"jsonrpc":"2.0","method":"members.get","params":{"id":2},"id":5}
<< {"jsonrpc": "2.0", "result": {"id": 2, "name": "Charles Babbage", "email": null, "open_loans": 1, "joined_at": "2026-11-23T17:39:24.223000Z"}, "id": 5}
>> {"jsonrpc":"2.0","method":"members.get","params":{"id":99},"id":6}
<< {"jsonrpc": "2.0", "error": {"code": 104, "message": "No member has id 99.", "data": {"type": "not_found", "retryable": false, "kind": "member", "id": 99}}, "id": 6}
>> {"jsonrpc":"2.0","method":"members.update","params":{"id":11,"name":"Hedy Kiesler"},"id":7}
<< {"jsonrpc": "2.0", "result": {"id": 11, "name": "Hedy Kiesler", "email": "hedy@example.org", "open_loans": 0, "joined_at": "2026-11-23T17:39:24.649000Z"}, "id": 7}
>> {"jsonrpc":"2.0","method":"members.update","params":{"id":11},"id":8}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "detail": "name: give at least one field to change", "errors": [{"parameter": "name", "path": ["name"], "problem": "give at least one field to change"}]}}, "id": 8}
>> {"jsonrpc":"2.0","method":"members.update","params":{"id":99,"name":"Nobody"},"id":9}
<< {"jsonrpc": "2.0", "error": {"code": 104, "message": "No member has id 99.", "data": {"type": "not_found", "retryable": false, "kind": "member", "id": 99}}, "id": 9}
>> {"jsonrpc":"2.0","method":"members.create","params":{"name":" ","email":"nowhere"},"id":10}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "detail": "name: must not be blank", "errors": [{"parameter": "name", "path": ["name"], "problem": "must not be blank"}, {"parameter": "email", "path": ["email"], "problem": "must be an e-mail address such as ada@example.org"}]}}, "id": 10}
