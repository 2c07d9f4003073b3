# Keys and roles: every element of a batch is checked for itself. How lines match: README.md.

# No key.
>: X-API-Key:
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1}
<: WWW-Authenticate: ApiKey header="X-API-Key"
<< 401
<< {"jsonrpc": "2.0", "error": {"code": -32001, "message": "…", "data": {"type": "unauthenticated", "retryable": false}}, "id": 1}

# An unknown key.
>: X-API-Key: nobody
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1}
<: WWW-Authenticate: ApiKey header="X-API-Key"
<< 401
<< {"jsonrpc": "2.0", "error": {"code": -32001, "message": "…", "data": {"type": "unauthenticated", "retryable": false}}, "id": 1}

# A key is told apart by case.
>: X-API-Key: SECRET123
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1}
<< 401
<< {"jsonrpc": "2.0", "error": {"code": -32001, "message": "…", "data": {"type": "unauthenticated", "retryable": false}}, "id": 1}

# A key with a space inside.
>: X-API-Key: secret 123
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1}
<< 401
<< {"jsonrpc": "2.0", "error": {"code": -32001, "message": "…", "data": {"type": "unauthenticated", "retryable": false}}, "id": 1}

# A batch without a key.
>: X-API-Key:
>> [{"jsonrpc": "2.0", "method": "get_data", "id": 1}, {"jsonrpc": "2.0", "method": "admin", "id": 2}]
<< 401
<< {"jsonrpc": "2.0", "error": {"code": -32001, "message": "…", "data": {"type": "unauthenticated", "retryable": false}}, "id": null}

# A notification without a key.
>: X-API-Key:
>> {"jsonrpc": "2.0", "method": "get_data"}
<< 401
<< {"jsonrpc": "2.0", "error": {"code": -32001, "message": "…", "data": {"type": "unauthenticated", "retryable": false}}, "id": null}

# What is no JSON, without a key.
>: X-API-Key:
>> {
<< 401
<< {"jsonrpc": "2.0", "error": {"code": -32001, "message": "…", "data": {"type": "unauthenticated", "retryable": false}}, "id": null}

# Junk without a key.
>: X-API-Key:
>> [1, 2]
<< 401
<< {"jsonrpc": "2.0", "error": {"code": -32001, "message": "…", "data": {"type": "unauthenticated", "retryable": false}}, "id": null}

# An unknown method without a key.
>: X-API-Key:
>> {"jsonrpc": "2.0", "method": "none", "id": 1}
<< 401
<< {"jsonrpc": "2.0", "error": {"code": -32001, "message": "…", "data": {"type": "unauthenticated", "retryable": false}}, "id": 1}

# A method that is open to anybody.
>: X-API-Key:
>> {"jsonrpc": "2.0", "method": "open", "id": 1}
<< {"jsonrpc": "2.0", "result": {"value": "open"}, "id": 1}

# The same with an unknown key.
>: X-API-Key: nobody
>> {"jsonrpc": "2.0", "method": "open", "id": 1}
<< {"jsonrpc": "2.0", "result": {"value": "open"}, "id": 1}

# The same as a notification.
>: X-API-Key:
>> {"jsonrpc": "2.0", "method": "open"}
<< 204

# An open method in a batch with others, which are refused one by one.
>: X-API-Key:
>> [{"jsonrpc": "2.0", "method": "get_data", "id": 1}, {"jsonrpc": "2.0", "method": "open", "id": 2}, {"jsonrpc": "2.0", "method": "admin", "id": 3}]
<< [{"jsonrpc": "2.0", "error": {"code": -32001, "message": "…", "data": {"type": "unauthenticated", "retryable": false}}, "id": 1}, {"jsonrpc": "2.0", "result": {"value": "open"}, "id": 2}, {"jsonrpc": "2.0", "error": {"code": -32001, "message": "…", "data": {"type": "unauthenticated", "retryable": false}}, "id": 3}]

# An open method beside junk and an unknown one.
>: X-API-Key:
>> [1, {"jsonrpc": "2.0", "method": "open", "id": 2}, {"jsonrpc": "2.0", "method": "none", "id": 3}]
<< [{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}, {"jsonrpc": "2.0", "result": {"value": "open"}, "id": 2}, {"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found", "data": {"type": "method_not_found"}}, "id": 3}]

# Of several open calls in a batch without a key, the first is answered.
>: X-API-Key:
>> [1, {"jsonrpc": "2.0", "method": "open", "id": 2}, {"jsonrpc": "2.0", "method": "open"}, {"jsonrpc": "2.0", "method": "open", "id": 3}]
<< [{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}, {"jsonrpc": "2.0", "result": {"value": "open"}, "id": 2}, {"jsonrpc": "2.0", "error": {"code": -32009, "message": "…", "data": {"type": "busy", "retryable": true}}, "id": 3}]

# With a key, all of them are.
>> [{"jsonrpc": "2.0", "method": "open", "id": 2}, {"jsonrpc": "2.0", "method": "open", "id": 3}]
<< [{"jsonrpc": "2.0", "result": {"value": "open"}, "id": 2}, {"jsonrpc": "2.0", "result": {"value": "open"}, "id": 3}]

# A reader reads.
>: X-API-Key: reader
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1}
<< {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1}

# A reader is no clerk.
>: X-API-Key: reader
>> {"jsonrpc": "2.0", "method": "clerk", "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32004, "message": "…", "data": {"type": "forbidden", "retryable": false, "role": "reader", "needed_role": "clerk"}}, "id": 1}

# A reader is no admin.
>: X-API-Key: reader
>> {"jsonrpc": "2.0", "method": "admin", "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32004, "message": "…", "data": {"type": "forbidden", "retryable": false, "role": "reader", "needed_role": "admin"}}, "id": 1}

# A clerk is a clerk.
>: X-API-Key: clerk
>> {"jsonrpc": "2.0", "method": "clerk", "id": 1}
<< {"jsonrpc": "2.0", "result": {"value": "clerk"}, "id": 1}

# A clerk reads.
>: X-API-Key: clerk
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1}
<< {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1}

# A clerk is no admin.
>: X-API-Key: clerk
>> {"jsonrpc": "2.0", "method": "admin", "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32004, "message": "…", "data": {"type": "forbidden", "retryable": false, "role": "clerk", "needed_role": "admin"}}, "id": 1}

# An admin may do all of it.
>> [{"jsonrpc": "2.0", "method": "get_data", "id": 1}, {"jsonrpc": "2.0", "method": "clerk", "id": 2}, {"jsonrpc": "2.0", "method": "admin", "id": 3}]
<< [{"jsonrpc": "2.0", "result": ["hello", 5], "id": 1}, {"jsonrpc": "2.0", "result": {"value": "clerk"}, "id": 2}, {"jsonrpc": "2.0", "result": {"value": "admin"}, "id": 3}]

# The role is checked for each element, at any position.
>: X-API-Key: reader
>> [{"jsonrpc": "2.0", "method": "admin", "id": 1}, {"jsonrpc": "2.0", "method": "get_data", "id": 2}, {"jsonrpc": "2.0", "method": "clerk", "id": 3}, {"jsonrpc": "2.0", "method": "admin", "id": 4}]
<< [{"jsonrpc": "2.0", "error": {"code": -32004, "message": "…", "data": {"type": "forbidden", "retryable": false, "role": "reader", "needed_role": "admin"}}, "id": 1}, {"jsonrpc": "2.0", "result": ["hello", 5], "id": 2}, {"jsonrpc": "2.0", "error": {"code": -32004, "message": "…", "data": {"type": "forbidden", "retryable": false, "role": "reader", "needed_role": "clerk"}}, "id": 3}, {"jsonrpc": "2.0", "error": {"code": -32004, "message": "…", "data": {"type": "forbidden", "retryable": false, "role": "reader", "needed_role": "admin"}}, "id": 4}]

# A role is checked before parameters: they tell nothing to who may not call.
>: X-API-Key: reader
>> {"jsonrpc": "2.0", "method": "admin", "params": {"x": 1}, "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32004, "message": "…", "data": {"type": "forbidden", "retryable": false, "role": "reader", "needed_role": "admin"}}, "id": 1}

# A notification that is not allowed is answered with nothing.
>: X-API-Key: reader
>> {"jsonrpc": "2.0", "method": "admin"}
<< 204
