// listings: what the stores offer at which price.

>> {"jsonrpc":"2.0","method":"listings.get","params":{"id":2},"id":1}
<< {"jsonrpc": "2.0", "result": {"id": 2, "store_id": 1, "store_name": "Look Inna Book", "name": "Ruby!", "price": 10.64}, "id": 1}
>> {"jsonrpc":"2.0","method":"listings.get","params":{"id":9999},"id":2}
<< {"jsonrpc": "2.0", "error": {"code": 104, "message": "No listing has id 9999.", "data": {"type": "not_found", "retryable": false, "kind": "listing", "id": 9999}}, "id": 2}
// Both prices are included.
>> {"jsonrpc":"2.0","method":"listings.list","params":{"min_price":10,"max_price":10.2,"sort":"price"},"id":3}
<< {"jsonrpc": "2.0", "result": {"items": [{"id": 62, "store_id": 5, "store_name": "Uptown Books", "name": "Taylor Swift", "price": 10.05}, {"id": 77, "store_id": 7, "store_name": "Author Attic", "name": "Tel Un Phenix", "price": 10.06}, {"id": 69, "store_id": 6, "store_name": "Turn the Page", "name": "Head First Rails: A Learner's Companion To Ruby On Rails", "price": 10.09}, {"id": 26, "store_id": 2, "store_name": "The Book Basement", "name": "Devoted (elixir)", "price": 10.1}, {"id": 88, "store_id": 9, "store_name": "Pick-a-Book", "name": "Hands-on Software Architecture With Golang: Design And Architect Highly Scalable And Robust Applications Using Go", "price": 10.1}, {"id": 14, "store_id": 1, "store_name": "Look Inna Book", "name": "Sandy Ruby", "price": 10.15}, {"id": 16, "store_id": 2, "store_name": "The Book Basement", "name": "Elixir", "price": 10.15}, {"id": 87, "store_id": 9, "store_name": "Pick-a-Book", "name": "Sams Teach Yourself Go In 24 Hours: Next Generation Systems Programming With Golang: Next Generation Systems Programming With Golang", "price": 10.15}, {"id": 54, "store_id": 5, "store_name": "Uptown Books", "name": "Xcode 3 Unleashed", "price": 10.17}, {"id": 11, "store_id": 1, "store_name": "Look Inna Book", "name": "Ruby River", "price": 10.2}, {"id": 97, "store_id": 10, "store_name": "Bookland", "name": "Strategic Framework", "price": 10.2}], "next_cursor": null}, "id": 3}
>> {"jsonrpc":"2.0","method":"listings.list","params":{"store_id":1,"sort":"name","limit":2},"id":4}
<< {"jsonrpc": "2.0", "result": {"items": [{"id": 8, "store_id": 1, "store_name": "Look Inna Book", "name": "Mama Ruby (a Mama Ruby Novel)", "price": 12.38}, {"id": 10, "store_id": 1, "store_name": "Look Inna Book", "name": "Metaprogramming Ruby 2: Program Like The Ruby Pros (facets Of Ruby)", "price": 10.51}], "next_cursor": "WyIwMjBmNmM0ZTc2MmM2ZDI0IiwibWV0YXByb2dyYW1taW5nIHJ1YnkgMiBwcm9ncmFtIGxpa2UgdGhlIHJ1YnkgcHJvcyBmYWNldHMgb2YgcnVieSIsMTBd"}, "id": 4}
>> {"jsonrpc":"2.0","method":"listings.list","params":{"store_id":99},"id":5}
<< {"jsonrpc": "2.0", "result": {"items": [], "next_cursor": null}, "id": 5}
>> {"jsonrpc":"2.0","method":"listings.list","params":{"min_price":12,"max_price":10},"id":6}
<< {"jsonrpc": "2.0", "result": {"items": [], "next_cursor": null}, "id": 6}
>> {"jsonrpc":"2.0","method":"listings.list","params":{"min_price":10.001},"id":7}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "detail": "min_price: must have at most two decimals", "errors": [{"parameter": "min_price", "path": ["min_price"], "problem": "must have at most two decimals"}]}}, "id": 7}
// A new price holds for new purchases; history stays as it was paid.
>> {"jsonrpc":"2.0","method":"listings.update","params":{"id":1,"name":"Ruby: The Autobiography, 2nd edition","price":15},"id":8}
<< {"jsonrpc": "2.0", "result": {"id": 1, "store_id": 1, "store_name": "Look Inna Book", "name": "Ruby: The Autobiography, 2nd edition", "price": 15.0}, "id": 8}
>> {"jsonrpc":"2.0","method":"purchases.list","params":{"user_id":0,"limit":1},"id":9}
<< {"jsonrpc": "2.0", "result": {"items": [{"id": 1, "user_id": 0, "store_id": 1, "listing_id": 1, "book_name": "Ruby: The Autobiography", "store_name": "Look Inna Book", "amount": 13.88, "purchased_at": "2020-02-10T04:09:00Z", "refunded_at": null}], "next_cursor": "WyJkYmNiOWRkMGU2YzEwYjFjIiwxLDFd", "time_zone": "UTC"}, "id": 9}
>> {"jsonrpc":"2.0","method":"listings.update","params":{"id":9999,"price":1},"id":10}
<< {"jsonrpc": "2.0", "error": {"code": 104, "message": "No listing has id 9999.", "data": {"type": "not_found", "retryable": false, "kind": "listing", "id": 9999}}, "id": 10}
>> {"jsonrpc":"2.0","method":"listings.update","params":{"id":1},"id":11}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "detail": "name: give at least one field to change", "errors": [{"parameter": "name", "path": ["name"], "problem": "give at least one field to change"}]}}, "id": 11}
>> {"jsonrpc":"2.0","method":"listings.update","params":{"id":1,"price":-1},"id":12}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "detail": "price: must not be negative", "errors": [{"parameter": "price", "path": ["price"], "problem": "must not be negative"}]}}, "id": 12}
// A store lists a book and takes it off again; what was bought stays in the history.
>> {"jsonrpc":"2.0","method":"listings.create","params":{"store_id":1,"name":"Ruby in a Day","price":12.5},"id":13}
<< {"jsonrpc": "2.0", "result": {"id": 107, "store_id": 1, "store_name": "Look Inna Book", "name": "Ruby in a Day", "price": 12.5}, "id": 13}
>> {"jsonrpc":"2.0","method":"listings.remove","params":{"id":107},"id":14}
<< {"jsonrpc": "2.0", "result": {"id": 107, "store_id": 1, "store_name": "Look Inna Book", "name": "Ruby in a Day", "price": 12.5}, "id": 14}
>> {"jsonrpc":"2.0","method":"listings.remove","params":{"id":107},"id":15}
<< {"jsonrpc": "2.0", "error": {"code": 104, "message": "No listing has id 107.", "data": {"type": "not_found", "retryable": false, "kind": "listing", "id": 107}}, "id": 15}
>> {"jsonrpc":"2.0","method":"listings.create","params":{"store_id":9999,"name":"Ruby in a Day","price":12.5},"id":16}
<< {"jsonrpc": "2.0", "error": {"code": 104, "message": "No store has id 9999.", "data": {"type": "not_found", "retryable": false, "kind": "store", "id": 9999}}, "id": 16}
// By whole words of the name, in any order.
>> {"jsonrpc":"2.0","method":"listings.list","params":{"name":"mystery ruby"},"id":17}
<< {"jsonrpc": "2.0", "result": {"items": [{"id": 3, "store_id": 1, "store_name": "Look Inna Book", "name": "Ruby, Ruby: A Murder Mystery", "price": 12.45}], "next_cursor": null}, "id": 17}
>> {"jsonrpc":"2.0","method":"listings.list","params":{"name":"!"},"id":18}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "detail": "name: must have a letter or a digit", "errors": [{"parameter": "name", "path": ["name"], "problem": "must have a letter or a digit"}]}}, "id": 18}
