// search: stores, listings and books in one ranked list.

// The exact name comes first, then a title without its subtitle, then names that begin with it.
>> {"jsonrpc":"2.0","method":"search.find","params":{"query":"Ruby!","limit":2},"id":1}
<< {"jsonrpc": "2.0", "result": {"items": [{"kind": "listing", "source": "listings", "id": 2, "name": "Ruby!", "match": "exact", "score": 1.0, "store_id": 1, "store_name": "Look Inna Book", "price": 10.64, "stock": null, "authors": null}, {"kind": "listing", "source": "listings", "id": 6, "name": "Ruby: Learn Ruby In 24 Hours Or Less - A Beginner's Guide To Learning Ruby Programming Now (ruby, Ruby Programming, Ruby Course)", "match": "exact", "score": 0.83333333, "store_id": 1, "store_name": "Look Inna Book", "price": 13.5, "stock": null, "authors": null}], "total": 23, "next_cursor": "WyJmZTI3YWRmNmQ4MjFlMDdkIiwiWzgxOTIsMSxcIlJ1Ynk6IExlYXJuIFJ1YnkgSW4gMjQgSG91cnMgT3IgTGVzcyAtIEEgQmVnaW5uZXIncyBHdWlkZSBUbyBMZWFybmluZyBSdWJ5IFByb2dyYW1taW5nIE5vdyAocnVieSwgUnVieSBQcm9ncmFtbWluZywgUnVieSBDb3Vyc2UpXCJdIiw2XQ"}, "id": 1}
// `next_cursor` gives the next page.
>> {"jsonrpc":"2.0","method":"search.find","params":{"query":"Ruby!","limit":1,"cursor":"WyJmZTI3YWRmNmQ4MjFlMDdkIiwiWzAsMSxcIlJ1YnkhXCJdIiwyXQ"},"id":2}
<< {"jsonrpc": "2.0", "result": {"items": [{"kind": "listing", "source": "listings", "id": 6, "name": "Ruby: Learn Ruby In 24 Hours Or Less - A Beginner's Guide To Learning Ruby Programming Now (ruby, Ruby Programming, Ruby Course)", "match": "exact", "score": 0.83333333, "store_id": 1, "store_name": "Look Inna Book", "price": 13.5, "stock": null, "authors": null}], "total": 23, "next_cursor": "WyJmZTI3YWRmNmQ4MjFlMDdkIiwiWzgxOTIsMSxcIlJ1Ynk6IExlYXJuIFJ1YnkgSW4gMjQgSG91cnMgT3IgTGVzcyAtIEEgQmVnaW5uZXIncyBHdWlkZSBUbyBMZWFybmluZyBSdWJ5IFByb2dyYW1taW5nIE5vdyAocnVieSwgUnVieSBQcm9ncmFtbWluZywgUnVieSBDb3Vyc2UpXCJdIiw2XQ"}, "id": 2}
// A book is found by the words of its title, of its author, and of both; an author by initials too.
>> {"jsonrpc":"2.0","method":"search.find","params":{"query":"bryson tongue","limit":1},"id":3}
<< {"jsonrpc": "2.0", "result": {"items": [{"kind": "book", "source": "catalogue", "id": 2, "name": "The Mother Tongue: English and How It Got That Way", "match": "words", "score": 0.31944444, "store_id": null, "store_name": null, "price": 14.49, "stock": 1, "authors": ["Bill Bryson"]}], "total": 1, "next_cursor": null}, "id": 3}
>> {"jsonrpc":"2.0","method":"search.find","params":{"query":"tolkien","limit":1},"id":4}
<< {"jsonrpc": "2.0", "result": {"items": [{"kind": "book", "source": "catalogue", "id": 1, "name": "The Lord of the Rings", "match": "words", "score": 0.31410256, "store_id": null, "store_name": null, "price": 18.89, "stock": 1, "authors": ["J.R.R. Tolkien"]}], "total": 1, "next_cursor": null}, "id": 4}
>> {"jsonrpc":"2.0","method":"search.find","params":{"query":"jrr tolkien rings","limit":1},"id":5}
<< {"jsonrpc": "2.0", "result": {"items": [{"kind": "book", "source": "catalogue", "id": 1, "name": "The Lord of the Rings", "match": "words", "score": 0.32062147, "store_id": null, "store_name": null, "price": 18.89, "stock": 1, "authors": ["J.R.R. Tolkien"]}], "total": 1, "next_cursor": null}, "id": 5}
// A typo is forgiven from five letters on, ...
>> {"jsonrpc":"2.0","method":"search.find","params":{"query":"elixer","limit":2},"id":6}
<< {"jsonrpc": "2.0", "result": {"items": [{"kind": "listing", "source": "listings", "id": 16, "name": "Elixir", "match": "typo", "score": 0.21875, "store_id": 2, "store_name": "The Book Basement", "price": 10.15, "stock": null, "authors": null}, {"kind": "listing", "source": "listings", "id": 19, "name": "The Elixir", "match": "typo", "score": 0.21875, "store_id": 2, "store_name": "The Book Basement", "price": 10.25, "stock": null, "authors": null}], "total": 24, "next_cursor": "WyI1NGJiZjVmMzlhNjgxZGEzIiwiWzM2ODk0LDEsXCJUaGUgRWxpeGlyXCJdIiwxOV0"}, "id": 6}
// ... none in up to four.
>> {"jsonrpc":"2.0","method":"search.find","params":{"query":"rubi"},"id":7}
<< {"jsonrpc": "2.0", "result": {"items": [], "total": 0, "next_cursor": null}, "id": 7}
// Case, accents and punctuation do not matter.
>> {"jsonrpc":"2.0","method":"search.find","params":{"query":"LOOK INNA","kinds":["store"]},"id":8}
<< {"jsonrpc": "2.0", "result": {"items": [{"kind": "store", "source": "stores", "id": 1, "name": "Look Inna Book", "match": "prefix", "score": 0.57716049, "store_id": null, "store_name": null, "price": null, "stock": null, "authors": null}], "total": 1, "next_cursor": null}, "id": 8}
>> {"jsonrpc":"2.0","method":"search.find","params":{"query":"treasure island"},"id":9}
<< {"jsonrpc": "2.0", "result": {"items": [{"kind": "book", "source": "catalogue", "id": 9, "name": "Treasure Island", "match": "exact", "score": 0.99836601, "store_id": null, "store_name": null, "price": 8.95, "stock": 1, "authors": ["Robert Louis Stevenson"]}], "total": 1, "next_cursor": null}, "id": 9}
>> {"jsonrpc":"2.0","method":"search.find","params":{"query":"arry pott","limit":1},"id":10}
<< {"jsonrpc": "2.0", "result": {"items": [{"kind": "book", "source": "catalogue", "id": 3, "name": "Harry Potter and the Chamber of Secrets", "match": "part", "score": 0.13178295, "store_id": null, "store_name": null, "price": 14.16, "stock": 1, "authors": ["J.K. Rowling"]}], "total": 3, "next_cursor": "WyIzYjRhOTY2ZWJlMTBjOGE0IiwiWzQwOTk2LDIsXCJIYXJyeSBQb3R0ZXIgYW5kIHRoZSBDaGFtYmVyIG9mIFNlY3JldHNcIl0iLDNd"}, "id": 10}
// Stores that are closed then are left out, with what they list; books have no hours.
>> {"jsonrpc":"2.0","method":"search.find","params":{"query":"Ruby!","open_at":"2026-11-24T14:00","limit":1},"id":11}
<< {"jsonrpc": "2.0", "result": {"items": [{"kind": "listing", "source": "listings", "id": 63, "name": "Ruby For Rails: Ruby Techniques For Rails Developers", "match": "prefix", "score": 0.56613757, "store_id": 6, "store_name": "Turn the Page", "price": 10.75, "stock": null, "authors": null}], "total": 9, "next_cursor": "WyJhN2JlMThmZjRhZTQ2NTA1IiwiWzIwNDkzLDEsXCJSdWJ5IEZvciBSYWlsczogUnVieSBUZWNobmlxdWVzIEZvciBSYWlscyBEZXZlbG9wZXJzXCJdIiw2M10"}, "id": 11}
>> {"jsonrpc":"2.0","method":"search.find","params":{"query":"Ruby!","open_at":"2026-11-24T13:59","limit":1},"id":12}
<< {"jsonrpc": "2.0", "result": {"items": [{"kind": "listing", "source": "listings", "id": 2, "name": "Ruby!", "match": "exact", "score": 1.0, "store_id": 1, "store_name": "Look Inna Book", "price": 10.64, "stock": null, "authors": null}], "total": 23, "next_cursor": "WyI2ZmUyM2VkOWUzNzE4YTg2IiwiWzAsMSxcIlJ1YnkhXCJdIiwyXQ"}, "id": 12}
// A query of signs alone finds names that have them.
>> {"jsonrpc":"2.0","method":"search.find","params":{"query":"!","limit":1},"id":13}
<< {"jsonrpc": "2.0", "result": {"items": [{"kind": "listing", "source": "listings", "id": 2, "name": "Ruby!", "match": "part", "score": 0.15909091, "store_id": 1, "store_name": "Look Inna Book", "price": 10.64, "stock": null, "authors": null}], "total": 1, "next_cursor": null}, "id": 13}
>> {"jsonrpc":"2.0","method":"search.find","params":{"query":"   "},"id":14}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "detail": "query: must not be blank", "errors": [{"parameter": "query", "path": ["query"], "problem": "must not be blank"}]}}, "id": 14}
>> {"jsonrpc":"2.0","method":"search.find","params":{"query":"ruby","kinds":["planet"]},"id":15}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "detail": "kinds.0: must be 'store', 'listing' or 'book'", "errors": [{"parameter": "kinds", "path": ["kinds", "0"], "problem": "must be 'store', 'listing' or 'book'"}]}}, "id": 15}
>> {"jsonrpc":"2.0","method":"search.find","params":{"query":"ruby","cursor":"abc"},"id":16}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "detail": "cursor: is not a cursor that was given out", "errors": [{"parameter": "cursor", "path": ["cursor"], "problem": "is not a cursor that was given out"}]}}, "id": 16}
