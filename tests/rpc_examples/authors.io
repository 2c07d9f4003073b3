// authors: who wrote the books of the catalogue.

// By name, each with the number of books; two at a time.
>> {"jsonrpc":"2.0","method":"authors.list","params":{"limit":2},"id":1}
<< {"jsonrpc":"2.0","result":{"items":[{"name":"Albert Camus","books":4},{"name":"Arthur Golden","books":1}],"next_cursor":"WyJhYjhjNTE3NTc0MjVmY2U0IiwiYXJ0aHVyIGdvbGRlblx1MDAxZkFydGh1ciBHb2xkZW4iLCJhcnRodXIgZ29sZGVuXHUwMDFmQXJ0aHVyIEdvbGRlbiJd"},"id":1}
// By words of the name, or their beginnings; case and accents do not matter.
>> {"jsonrpc":"2.0","method":"authors.list","params":{"query":"ROWL j"},"id":2}
<< {"jsonrpc":"2.0","result":{"items":[{"name":"J.K. Rowling","books":3}],"next_cursor":null},"id":2}
>> {"jsonrpc":"2.0","method":"authors.list","params":{"query":"?"},"id":3}
<< {"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":{"type":"invalid_params","retryable":false,"detail":"query: must contain a letter or a digit","errors":[{"parameter":"query","path":["query"],"problem":"must contain a letter or a digit"}]}},"id":3}
