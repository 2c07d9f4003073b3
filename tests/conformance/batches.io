# Batches (section 6): each element is answered for itself, in order. How lines match: README.md.

# 1 at position 0 spoils nothing but itself
>> [
>>   1,
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 1},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 2},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 3}
>> ]
<< [
<<   {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 2},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 3}
<< ]

# 1 at position 1 spoils nothing but itself
>> [
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 1},
>>   1,
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 2},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 3}
>> ]
<< [
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1},
<<   {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 2},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 3}
<< ]

# 1 at position 2 spoils nothing but itself
>> [
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 1},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 2},
>>   1,
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 3}
>> ]
<< [
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 2},
<<   {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 3}
<< ]

# 1 at position 3 spoils nothing but itself
>> [
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 1},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 2},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 3},
>>   1
>> ]
<< [
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 2},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 3},
<<   {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}
<< ]

# null at position 0 spoils nothing but itself
>> [
>>   null,
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 1},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 2},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 3}
>> ]
<< [
<<   {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 2},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 3}
<< ]

# null at position 1 spoils nothing but itself
>> [
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 1},
>>   null,
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 2},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 3}
>> ]
<< [
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1},
<<   {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 2},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 3}
<< ]

# null at position 2 spoils nothing but itself
>> [
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 1},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 2},
>>   null,
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 3}
>> ]
<< [
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 2},
<<   {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 3}
<< ]

# null at position 3 spoils nothing but itself
>> [
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 1},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 2},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 3},
>>   null
>> ]
<< [
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 2},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 3},
<<   {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}
<< ]

# "x" at position 0 spoils nothing but itself
>> [
>>   "x",
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 1},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 2},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 3}
>> ]
<< [
<<   {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 2},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 3}
<< ]

# "x" at position 1 spoils nothing but itself
>> [
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 1},
>>   "x",
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 2},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 3}
>> ]
<< [
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1},
<<   {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 2},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 3}
<< ]

# "x" at position 2 spoils nothing but itself
>> [
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 1},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 2},
>>   "x",
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 3}
>> ]
<< [
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 2},
<<   {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 3}
<< ]

# "x" at position 3 spoils nothing but itself
>> [
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 1},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 2},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 3},
>>   "x"
>> ]
<< [
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 2},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 3},
<<   {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}
<< ]

# [] at position 0 spoils nothing but itself
>> [
>>   [],
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 1},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 2},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 3}
>> ]
<< [
<<   {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 2},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 3}
<< ]

# [] at position 1 spoils nothing but itself
>> [
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 1},
>>   [],
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 2},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 3}
>> ]
<< [
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1},
<<   {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 2},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 3}
<< ]

# [] at position 2 spoils nothing but itself
>> [
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 1},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 2},
>>   [],
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 3}
>> ]
<< [
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 2},
<<   {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 3}
<< ]

# [] at position 3 spoils nothing but itself
>> [
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 1},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 2},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 3},
>>   []
>> ]
<< [
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 2},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 3},
<<   {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}
<< ]

# {} at position 0 spoils nothing but itself
>> [
>>   {},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 1},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 2},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 3}
>> ]
<< [
<<   {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 2},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 3}
<< ]

# {} at position 1 spoils nothing but itself
>> [
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 1},
>>   {},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 2},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 3}
>> ]
<< [
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1},
<<   {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 2},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 3}
<< ]

# {} at position 2 spoils nothing but itself
>> [
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 1},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 2},
>>   {},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 3}
>> ]
<< [
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 2},
<<   {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 3}
<< ]

# {} at position 3 spoils nothing but itself
>> [
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 1},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 2},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 3},
>>   {}
>> ]
<< [
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 2},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 3},
<<   {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}
<< ]

# [{"jsonrpc": "2.0", "method": "get_data" at position 0 spoils nothing but itself
>> [
>>   [{"jsonrpc": "2.0", "method": "get_data", "id": 9}],
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 1},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 2},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 3}
>> ]
<< [
<<   {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 2},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 3}
<< ]

# [{"jsonrpc": "2.0", "method": "get_data" at position 1 spoils nothing but itself
>> [
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 1},
>>   [{"jsonrpc": "2.0", "method": "get_data", "id": 9}],
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 2},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 3}
>> ]
<< [
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1},
<<   {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 2},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 3}
<< ]

# [{"jsonrpc": "2.0", "method": "get_data" at position 2 spoils nothing but itself
>> [
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 1},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 2},
>>   [{"jsonrpc": "2.0", "method": "get_data", "id": 9}],
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 3}
>> ]
<< [
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 2},
<<   {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 3}
<< ]

# [{"jsonrpc": "2.0", "method": "get_data" at position 3 spoils nothing but itself
>> [
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 1},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 2},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 3},
>>   [{"jsonrpc": "2.0", "method": "get_data", "id": 9}]
>> ]
<< [
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 2},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 3},
<<   {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}
<< ]

# {"jsonrpc": "2.0", "id": 7} at position 0 spoils nothing but itself
>> [
>>   {"jsonrpc": "2.0", "id": 7},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 1},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 2},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 3}
>> ]
<< [
<<   {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": 7},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 2},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 3}
<< ]

# {"jsonrpc": "2.0", "id": 7} at position 1 spoils nothing but itself
>> [
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 1},
>>   {"jsonrpc": "2.0", "id": 7},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 2},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 3}
>> ]
<< [
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1},
<<   {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": 7},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 2},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 3}
<< ]

# {"jsonrpc": "2.0", "id": 7} at position 2 spoils nothing but itself
>> [
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 1},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 2},
>>   {"jsonrpc": "2.0", "id": 7},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 3}
>> ]
<< [
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 2},
<<   {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": 7},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 3}
<< ]

# {"jsonrpc": "2.0", "id": 7} at position 3 spoils nothing but itself
>> [
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 1},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 2},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 3},
>>   {"jsonrpc": "2.0", "id": 7}
>> ]
<< [
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 2},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 3},
<<   {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": 7}
<< ]

# {"jsonrpc": "2.0", "method": "get_data", at position 0 spoils nothing but itself
>> [
>>   {"jsonrpc": "2.0", "method": "get_data", "params": 1, "id": {}},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 1},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 2},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 3}
>> ]
<< [
<<   {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 2},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 3}
<< ]

# {"jsonrpc": "2.0", "method": "get_data", at position 1 spoils nothing but itself
>> [
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 1},
>>   {"jsonrpc": "2.0", "method": "get_data", "params": 1, "id": {}},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 2},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 3}
>> ]
<< [
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1},
<<   {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 2},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 3}
<< ]

# {"jsonrpc": "2.0", "method": "get_data", at position 2 spoils nothing but itself
>> [
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 1},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 2},
>>   {"jsonrpc": "2.0", "method": "get_data", "params": 1, "id": {}},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 3}
>> ]
<< [
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 2},
<<   {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 3}
<< ]

# {"jsonrpc": "2.0", "method": "get_data", at position 3 spoils nothing but itself
>> [
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 1},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 2},
>>   {"jsonrpc": "2.0", "method": "get_data", "id": 3},
>>   {"jsonrpc": "2.0", "method": "get_data", "params": 1, "id": {}}
>> ]
<< [
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 2},
<<   {"jsonrpc": "2.0", "result": ["hello", 5], "id": 3},
<<   {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}
<< ]

# answers come in the order of the requests, however long each takes
>> [{"jsonrpc": "2.0", "method": "sleep", "params": [0.03], "id": "a"}, {"jsonrpc": "2.0", "method": "sleep", "params": [0.0], "id": "b"}]
<< [{"jsonrpc": "2.0", "result": {"value": 0.03}, "id": "a"}, {"jsonrpc": "2.0", "result": {"value": 0.0}, "id": "b"}]

# a batch of one is answered with an array of one
>> [{"jsonrpc": "2.0", "method": "get_data", "id": 1}]
<< [{"jsonrpc": "2.0", "result": ["hello", 5], "id": 1}]

# notifications are left out of the answers
>> [{"jsonrpc": "2.0", "method": "get_data"}, {"jsonrpc": "2.0", "method": "get_data", "id": 1}, {"jsonrpc": "2.0", "method": "none"}]
<< [{"jsonrpc": "2.0", "result": ["hello", 5], "id": 1}]

# junk beside notifications is answered
>> [{"jsonrpc": "2.0", "method": "get_data"}, 1]
<< [{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}]

# notifications with wrong parameters, unknown methods or faults of ours are answered with nothing
>> [{"jsonrpc": "2.0", "method": "defaults", "params": ["x"]}, {"jsonrpc": "2.0", "method": "none"}, {"jsonrpc": "2.0", "method": "fail"}]
<< 204

# a change refuses to run as a notification
>> {"jsonrpc": "2.0", "method": "change"}
<< 204

# each element fails for itself
>> [{"jsonrpc": "2.0", "method": "none", "id": 1}, {"jsonrpc": "2.0", "method": "defaults", "id": 2}, {"jsonrpc": "2.0", "method": "fail", "id": 3}, {"jsonrpc": "2.0", "method": "get_data", "id": 4}]
<< [{"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found", "data": {"type": "method_not_found"}}, "id": 1},
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false}}, "id": 2},
<< {"jsonrpc": "2.0", "error": {"code": -32603, "message": "Internal error", "data": {"type": "internal_error", "retryable": false, "correlation_id": "…"}}, "id": 3},
<< {"jsonrpc": "2.0", "result": ["hello", 5], "id": 4}]

# An array of arrays holds no request.
>> [[], [[]]]
<< [{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}, {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}]
