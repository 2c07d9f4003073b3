// rpc: the service describes itself. This is the one method that needs no key.

>> {"jsonrpc":"2.0","method":"rpc.discover","id":1}
<< {"jsonrpc":"2.0","result":"…","id":1}
>> {"jsonrpc":"2.0","method":"rpc.discover","params":{"version":2},"id":2}
<< {"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":{"type":"invalid_params","retryable":false,"detail":"version: is not a parameter of this method","errors":[{"parameter":"version","path":["version"],"problem":"is not a parameter of this method"}]}},"id":2}
