# Ids come back as they were sent (section 4). How lines match: README.md.

# id: a string
>> {"jsonrpc": "2.0", "method": "get_data", "id": "1"}
<< {"jsonrpc": "2.0", "result": ["hello", 5], "id": "1"}

# id: an empty string
>> {"jsonrpc": "2.0", "method": "get_data", "id": ""}
<< {"jsonrpc": "2.0", "result": ["hello", 5], "id": ""}

# id: a string with every escape
>> {"jsonrpc": "2.0", "method": "get_data", "id": "\"\\\/\b\f\n\r\t\u00e9 é 😀"}
<< {"jsonrpc": "2.0", "result": ["hello", 5], "id": "\"\\\/\b\f\n\r\t\u00e9 é 😀"}

# id: a string with NUL
>> {"jsonrpc": "2.0", "method": "get_data", "id": "\u0000"}
<< {"jsonrpc": "2.0", "result": ["hello", 5], "id": "\u0000"}

# id: a pair of surrogates
>> {"jsonrpc": "2.0", "method": "get_data", "id": "\ud83d\ude00"}
<< {"jsonrpc": "2.0", "result": ["hello", 5], "id": "\ud83d\ude00"}

# id: zero
>> {"jsonrpc": "2.0", "method": "get_data", "id": 0}
<< {"jsonrpc": "2.0", "result": ["hello", 5], "id": 0}

# id: a negative integer
>> {"jsonrpc": "2.0", "method": "get_data", "id": -7}
<< {"jsonrpc": "2.0", "result": ["hello", 5], "id": -7}

# id: 2^53
>> {"jsonrpc": "2.0", "method": "get_data", "id": 9007199254740992}
<< {"jsonrpc": "2.0", "result": ["hello", 5], "id": 9007199254740992}

# id: 2^53 + 1 keeps its last digit
>> {"jsonrpc": "2.0", "method": "get_data", "id": 9007199254740993}
<< {"jsonrpc": "2.0", "result": ["hello", 5], "id": 9007199254740993}

# id: the largest 64-bit integer
>> {"jsonrpc": "2.0", "method": "get_data", "id": 9223372036854775807}
<< {"jsonrpc": "2.0", "result": ["hello", 5], "id": 9223372036854775807}

# id: an unsigned 64-bit integer
>> {"jsonrpc": "2.0", "method": "get_data", "id": 18446744073709551615}
<< {"jsonrpc": "2.0", "result": ["hello", 5], "id": 18446744073709551615}

# id: an integer beyond 64 bits
>> {"jsonrpc": "2.0", "method": "get_data", "id": 18446744073709551616}
<< {"jsonrpc": "2.0", "result": ["hello", 5], "id": 18446744073709551616}

# id: a negative integer beyond 64 bits
>> {"jsonrpc": "2.0", "method": "get_data", "id": -9223372036854775809}
<< {"jsonrpc": "2.0", "result": ["hello", 5], "id": -9223372036854775809}

# id: an integer of forty digits
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1234567890123456789012345678901234567890}
<< {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1234567890123456789012345678901234567890}

# id: null is an id, not a notification
>> {"jsonrpc": "2.0", "method": "get_data", "id": null}
<< {"jsonrpc": "2.0", "result": ["hello", 5], "id": null}

# id: a fraction
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1.5}
<< {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1.5}

# id: a negative fraction
>> {"jsonrpc": "2.0", "method": "get_data", "id": -0.25}
<< {"jsonrpc": "2.0", "result": ["hello", 5], "id": -0.25}

# id: an exponent
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1e2}
<< {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1e2}

# id: a large exponent
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1e300}
<< {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1e300}

# id: missing, so a notification
>> {"jsonrpc": "2.0", "method": "get_data"}
<< 204

# id: true is refused, and the answer has none
>> {"jsonrpc": "2.0", "method": "get_data", "id": true}
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}

# id: false is refused, and the answer has none
>> {"jsonrpc": "2.0", "method": "get_data", "id": false}
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}

# id: an array is refused, and the answer has none
>> {"jsonrpc": "2.0", "method": "get_data", "id": [1]}
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}

# id: an empty array is refused, and the answer has none
>> {"jsonrpc": "2.0", "method": "get_data", "id": []}
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}

# id: an object is refused, and the answer has none
>> {"jsonrpc": "2.0", "method": "get_data", "id": {"a": 1}}
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}

# id: a number that no float holds is refused, and the answer has none
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1e400}
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}

# id: the same, negative is refused, and the answer has none
>> {"jsonrpc": "2.0", "method": "get_data", "id": -1e400}
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}

# the same id twice in a batch is the client's business
>> [{"jsonrpc": "2.0", "method": "get_data", "id": 1}, {"jsonrpc": "2.0", "method": "get_data", "id": 1}]
<< [{"jsonrpc": "2.0", "result": ["hello", 5], "id": 1}, {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1}]

# an error keeps an id beyond 64 bits
>> {"jsonrpc": "2.0", "method": "none", "id": 99999999999999999999}
<< {"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found", "data": {"type": "method_not_found", "method": "none", "retryable": false}}, "id": 99999999999999999999}

# a fault keeps the id that can be read
>> {"jsonrpc": "1.0", "method": "get_data", "id": "kept"}
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": "kept"}
