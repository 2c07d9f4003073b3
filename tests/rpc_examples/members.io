// members: who may borrow. The demo has ten.

>> {"jsonrpc":"2.0","method":"members.list","params":{"limit":2},"id":1}
<< {"jsonrpc": "2.0", "result": {"items": [{"id": 1, "name": "Ada Lovelace", "email": null, "open_loans": 0, "fines": 2.0, "archived": false, "joined_at": "2026-11-26T15:44:30.618000Z"}, {"id": 2, "name": "Charles Babbage", "email": null, "open_loans": 1, "fines": 0.0, "archived": false, "joined_at": "2026-11-26T15:44:30.618000Z"}], "next_cursor": "WyI1MWYxY2E1OWVkY2ViYzEwIiwyLDJd"}, "id": 1}
>> {"jsonrpc":"2.0","method":"members.list","params":{"limit":1,"cursor":"@"},"id":2}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "detail": "cursor: is not a cursor that was given out", "errors": [{"parameter": "cursor", "path": ["cursor"], "problem": "is not a cursor that was given out"}]}}, "id": 2}
>> {"jsonrpc":"2.0","method":"members.create","params":{"name":"Hedy Lamarr","email":"hedy@example.org","idempotency_key":"desk-0042"},"id":3}
<< {"jsonrpc": "2.0", "result": {"id": 11, "name": "Hedy Lamarr", "email": "hedy@example.org", "open_loans": 0, "fines": 0.0, "archived": false, "joined_at": "2026-11-26T15:44:32.591000Z"}, "id": 3}
>> {"jsonrpc":"2.0","method":"members.get","params":{"id":11},"id":4}
<< {"jsonrpc": "2.0", "result": {"id": 11, "name": "Hedy Lamarr", "email": "hedy@example.org", "open_loans": 0, "fines": 0.0, "archived": false, "joined_at": "2026-11-26T15:44:32.591000Z"}, "id": 4}
>> {"jsonrpc":"2.0","method":"members.get","params":{"id":2},"id":5}
<< {"jsonrpc": "2.0", "result": {"id": 2, "name": "Charles Babbage", "email": null, "open_loans": 1, "fines": 0.0, "archived": false, "joined_at": "2026-11-26T15:44:30.618000Z"}, "id": 5}
>> {"jsonrpc":"2.0","method":"members.get","params":{"id":99},"id":6}
<< {"jsonrpc": "2.0", "error": {"code": 104, "message": "No member has id 99.", "data": {"type": "not_found", "retryable": false, "kind": "member", "id": 99}}, "id": 6}
>> {"jsonrpc":"2.0","method":"members.update","params":{"id":11,"name":"Hedy Kiesler"},"id":7}
<< {"jsonrpc": "2.0", "result": {"id": 11, "name": "Hedy Kiesler", "email": "hedy@example.org", "open_loans": 0, "fines": 0.0, "archived": false, "joined_at": "2026-11-26T15:44:32.591000Z"}, "id": 7}
>> {"jsonrpc":"2.0","method":"members.update","params":{"id":11},"id":8}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "detail": "name: give at least one field to change", "errors": [{"parameter": "name", "path": ["name"], "problem": "give at least one field to change"}]}}, "id": 8}
>> {"jsonrpc":"2.0","method":"members.update","params":{"id":99,"name":"Nobody"},"id":9}
<< {"jsonrpc": "2.0", "error": {"code": 104, "message": "No member has id 99.", "data": {"type": "not_found", "retryable": false, "kind": "member", "id": 99}}, "id": 9}
>> {"jsonrpc":"2.0","method":"members.create","params":{"name":" ","email":"nowhere"},"id":10}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "detail": "name: must not be blank", "errors": [{"parameter": "name", "path": ["name"], "problem": "must not be blank"}, {"parameter": "email", "path": ["email"], "problem": "must be an e-mail address such as ada@example.org"}]}}, "id": 10}
// Found by words of the name or their beginnings, in any order, or by the e-mail address.
>> {"jsonrpc":"2.0","method":"members.list","params":{"query":"lov ada"},"id":11}
<< {"jsonrpc": "2.0", "result": {"items": [{"id": 1, "name": "Ada Lovelace", "email": null, "open_loans": 0, "fines": 2.0, "archived": false, "joined_at": "2026-11-26T15:44:30.618000Z"}], "next_cursor": null}, "id": 11}
>> {"jsonrpc":"2.0","method":"members.list","params":{"query":"HEDY@example.org"},"id":12}
<< {"jsonrpc": "2.0", "result": {"items": [{"id": 11, "name": "Hedy Kiesler", "email": "hedy@example.org", "open_loans": 0, "fines": 0.0, "archived": false, "joined_at": "2026-11-26T15:44:32.591000Z"}], "next_cursor": null}, "id": 12}
>> {"jsonrpc":"2.0","method":"members.list","params":{"query":"ove"},"id":13}
<< {"jsonrpc": "2.0", "result": {"items": [], "next_cursor": null}, "id": 13}
>> {"jsonrpc":"2.0","method":"members.list","params":{"query":"?"},"id":14}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "detail": "query: must have a letter or a digit", "errors": [{"parameter": "query", "path": ["query"], "problem": "must have a letter or a digit"}]}}, "id": 14}
// An e-mail address of null is taken away.
>> {"jsonrpc":"2.0","method":"members.update","params":{"id":11,"email":null},"id":15}
<< {"jsonrpc": "2.0", "result": {"id": 11, "name": "Hedy Kiesler", "email": null, "open_loans": 0, "fines": 0.0, "archived": false, "joined_at": "2026-11-26T15:44:32.591000Z"}, "id": 15}
// A member without loans and fines may leave, and come back.
>> {"jsonrpc":"2.0","method":"members.archive","params":{"id":11},"id":16}
<< {"jsonrpc": "2.0", "result": {"id": 11, "name": "Hedy Kiesler", "email": null, "open_loans": 0, "fines": 0.0, "archived": true, "joined_at": "2026-11-26T15:44:32.591000Z"}, "id": 16}
>> {"jsonrpc":"2.0","method":"members.list","params":{"query":"hedy"},"id":17}
<< {"jsonrpc": "2.0", "result": {"items": [], "next_cursor": null}, "id": 17}
>> {"jsonrpc":"2.0","method":"members.list","params":{"archived":true},"id":18}
<< {"jsonrpc": "2.0", "result": {"items": [{"id": 11, "name": "Hedy Kiesler", "email": null, "open_loans": 0, "fines": 0.0, "archived": true, "joined_at": "2026-11-26T15:44:32.591000Z"}], "next_cursor": null}, "id": 18}
>> {"jsonrpc":"2.0","method":"library.checkout","params":{"member_id":11,"book_id":31},"id":19}
<< {"jsonrpc": "2.0", "error": {"code": 2014, "message": "Member 11 is archived; members.unarchive takes one back.", "data": {"type": "member_archived", "retryable": false, "member_id": 11}}, "id": 19}
>> {"jsonrpc":"2.0","method":"members.unarchive","params":{"id":11},"id":20}
<< {"jsonrpc": "2.0", "result": {"id": 11, "name": "Hedy Kiesler", "email": null, "open_loans": 0, "fines": 0.0, "archived": false, "joined_at": "2026-11-26T15:44:32.591000Z"}, "id": 20}
>> {"jsonrpc":"2.0","method":"members.archive","params":{"id":2},"id":21}
<< {"jsonrpc": "2.0", "error": {"code": 109, "message": "Member 2 cannot leave: 1 on loan, 0.00 of fines to pay.", "data": {"type": "conflict", "retryable": false, "member_id": 2, "open_loans": 1, "fines": 0.0}}, "id": 21}
>> {"jsonrpc":"2.0","method":"members.archive","params":{"id":99},"id":22}
<< {"jsonrpc": "2.0", "error": {"code": 104, "message": "No member has id 99.", "data": {"type": "not_found", "retryable": false, "kind": "member", "id": 99}}, "id": 22}
