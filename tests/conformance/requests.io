# What makes a request object (section 4). How lines match: README.md.

# jsonrpc missing
>> {"method": "get_data", "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": 1}

# jsonrpc 1.0
>> {"jsonrpc": "1.0", "method": "get_data", "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": 1}

# jsonrpc as a number
>> {"jsonrpc": 2.0, "method": "get_data", "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": 1}

# jsonrpc null
>> {"jsonrpc": null, "method": "get_data", "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": 1}

# method missing
>> {"jsonrpc": "2.0", "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": 1}

# method null
>> {"jsonrpc": "2.0", "method": null, "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": 1}

# method an array
>> {"jsonrpc": "2.0", "method": ["get_data"], "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": 1}

# params a string
>> {"jsonrpc": "2.0", "method": "get_data", "params": "x", "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": 1}

# params a number
>> {"jsonrpc": "2.0", "method": "get_data", "params": 0, "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": 1}

# params true
>> {"jsonrpc": "2.0", "method": "get_data", "params": true, "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": 1}

# params false
>> {"jsonrpc": "2.0", "method": "get_data", "params": false, "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": 1}

# params an empty string
>> {"jsonrpc": "2.0", "method": "get_data", "params": "", "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": 1}

# an empty object
>> {}
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}

# a string
>> "get_data"
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}

# a number
>> 7
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}

# null
>> null
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}

# true
>> true
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}

# an invalid request without an id is no notification
>> {"jsonrpc": "1.0", "method": "get_data"}
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}

# members that the specification does not know are ignored
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1, "trace": {"a": [1]}}
<< {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1}

# members in another order
>> {"id": 1, "params": [], "method": "get_data", "jsonrpc": "2.0"}
<< {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1}

# an empty method name is a name that nobody has
>> {"jsonrpc": "2.0", "method": "", "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found", "data": {"type": "method_not_found"}}, "id": 1}

# names are told apart by case
>> {"jsonrpc": "2.0", "method": "Get_data", "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found", "data": {"type": "method_not_found"}}, "id": 1}

# a name of Python's own reaches nothing
>> {"jsonrpc": "2.0", "method": "__class__", "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found", "data": {"type": "method_not_found"}}, "id": 1}

# space around the request is no fault
>\ \x20\t\r
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1}
>\ \x20\r
<< {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1}
