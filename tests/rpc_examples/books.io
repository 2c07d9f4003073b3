// books: the catalogue and its stock. The demo data has 50 books, each with one copy.

// One book, by its id.
>> {"jsonrpc":"2.0","method":"books.get","params":{"id":1},"id":1}
<< {"jsonrpc":"2.0","result":{"id":1,"title":"The Lord of the Rings","authors":["J.R.R. Tolkien"],"pages":1184,"price":18.89,"isbn":null,"stock":1,"archived":false},"id":1}
// Nobody has book 99, and the error says so in a form that a program can read.
>> {"jsonrpc":"2.0","method":"books.get","params":{"id":99},"id":2}
<< {"jsonrpc":"2.0","error":{"code":104,"message":"No book has id 99.","data":{"type":"not_found","retryable":false,"kind":"book","id":99}},"id":2}
// Whole words, whatever their case and accents; sorted by price, two at a time.
>> {"jsonrpc":"2.0","method":"books.list","params":{"author":"rowling","sort":"price","order":"desc","limit":2},"id":3}
<< {"jsonrpc":"2.0","result":{"items":[{"id":5,"title":"Harry Potter and the Chamber of Secrets","authors":["J.K. Rowling"],"pages":352,"price":14.16,"isbn":null,"stock":1,"archived":false},{"id":4,"title":"Harry Potter and the Chamber of Secrets","authors":["J.K. Rowling"],"pages":352,"price":14.16,"isbn":null,"stock":1,"archived":false}],"next_cursor":"WyI5MjliZmNiZGQzM2UyYzZjIiwxNDE2LDRd"},"id":3}
// The next page, by the cursor of the one before.
>> {"jsonrpc": "2.0", "method": "books.list", "params": {"author": "rowling", "sort": "price", "order": "desc", "limit": 2, "cursor": "WyI5MjliZmNiZGQzM2UyYzZjIiwxNDE2LDRd"}, "id": 13}
<< {"jsonrpc":"2.0","result":{"items":[{"id":3,"title":"Harry Potter and the Chamber of Secrets","authors":["J.K. Rowling"],"pages":352,"price":14.16,"isbn":null,"stock":1,"archived":false}],"next_cursor":null},"id":13}
// A new book. Its ISBN is stored as ISBN-13.
>> {"jsonrpc":"2.0","method":"books.create","params":{"title":"Le Petit Prince","authors":["Antoine de Saint-Exupéry"],"pages":96,"price":7.5,"isbn":"0-15-601219-7","quantity":4},"id":4}
<< {"jsonrpc":"2.0","result":{"id":51,"title":"Le Petit Prince","authors":["Antoine de Saint-Exupéry"],"pages":96,"price":7.5,"isbn":"9780156012195","stock":4,"archived":false},"id":4}
>> {"jsonrpc":"2.0","method":"books.list","params":{"title":"petit","author":"exupery"},"id":5}
<< {"jsonrpc":"2.0","result":{"items":[{"id":51,"title":"Le Petit Prince","authors":["Antoine de Saint-Exupéry"],"pages":96,"price":7.5,"isbn":"9780156012195","stock":4,"archived":false}],"next_cursor":null},"id":5}
>> {"jsonrpc":"2.0","method":"books.get","params":{"isbn":"978-0-15-601219-5"},"id":6}
<< {"jsonrpc":"2.0","result":{"id":51,"title":"Le Petit Prince","authors":["Antoine de Saint-Exupéry"],"pages":96,"price":7.5,"isbn":"9780156012195","stock":4,"archived":false},"id":6}
// The same ISBN again: the conflict tells which book has it.
>> {"jsonrpc":"2.0","method":"books.create","params":{"title":"The Little Prince","authors":["Antoine de Saint-Exupéry"],"pages":96,"price":8,"isbn":"9780156012195"},"id":7}
<< {"jsonrpc":"2.0","error":{"code":109,"message":"Book 51 has ISBN 9780156012195.","data":{"type":"conflict","retryable":false,"isbn":"9780156012195","book_id":51}},"id":7}
// Each parameter at fault is named.
>> {"jsonrpc":"2.0","method":"books.create","params":{"title":" ","authors":["Anonymous"],"pages":0,"price":9.999},"id":8}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "detail": "title: must not be blank", "errors": [{"parameter": "title", "path": ["title"], "problem": "must not be blank"}, {"parameter": "pages", "path": ["pages"], "problem": "must be at least 1"}, {"parameter": "price", "path": ["price"], "problem": "must have at most two decimals"}]}}, "id": 8}
>> {"jsonrpc":"2.0","method":"books.update","params":{"id":2,"price":13.49},"id":9}
<< {"jsonrpc":"2.0","result":{"id":2,"title":"The Mother Tongue: English and How It Got That Way","authors":["Bill Bryson"],"pages":270,"price":13.49,"isbn":null,"stock":1,"archived":false},"id":9}
>> {"jsonrpc":"2.0","method":"books.restock","params":{"id":2,"quantity":10},"id":10}
<< {"jsonrpc":"2.0","result":{"id":2,"title":"The Mother Tongue: English and How It Got That Way","authors":["Bill Bryson"],"pages":270,"price":13.49,"isbn":null,"stock":11,"archived":false},"id":10}
// After a count: set the stock, provided that it is what you take it to be.
>> {"jsonrpc":"2.0","method":"books.set_stock","params":{"id":2,"quantity":9,"expected_quantity":11},"id":11}
<< {"jsonrpc":"2.0","result":{"id":2,"title":"The Mother Tongue: English and How It Got That Way","authors":["Bill Bryson"],"pages":270,"price":13.49,"isbn":null,"stock":9,"archived":false},"id":11}
>> {"jsonrpc":"2.0","method":"books.set_stock","params":{"id":2,"quantity":8,"expected_quantity":11},"id":12}
<< {"jsonrpc":"2.0","error":{"code":109,"message":"Book 2 has 9 copies on hand, not 11.","data":{"type":"conflict","retryable":false,"book_id":2,"expected_quantity":11,"actual_quantity":9}},"id":12}
// Out of the catalogue: not listed any more, not sold any more ...
>> {"jsonrpc":"2.0","method":"books.archive","params":{"id":51},"id":14}
<< {"jsonrpc":"2.0","result":{"id":51,"title":"Le Petit Prince","authors":["Antoine de Saint-Exupéry"],"pages":96,"price":7.5,"isbn":"9780156012195","stock":4,"archived":true},"id":14}
>> {"jsonrpc":"2.0","method":"books.list","params":{"author":"exupery"},"id":15}
<< {"jsonrpc":"2.0","result":{"items":[],"next_cursor":null},"id":15}
>> {"jsonrpc":"2.0","method":"sales.create","params":{"book_id":51},"id":16}
<< {"jsonrpc":"2.0","error":{"code":1005,"message":"Book 51 is archived; books.unarchive puts it back into the catalogue.","data":{"type":"book_archived","retryable":false,"book_id":51}},"id":16}
// ... and back again. null takes the ISBN away.
>> {"jsonrpc":"2.0","method":"books.unarchive","params":{"id":51},"id":17}
<< {"jsonrpc":"2.0","result":{"id":51,"title":"Le Petit Prince","authors":["Antoine de Saint-Exupéry"],"pages":96,"price":7.5,"isbn":"9780156012195","stock":4,"archived":false},"id":17}
>> {"jsonrpc":"2.0","method":"books.update","params":{"id":51,"isbn":null},"id":18}
<< {"jsonrpc":"2.0","result":{"id":51,"title":"Le Petit Prince","authors":["Antoine de Saint-Exupéry"],"pages":96,"price":7.5,"isbn":null,"stock":4,"archived":false},"id":18}
