# Parameters by name and by position (section 4.2); null means missing. How lines match: README.md.

# params: null means none
>> {"jsonrpc": "2.0", "method": "get_data", "params": null, "id": 1}
<< {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1}

# params: left out
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1}
<< {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1}

# params: an empty array
>> {"jsonrpc": "2.0", "method": "get_data", "params": [], "id": 1}
<< {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1}

# params: an empty object
>> {"jsonrpc": "2.0", "method": "get_data", "params": {}, "id": 1}
<< {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1}

# params: by position
>> {"jsonrpc": "2.0", "method": "defaults", "params": [1, 2], "id": 1}
<< {"jsonrpc": "2.0", "result": {"value": [1, 2]}, "id": 1}

# params: by name
>> {"jsonrpc": "2.0", "method": "defaults", "params": {"needed": 1, "optional": 2}, "id": 1}
<< {"jsonrpc": "2.0", "result": {"value": [1, 2]}, "id": 1}

# a null parameter is a missing one, and takes its default
>> {"jsonrpc": "2.0", "method": "defaults", "params": {"needed": 1, "optional": null}, "id": 1}
<< {"jsonrpc": "2.0", "result": {"value": [1, 7]}, "id": 1}

# a null position is a missing parameter
>> {"jsonrpc": "2.0", "method": "defaults", "params": [1, null], "id": 1}
<< {"jsonrpc": "2.0", "result": {"value": [1, 7]}, "id": 1}

# a null where a value is needed is a missing parameter
>> {"jsonrpc": "2.0", "method": "defaults", "params": {"needed": null}, "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "errors": [{"parameter": "needed", "path": "…", "problem": "…"}]}}, "id": 1}

# the same by position
>> {"jsonrpc": "2.0", "method": "defaults", "params": [null, 2], "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "errors": [{"parameter": "needed", "path": "…", "problem": "…"}]}}, "id": 1}

# fewer positions than needed
>> {"jsonrpc": "2.0", "method": "defaults", "params": [], "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "errors": [{"parameter": "needed", "path": "…", "problem": "…"}]}}, "id": 1}

# too many positions
>> {"jsonrpc": "2.0", "method": "defaults", "params": [1, 2, 3], "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "errors": [{"parameter": "2", "path": "…", "problem": "…"}]}}, "id": 1}

# too many positions, were it only by a null
>> {"jsonrpc": "2.0", "method": "defaults", "params": [1, 2, null], "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "errors": [{"parameter": "2", "path": "…", "problem": "…"}]}}, "id": 1}

# an unknown parameter is named
>> {"jsonrpc": "2.0", "method": "defaults", "params": {"needed": 1, "quantety": 2}, "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "errors": [{"parameter": "quantety", "path": "…", "problem": "…"}]}}, "id": 1}

# an unknown parameter that is null is as good as missing
>> {"jsonrpc": "2.0", "method": "defaults", "params": {"needed": 1, "quantety": null}, "id": 1}
<< {"jsonrpc": "2.0", "result": {"value": [1, 7]}, "id": 1}

# every parameter at fault is named
>> {"jsonrpc": "2.0", "method": "defaults", "params": {"optional": "x", "other": 1}, "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "errors": [{"parameter": "needed", "path": "…", "problem": "…"}, {"parameter": "optional", "path": "…", "problem": "…"}, {"parameter": "other", "path": "…", "problem": "…"}]}}, "id": 1}

# the wrong case is an unknown parameter, and the right one is missing
>> {"jsonrpc": "2.0", "method": "defaults", "params": {"Needed": 1}, "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "errors": [{"parameter": "needed", "path": "…", "problem": "…"}, {"parameter": "Needed", "path": "…", "problem": "…"}]}}, "id": 1}

# a parameter called as something of Python's own is merely unknown
>> {"jsonrpc": "2.0", "method": "get_data", "params": {"self": 1, "context": 2, "invocation": 3}, "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "errors": [{"parameter": "self", "path": "…", "problem": "…"}, {"parameter": "context", "path": "…", "problem": "…"}, {"parameter": "invocation", "path": "…", "problem": "…"}]}}, "id": 1}

# an empty name is an unknown parameter
>> {"jsonrpc": "2.0", "method": "get_data", "params": {"": 1}, "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "errors": [{"parameter": "", "path": "…", "problem": "…"}]}}, "id": 1}

# a string is no integer
>> {"jsonrpc": "2.0", "method": "defaults", "params": ["1"], "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "errors": [{"parameter": "needed", "path": "…", "problem": "…"}]}}, "id": 1}

# a fraction is no integer
>> {"jsonrpc": "2.0", "method": "defaults", "params": [1.5], "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "errors": [{"parameter": "needed", "path": "…", "problem": "…"}]}}, "id": 1}

# true is no integer
>> {"jsonrpc": "2.0", "method": "defaults", "params": [true], "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "errors": [{"parameter": "needed", "path": "…", "problem": "…"}]}}, "id": 1}

# true is no number
>> {"jsonrpc": "2.0", "method": "price", "params": [true], "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "errors": [{"parameter": "amount", "path": "…", "problem": "…"}]}}, "id": 1}

# a number that no float holds is refused
>> {"jsonrpc": "2.0", "method": "price", "params": [1e400], "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "errors": [{"parameter": "amount", "path": "…", "problem": "…"}]}}, "id": 1}

# and so is a negative one
>> {"jsonrpc": "2.0", "method": "price", "params": {"amount": -1e400}, "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "errors": [{"parameter": "amount", "path": "…", "problem": "…"}]}}, "id": 1}

# a text over its length
>> {"jsonrpc": "2.0", "method": "price", "params": [1, "four"], "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "errors": [{"parameter": "text", "path": "…", "problem": "…"}]}}, "id": 1}

# an integer beyond 64 bits comes through
>> {"jsonrpc": "2.0", "method": "echo", "params": [18446744073709551617], "id": 1}
<< {"jsonrpc": "2.0", "result": {"value": 18446744073709551617}, "id": 1}

# text of any script comes through
>> {"jsonrpc": "2.0", "method": "echo", "params": ["\u0000 é 書 😀 \ud83d\ude00"], "id": 1}
<< {"jsonrpc": "2.0", "result": {"value": "\u0000 é 書 😀 😀"}, "id": 1}

# nested values come through
>> {"jsonrpc": "2.0", "method": "echo", "params": [{"a": [1, 1.5, null, true, ""]}], "id": 1}
<< {"jsonrpc": "2.0", "result": {"value": {"a": [1, 1.5, null, true, ""]}}, "id": 1}

# a reserved prefix is a name like any other
>> {"jsonrpc": "2.0", "method": "rpc.none", "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found", "data": {"type": "method_not_found"}}, "id": 1}

# a whole number may be written with a fraction of zero
>> {"jsonrpc": "2.0", "method": "defaults", "params": [1.0], "id": 1}
<< {"jsonrpc": "2.0", "result": {"value": [1, 7]}, "id": 1}
