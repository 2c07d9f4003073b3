# What is no JSON (RFC 8259) is a parse error; so are members that come twice. How lines match: README.md.

# an empty body is no JSON
>> 
<< {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error", "data": {"type": "parse_error", "retryable": false}}, "id": null}

# only spaces is no JSON
>\ \x20\x20
<< {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error", "data": {"type": "parse_error", "retryable": false}}, "id": null}

# two requests in a row is no JSON
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1} {"jsonrpc": "2.0", "method": "get_data", "id": 2}
<< {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error", "data": {"type": "parse_error", "retryable": false}}, "id": null}

# NaN is no JSON
>> {"jsonrpc": "2.0", "method": "echo", "params": [NaN], "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error", "data": {"type": "parse_error", "retryable": false}}, "id": null}

# Infinity is no JSON
>> {"jsonrpc": "2.0", "method": "echo", "params": [Infinity], "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error", "data": {"type": "parse_error", "retryable": false}}, "id": null}

# -Infinity is no JSON
>> {"jsonrpc": "2.0", "method": "echo", "params": [-Infinity], "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error", "data": {"type": "parse_error", "retryable": false}}, "id": null}

# NaN as an id is no JSON
>> {"jsonrpc": "2.0", "method": "echo", "id": NaN}
<< {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error", "data": {"type": "parse_error", "retryable": false}}, "id": null}

# a member twice in the request is no JSON
>> {"jsonrpc": "2.0", "method": "get_data", "method": "echo", "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error", "data": {"type": "parse_error", "retryable": false}}, "id": null}

# an id twice is no JSON
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1, "id": 2}
<< {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error", "data": {"type": "parse_error", "retryable": false}}, "id": null}

# a parameter twice is no JSON
>> {"jsonrpc": "2.0", "method": "echo", "params": {"value": 1, "value": 1}, "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error", "data": {"type": "parse_error", "retryable": false}}, "id": null}

# a member twice, once escaped is no JSON
>> {"jsonrpc": "2.0", "method": "echo", "params": {"value": 1, "v\u0061lue": 2}, "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error", "data": {"type": "parse_error", "retryable": false}}, "id": null}

# a member twice deep inside is no JSON
>> {"jsonrpc": "2.0", "method": "echo", "params": [{"a": [{"b": 1, "b": 2}]}], "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error", "data": {"type": "parse_error", "retryable": false}}, "id": null}

# a member twice in one element of a batch is no JSON
>> [{"jsonrpc": "2.0", "method": "get_data", "id": 1}, {"id": 1, "id": 2}]
<< {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error", "data": {"type": "parse_error", "retryable": false}}, "id": null}

# a byte that is no UTF-8 is no JSON
>\ {"jsonrpc": "2.0", "method": "echo", "params": ["\xff"], "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error", "data": {"type": "parse_error", "retryable": false}}, "id": null}

# an overlong form is no JSON
>\ {"jsonrpc": "2.0", "method": "echo", "params": ["\xc0\xaf"], "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error", "data": {"type": "parse_error", "retryable": false}}, "id": null}

# a surrogate in UTF-8 is no JSON
>\ {"jsonrpc": "2.0", "method": "echo", "params": ["\xed\xa0\x80"], "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error", "data": {"type": "parse_error", "retryable": false}}, "id": null}

# a character cut short is no JSON
>\ {"jsonrpc": "2.0", "method": "echo", "params": ["\xe2\x82"], "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error", "data": {"type": "parse_error", "retryable": false}}, "id": null}

# a byte order mark before the body is skipped
>\ \xef\xbb\xbf{"jsonrpc": "2.0", "method": "get_data", "id": 1}
<< {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1}

# a second byte order mark is no JSON
>\ \xef\xbb\xbf\xef\xbb\xbf{"jsonrpc": "2.0", "method": "get_data", "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error", "data": {"type": "parse_error", "retryable": false}}, "id": null}

# UTF-16 is no JSON
>\ {\x00"\x00j\x00s\x00o\x00n\x00r\x00p\x00c\x00"\x00:\x00"\x002\x00.\x000\x00"\x00,\x00"\x00m\x00e\x00t\x00h\x00o\x00d\x00"\x00:\x00"\x00g\x00e\x00t\x00_\x00d\x00a\x00t\x00a\x00"\x00,\x00"\x00i\x00d\x00"\x00:\x001\x00}\x00
<< {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error", "data": {"type": "parse_error", "retryable": false}}, "id": null}

# UTF-16 with a byte order mark is no JSON
>\ \xff\xfe{\x00}\x00
<< {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error", "data": {"type": "parse_error", "retryable": false}}, "id": null}

# a lone high surrogate is no JSON
>> {"jsonrpc": "2.0", "method": "echo", "params": ["\ud800"], "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error", "data": {"type": "parse_error", "retryable": false}}, "id": null}

# a lone low surrogate is no JSON
>> {"jsonrpc": "2.0", "method": "echo", "params": ["\udc00"], "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error", "data": {"type": "parse_error", "retryable": false}}, "id": null}

# a lone surrogate as an id is no JSON
>> {"jsonrpc": "2.0", "method": "echo", "id": "\ud800"}
<< {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error", "data": {"type": "parse_error", "retryable": false}}, "id": null}

# a control character in a string is no JSON
>\ {"jsonrpc": "2.0", "method": "echo", "params": ["\x01"], "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error", "data": {"type": "parse_error", "retryable": false}}, "id": null}

# a comma too many is no JSON
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1,}
<< {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error", "data": {"type": "parse_error", "retryable": false}}, "id": null}

# single quotes is no JSON
>> {'jsonrpc': '2.0'}
<< {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error", "data": {"type": "parse_error", "retryable": false}}, "id": null}

# a comment is no JSON
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1} // hello
<< {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error", "data": {"type": "parse_error", "retryable": false}}, "id": null}

# a leading zero is no JSON
>> {"jsonrpc": "2.0", "method": "get_data", "id": 01}
<< {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error", "data": {"type": "parse_error", "retryable": false}}, "id": null}

# a leading plus is no JSON
>> {"jsonrpc": "2.0", "method": "get_data", "id": +1}
<< {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error", "data": {"type": "parse_error", "retryable": false}}, "id": null}

# a bare fraction is no JSON
>> {"jsonrpc": "2.0", "method": "get_data", "id": .5}
<< {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error", "data": {"type": "parse_error", "retryable": false}}, "id": null}

# a word is no JSON
>> hello
<< {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error", "data": {"type": "parse_error", "retryable": false}}, "id": null}

# a form is no JSON
>> method=get_data&id=1
<< {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error", "data": {"type": "parse_error", "retryable": false}}, "id": null}

# a NUL byte at the end is no JSON
>\ {"jsonrpc": "2.0", "method": "get_data", "id": 1}\x00
<< {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error", "data": {"type": "parse_error", "retryable": false}}, "id": null}

# binary is no JSON
>\ \x00\x01\x02\x80\xfe
<< {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error", "data": {"type": "parse_error", "retryable": false}}, "id": null}
