# Verbs, content types and encodings. How lines match: README.md.

# GET is refused.
>! GET
<: Allow: POST
<< 405
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}

# PUT is refused.
>! PUT
<: Allow: POST
<< 405
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}

# DELETE is refused.
>! DELETE
<: Allow: POST
<< 405
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}

# PATCH is refused.
>! PATCH
<: Allow: POST
<< 405
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}

# OPTIONS is refused.
>! OPTIONS
<: Allow: POST
<< 405
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}

# HEAD is refused, and has no body.
>! HEAD
<: Allow: POST
<< 405

# application/json; charset=utf-8 is JSON.
>: Content-Type: application/json; charset=utf-8
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1}
<: Content-Type: application/json
<< {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1}

# application/json;charset=UTF-8 is JSON.
>: Content-Type: application/json;charset=UTF-8
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1}
<: Content-Type: application/json
<< {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1}

# Application/JSON is JSON.
>: Content-Type: Application/JSON
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1}
<: Content-Type: application/json
<< {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1}

# application/json; charset=utf8; x=y is JSON.
>: Content-Type: application/json; charset=utf8; x=y
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1}
<: Content-Type: application/json
<< {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1}

# application/json-rpc is JSON.
>: Content-Type: application/json-rpc
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1}
<: Content-Type: application/json
<< {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1}

# application/jsonrequest is JSON.
>: Content-Type: application/jsonrequest
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1}
<: Content-Type: application/json
<< {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1}

# A charset says nothing: JSON is UTF-8 (RFC 8259, section 11).
>: Content-Type: application/json; charset=latin-1
>> {"jsonrpc": "2.0", "method": "echo", "params": ["é"], "id": 1}
<< {"jsonrpc": "2.0", "result": {"value": "é"}, "id": 1}

# No content type is refused.
>: Content-Type:
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1}
<: Accept: application/json
<< 415
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}

# text/plain is refused.
>: Content-Type: text/plain
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1}
<: Accept: application/json
<< 415
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}

# text/json is refused.
>: Content-Type: text/json
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1}
<: Accept: application/json
<< 415
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}

# application/x-www-form-urlencoded is refused.
>: Content-Type: application/x-www-form-urlencoded
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1}
<: Accept: application/json
<< 415
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}

# multipart/form-data; boundary=x is refused.
>: Content-Type: multipart/form-data; boundary=x
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1}
<: Accept: application/json
<< 415
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}

# application/xml is refused.
>: Content-Type: application/xml
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1}
<: Accept: application/json
<< 415
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}

# application/jsonx is refused.
>: Content-Type: application/jsonx
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1}
<: Accept: application/json
<< 415
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}

# application/octet-stream is refused.
>: Content-Type: application/octet-stream
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1}
<: Accept: application/json
<< 415
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}

# json is refused.
>: Content-Type: json
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1}
<: Accept: application/json
<< 415
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}

# ;; is refused.
>: Content-Type: ;;
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1}
<: Accept: application/json
<< 415
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}

# The encoding br is refused.
>: Content-Encoding: br
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1}
<: Accept-Encoding: gzip, deflate
<< 415
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}

# The encoding zstd is refused.
>: Content-Encoding: zstd
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1}
<: Accept-Encoding: gzip, deflate
<< 415
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}

# The encoding compress is refused.
>: Content-Encoding: compress
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1}
<: Accept-Encoding: gzip, deflate
<< 415
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}

# The encoding gzip, gzip is refused.
>: Content-Encoding: gzip, gzip
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1}
<: Accept-Encoding: gzip, deflate
<< 415
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}

# The encoding nonsense is refused.
>: Content-Encoding: nonsense
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1}
<: Accept-Encoding: gzip, deflate
<< 415
<< {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request", "data": {"type": "invalid_request", "retryable": false}}, "id": null}

# The encoding identity is none.
>: Content-Encoding: identity
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1}
<< {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1}

# What claims to be gzip and is not is no JSON.
>: Content-Encoding: gzip
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error", "data": {"type": "parse_error"}}, "id": null}

# What claims to be deflate and is not is no JSON.
>: Content-Encoding: deflate
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1}
<< {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error", "data": {"type": "parse_error"}}, "id": null}

# The client's name for the request comes back.
>: X-Request-Id: till-3/0042
>> {"jsonrpc": "2.0", "method": "get_data", "id": 1}
<: X-Request-Id: till-3/0042
<< {"jsonrpc": "2.0", "result": ["hello", 5], "id": 1}
