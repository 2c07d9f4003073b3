// keys: who may call. Only admins may ask.

// The secret is in this answer and nowhere else.
>> {"jsonrpc":"2.0","method":"keys.create","params":{"name":"till 3","role":"clerk","idempotency_key":"new-till"},"id":1}
<< {"jsonrpc":"2.0","result":{"id":1,"name":"till 3","role":"clerk","created_at":"2026-11-23T16:32:41.981000Z","revoked_at":null,"key":"octavo_1_…"},"id":1}
// Not even a repetition of the request shows it again.
>> {"jsonrpc":"2.0","method":"keys.create","params":{"name":"till 3","role":"clerk","idempotency_key":"new-till"},"id":2}
<< {"jsonrpc":"2.0","result":{"id":1,"name":"till 3","role":"clerk","created_at":"2026-11-23T16:32:41.981000Z","revoked_at":null,"key":null},"id":2}
>> {"jsonrpc":"2.0","method":"keys.list","id":3}
<< {"jsonrpc":"2.0","result":{"items":[{"id":1,"name":"till 3","role":"clerk","created_at":"2026-11-23T16:32:41.981000Z","revoked_at":null}],"next_cursor":null},"id":3}
>> {"jsonrpc":"2.0","method":"keys.revoke","params":{"id":1},"id":4}
<< {"jsonrpc":"2.0","result":{"id":1,"name":"till 3","role":"clerk","created_at":"2026-11-23T16:32:41.981000Z","revoked_at":"2026-11-23T16:32:41.997000Z"},"id":4}
>> {"jsonrpc":"2.0","method":"keys.revoke","params":{"id":7},"id":5}
<< {"jsonrpc":"2.0","error":{"code":104,"message":"No API key has id 7.","data":{"type":"not_found","retryable":false,"kind":"API key","id":7}},"id":5}
>> {"jsonrpc":"2.0","method":"keys.create","params":{"name":"till 4","role":"owner"},"id":6}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "detail": "role: must be 'public', 'reader', 'clerk' or 'admin'", "errors": [{"parameter": "role", "path": ["role"], "problem": "must be 'public', 'reader', 'clerk' or 'admin'"}]}}, "id": 6}
