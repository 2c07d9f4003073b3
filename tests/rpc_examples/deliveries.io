// deliveries: how paid orders get to their customers.

>> {"jsonrpc":"2.0","method":"orders.place","params":{"items":[{"book_id":9}],"customer":{"name":"Ada Lovelace"},"payment":{"token":"tok_ok"}},"id":1}
<< {"jsonrpc":"2.0","result":{"id":1,"status":"paid","lines":[{"book_id":9,"isbn":null,"quantity":1,"unit_price":8.95,"total":8.95,"sale_id":1}],"total":8.95,"customer":{"name":"Ada Lovelace","email":null},"payment":{"status":"approved","transaction_id":"…","decline_code":null,"charged":8.95,"refunded":0.0,"kept":8.95,"refund_pending":0.0},"placed_at":"2026-11-26T16:25:37.572000Z","paid_at":"2026-11-26T16:25:37.593000Z","cancelled_at":null,"delivery_id":null,"deliveries":[]},"id":1}
>> {"jsonrpc":"2.0","method":"deliveries.schedule","params":{"order_id":1,"address":{"line1":"12 Mill Lane","city":"Cambridge","postcode":"CB2 1RX","country":"GB"},"date":"2035-03-01"},"id":2}
<< {"jsonrpc": "2.0", "result": {"id": 1, "order_id": 1, "status": "scheduled", "address": {"line1": "12 Mill Lane", "city": "Cambridge", "postcode": "CB2 1RX", "country": "GB"}, "date": "2035-03-01", "scheduled_at": "2026-11-23T17:39:22.401000Z", "updated_at": "2026-11-23T17:39:22.401000Z"}, "id": 2}
// One at a time for an order.
>> {"jsonrpc":"2.0","method":"deliveries.schedule","params":{"order_id":1,"address":{"line1":"12 Mill Lane","city":"Cambridge","postcode":"CB2 1RX","country":"GB"}},"id":3}
<< {"jsonrpc":"2.0","error":{"code":1109,"message":"Order 1 has delivery 1, which is scheduled.","data":{"type":"delivery_exists","retryable":false,"order_id":1,"delivery_id":1,"status":"scheduled"}},"id":3}
>> {"jsonrpc":"2.0","method":"deliveries.get","params":{"id":1},"id":4}
<< {"jsonrpc": "2.0", "result": {"id": 1, "order_id": 1, "status": "scheduled", "address": {"line1": "12 Mill Lane", "city": "Cambridge", "postcode": "CB2 1RX", "country": "GB"}, "date": "2035-03-01", "scheduled_at": "2026-11-23T17:39:22.401000Z", "updated_at": "2026-11-23T17:39:22.401000Z"}, "id": 4}
>> {"jsonrpc":"2.0","method":"deliveries.get","params":{"id":7},"id":5}
<< {"jsonrpc": "2.0", "error": {"code": 104, "message": "No delivery has id 7.", "data": {"type": "not_found", "retryable": false, "kind": "delivery", "id": 7}}, "id": 5}
// On its way, and no way back.
>> {"jsonrpc":"2.0","method":"deliveries.update_status","params":{"id":1,"status":"out_for_delivery"},"id":6}
<< {"jsonrpc": "2.0", "result": {"id": 1, "order_id": 1, "status": "out_for_delivery", "address": {"line1": "12 Mill Lane", "city": "Cambridge", "postcode": "CB2 1RX", "country": "GB"}, "date": "2035-03-01", "scheduled_at": "2026-11-23T17:39:22.401000Z", "updated_at": "2026-11-23T17:39:22.421000Z"}, "id": 6}
>> {"jsonrpc":"2.0","method":"deliveries.update_status","params":{"id":1,"status":"scheduled"},"id":7}
<< {"jsonrpc": "2.0", "error": {"code": 1110, "message": "Delivery 1 is out_for_delivery and cannot become scheduled.", "data": {"type": "invalid_transition", "retryable": false, "delivery_id": 1, "status": "out_for_delivery", "requested": "scheduled", "allowed": ["cancelled", "delivered", "failed"]}}, "id": 7}
>> {"jsonrpc":"2.0","method":"deliveries.update_status","params":{"id":1,"status":"delivered"},"id":8}
<< {"jsonrpc": "2.0", "result": {"id": 1, "order_id": 1, "status": "delivered", "address": {"line1": "12 Mill Lane", "city": "Cambridge", "postcode": "CB2 1RX", "country": "GB"}, "date": "2035-03-01", "scheduled_at": "2026-11-23T17:39:22.401000Z", "updated_at": "2026-11-23T17:39:22.431000Z"}, "id": 8}
>> {"jsonrpc":"2.0","method":"deliveries.update_status","params":{"id":1,"status":"lost"},"id":9}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "detail": "status: must be 'scheduled', 'out_for_delivery', 'delivered', 'failed' or 'cancelled'", "errors": [{"parameter": "status", "path": ["status"], "problem": "must be 'scheduled', 'out_for_delivery', 'delivered', 'failed' or 'cancelled'"}]}}, "id": 9}
>> {"jsonrpc":"2.0","method":"deliveries.list","params":{"order_id":1,"status":"delivered"},"id":10}
<< {"jsonrpc": "2.0", "result": {"items": [{"id": 1, "order_id": 1, "status": "delivered", "address": {"line1": "12 Mill Lane", "city": "Cambridge", "postcode": "CB2 1RX", "country": "GB"}, "date": "2035-03-01", "scheduled_at": "2026-11-23T17:39:22.401000Z", "updated_at": "2026-11-23T17:39:22.431000Z"}], "next_cursor": null}, "id": 10}
// Only a paid order is delivered.
>> {"jsonrpc":"2.0","method":"orders.place","params":{"items":[{"book_id":10}],"customer":{"name":"Charles Babbage"},"payment":{"token":"tok_declined"}},"id":11}
<< {"jsonrpc": "2.0", "error": {"code": 1102, "message": "The payment was declined: card_declined.", "data": {"type": "payment_declined", "retryable": false, "decline_code": "card_declined", "order_id": 2}}, "id": 11}
>> {"jsonrpc":"2.0","method":"deliveries.schedule","params":{"order_id":2,"address":{"line1":"1 Dorset Street","city":"London","postcode":"W1U 4EB","country":"GB"}},"id":12}
<< {"jsonrpc": "2.0", "error": {"code": 1107, "message": "Order 2 is declined, and no money is kept for it.", "data": {"type": "order_not_paid", "retryable": false, "order_id": 2, "status": "declined"}}, "id": 12}
// What has arrived is not cancelled any more; see orders.return.
>> {"jsonrpc":"2.0","method":"orders.cancel","params":{"order_id":1},"id":13}
<< {"jsonrpc":"2.0","error":{"code":1112,"message":"Delivery 1 of order 1 is delivered; orders.return takes it back.","data":{"type":"order_shipped","retryable":false,"order_id":1,"delivery_id":1,"status":"delivered"}},"id":13}
>> {"jsonrpc":"2.0","method":"deliveries.schedule","params":{"order_id":1,"address":{"line1":"12 Mill Lane","city":"Cambridge","postcode":"CB2 1RX","country":"GB"}},"id":14}
<< {"jsonrpc":"2.0","error":{"code":1109,"message":"Order 1 has delivery 1, which is delivered.","data":{"type":"delivery_exists","retryable":false,"order_id":1,"delivery_id":1,"status":"delivered"}},"id":14}
>> {"jsonrpc":"2.0","method":"deliveries.schedule","params":{"order_id":99,"address":{"line1":"12 Mill Lane","city":"Cambridge","postcode":"CB2 1RX","country":"GB"}},"id":15}
<< {"jsonrpc": "2.0", "error": {"code": 104, "message": "No order has id 99.", "data": {"type": "not_found", "retryable": false, "kind": "order", "id": 99}}, "id": 15}
// An address is as its country wants it: Britain has postcodes, Ireland needs none.
>> {"jsonrpc":"2.0","method":"deliveries.schedule","params":{"order_id":1,"address":{"line1":"12 Mill Lane","city":"Cambridge","country":"GB"}},"id":16}
<< {"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":{"type":"invalid_params","retryable":false,"detail":"address.postcode: is required in GB","errors":[{"parameter":"address","path":["address","postcode"],"problem":"is required in GB"}]}},"id":16}
>> {"jsonrpc":"2.0","method":"orders.place","params":{"items":[{"book_id":11}],"customer":{"name":"Ada Lovelace"},"payment":{"token":"tok_ok"},"address":{"line1":"1 Main Street","line2":"Flat 3","city":"Cork","country":"IE"}},"id":17}
<< {"jsonrpc":"2.0","result":{"id":3,"status":"paid","lines":[{"book_id":11,"isbn":null,"quantity":1,"unit_price":26.99,"total":26.99,"sale_id":2}],"total":26.99,"customer":{"name":"Ada Lovelace","email":null},"payment":{"status":"approved","transaction_id":"…","decline_code":null,"charged":26.99,"refunded":0.0,"kept":26.99,"refund_pending":0.0},"placed_at":"2026-11-26T16:25:37.676000Z","paid_at":"2026-11-26T16:25:37.682000Z","cancelled_at":null,"delivery_id":null,"deliveries":[],"address":{"line1":"1 Main Street","line2":"Flat 3","city":"Cork","country":"IE"}},"id":17}
// A day that is past everywhere is refused. Without an address the order's own is taken.
>> {"jsonrpc":"2.0","method":"deliveries.schedule","params":{"order_id":3,"date":"2020-01-01"},"id":18}
<< {"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":{"type":"invalid_params","retryable":false,"detail":"date: is past in every time zone","errors":[{"parameter":"date","path":["date"],"problem":"is past in every time zone"}]}},"id":18}
>> {"jsonrpc":"2.0","method":"deliveries.schedule","params":{"order_id":3},"id":19}
<< {"jsonrpc":"2.0","result":{"id":2,"order_id":3,"status":"scheduled","address":{"line1":"1 Main Street","line2":"Flat 3","city":"Cork","country":"IE"},"date":null,"scheduled_at":"2026-11-26T16:25:37.709000Z","updated_at":"2026-11-26T16:25:37.709000Z"},"id":19}
// Once all of the order is refunded its parcel does not go out.
>> {"jsonrpc":"2.0","method":"sales.refund","params":{"sale_id":2},"id":20}
<< {"jsonrpc":"2.0","result":{"id":1,"sale_id":2,"book_id":11,"quantity":1,"amount":26.99,"restocked":true,"refunded_at":"2026-11-26T16:25:37.715000Z","refundable_quantity":0,"stock":1},"id":20}
>> {"jsonrpc":"2.0","method":"orders.get","params":{"id":3},"id":21}
<< {"jsonrpc":"2.0","result":{"id":3,"status":"refunded","lines":[{"book_id":11,"isbn":null,"quantity":1,"unit_price":26.99,"total":26.99,"sale_id":2}],"total":26.99,"customer":{"name":"Ada Lovelace","email":null},"payment":{"status":"approved","transaction_id":"…","decline_code":null,"charged":26.99,"refunded":26.99,"kept":0.0,"refund_pending":"…"},"placed_at":"2026-11-26T16:25:37.676000Z","paid_at":"2026-11-26T16:25:37.682000Z","cancelled_at":null,"delivery_id":null,"deliveries":[{"id":2,"status":"cancelled","date":null}],"address":{"line1":"1 Main Street","line2":"Flat 3","city":"Cork","country":"IE"}},"id":21}
