// library: copies for loan, loans, and the line of those who wait. Books 31 to 50 have copies.

>> {"jsonrpc":"2.0","method":"library.availability","params":{"book_id":33},"id":1}
<< {"jsonrpc": "2.0", "result": {"book_id": 33, "total_copies": 1, "available_copies": 1, "on_loan": 0, "held": 0, "queue_length": 0}, "id": 1}
>> {"jsonrpc":"2.0","method":"library.availability","params":{"book_id":1},"id":2}
<< {"jsonrpc": "2.0", "result": {"book_id": 1, "total_copies": 0, "available_copies": 0, "on_loan": 0, "held": 0, "queue_length": 0}, "id": 2}
>> {"jsonrpc":"2.0","method":"library.availability","params":{"book_id":999},"id":3}
<< {"jsonrpc": "2.0", "error": {"code": 104, "message": "No book has id 999.", "data": {"type": "not_found", "retryable": false, "kind": "book", "id": 999}}, "id": 3}
// The only copy goes out. The member has it for 14 days.
>> {"jsonrpc":"2.0","method":"library.checkout","params":{"member_id":7,"book_id":33,"idempotency_key":"desk-0042"},"id":4}
<< {"jsonrpc": "2.0", "result": {"outcome": "loaned", "loan": {"id": 35, "member_id": 7, "book_id": 33, "loaned_at": "2026-11-23T17:39:26.899000Z", "due_at": "2026-12-07T17:39:26.899000Z", "renewals": 0, "returned_at": null, "is_overdue": false}, "reservation": null}, "id": 4}
>> {"jsonrpc":"2.0","method":"library.checkout","params":{"member_id":7,"book_id":33},"id":5}
<< {"jsonrpc": "2.0", "error": {"code": 2002, "message": "Member 7 has book 33 on loan.", "data": {"type": "already_on_loan", "retryable": false, "member_id": 7, "book_id": 33, "loan_id": 35, "due_at": "2026-12-07T17:39:26.899000Z"}}, "id": 5}
>> {"jsonrpc":"2.0","method":"library.checkout","params":{"member_id":7,"book_id":1},"id":6}
<< {"jsonrpc": "2.0", "error": {"code": 2001, "message": "Book 1 has no copies for loan; library.set_copies gives it some.", "data": {"type": "no_copies", "retryable": false, "book_id": 1}}, "id": 6}
// With no copy free, a checkout joins the line by itself; library.reserve does so on purpose.
>> {"jsonrpc":"2.0","method":"library.checkout","params":{"member_id":8,"book_id":33},"id":7}
<< {"jsonrpc": "2.0", "result": {"outcome": "reserved", "loan": null, "reservation": {"id": 36, "member_id": 8, "book_id": 33, "status": "waiting", "position": 1, "estimated_ready_at": "2026-12-07T17:39:26.899000Z", "reserved_at": "2026-11-23T17:39:26.920000Z", "fetch_by": null}}, "id": 7}
>> {"jsonrpc":"2.0","method":"library.reserve","params":{"member_id":9,"book_id":33},"id":8}
<< {"jsonrpc": "2.0", "result": {"outcome": "reserved", "loan": null, "reservation": {"id": 37, "member_id": 9, "book_id": 33, "status": "waiting", "position": 2, "estimated_ready_at": "2026-12-21T17:39:26.899000Z", "reserved_at": "2026-11-23T17:39:26.930000Z", "fetch_by": null}}, "id": 8}
>> {"jsonrpc":"2.0","method":"library.reserve","params":{"member_id":9,"book_id":33},"id":9}
<< {"jsonrpc": "2.0", "error": {"code": 2004, "message": "Member 9 has reserved book 33 already.", "data": {"type": "already_reserved", "retryable": false, "member_id": 9, "book_id": 33, "position": 2, "estimated_ready_at": "2026-12-21T17:39:26.899000Z"}}, "id": 9}
>> {"jsonrpc":"2.0","method":"library.reserve","params":{"member_id":10,"book_id":33},"id":10}
<< {"jsonrpc": "2.0", "result": {"outcome": "reserved", "loan": null, "reservation": {"id": 38, "member_id": 10, "book_id": 33, "status": "waiting", "position": 3, "estimated_ready_at": "2027-01-04T17:39:26.899000Z", "reserved_at": "2026-11-23T17:39:26.944000Z", "fetch_by": null}}, "id": 10}
// Where copies are free there is nothing to wait for.
>> {"jsonrpc":"2.0","method":"library.reserve","params":{"member_id":9,"book_id":32},"id":11}
<< {"jsonrpc": "2.0", "error": {"code": 2003, "message": "Copies of book 32 are free, 3 of them; check one out.", "data": {"type": "copies_available", "retryable": false, "book_id": 32, "available": 3}}, "id": 11}
// Positions from 1; the second waits for a second round of the one copy.
>> {"jsonrpc":"2.0","method":"library.queue","params":{"book_id":33},"id":12}
<< {"jsonrpc": "2.0", "result": {"items": [{"position": 1, "member_id": 8, "reserved_at": "2026-11-23T17:39:26.920000Z", "status": "waiting", "estimated_ready_at": "2026-12-07T17:39:26.899000Z", "fetch_by": null}, {"position": 2, "member_id": 9, "reserved_at": "2026-11-23T17:39:26.930000Z", "status": "waiting", "estimated_ready_at": "2026-12-21T17:39:26.899000Z", "fetch_by": null}, {"position": 3, "member_id": 10, "reserved_at": "2026-11-23T17:39:26.944000Z", "status": "waiting", "estimated_ready_at": "2027-01-04T17:39:26.899000Z", "fetch_by": null}], "next_cursor": null, "holds": []}, "id": 12}
// Not yet: nobody has brought the copy back, and a loan is not renewed while others wait.
>> {"jsonrpc":"2.0","method":"library.fulfill","params":{"member_id":8,"book_id":33},"id":13}
<< {"jsonrpc": "2.0", "error": {"code": 2005, "message": "No copy of book 33 is held for member 8, who is at position 1.", "data": {"type": "not_ready", "retryable": false, "member_id": 8, "book_id": 33, "position": 1, "estimated_ready_at": "2026-12-07T17:39:26.899000Z"}}, "id": 13}
>> {"jsonrpc":"2.0","method":"library.renew","params":{"member_id":7,"book_id":33},"id":14}
<< {"jsonrpc": "2.0", "error": {"code": 2011, "message": "Others wait for book 33, 3 in all; return it by its due date.", "data": {"type": "others_waiting", "retryable": false, "book_id": 33, "queue_length": 3, "due_at": "2026-12-07T17:39:26.899000Z"}}, "id": 14}
// The copy passes to the first in the line at the moment of its return.
>> {"jsonrpc":"2.0","method":"library.return","params":{"member_id":7,"book_id":33},"id":15}
<< {"jsonrpc": "2.0", "result": {"loan": {"id": 35, "member_id": 7, "book_id": 33, "loaned_at": "2026-11-23T17:39:26.899000Z", "due_at": "2026-12-07T17:39:26.899000Z", "renewals": 0, "returned_at": "2026-11-23T17:39:26.975000Z", "is_overdue": false}, "handed_to": 8}, "id": 15}
>> {"jsonrpc":"2.0","method":"library.return","params":{"member_id":7,"book_id":33},"id":16}
<< {"jsonrpc": "2.0", "error": {"code": 2006, "message": "Member 7 does not have book 33 on loan.", "data": {"type": "not_on_loan", "retryable": false, "member_id": 7, "book_id": 33}}, "id": 16}
>> {"jsonrpc":"2.0","method":"library.availability","params":{"book_id":33},"id":17}
<< {"jsonrpc": "2.0", "result": {"book_id": 33, "total_copies": 1, "available_copies": 0, "on_loan": 0, "held": 1, "queue_length": 2}, "id": 17}
// Member 8 lets the next one go first, and is the next one after.
>> {"jsonrpc":"2.0","method":"library.step_aside","params":{"member_id":8,"book_id":33},"id":18}
<< {"jsonrpc": "2.0", "result": {"reservation": {"id": 36, "member_id": 8, "book_id": 33, "status": "waiting", "position": 1, "estimated_ready_at": "2026-12-10T17:39:26.996000Z", "reserved_at": "2026-11-23T17:39:26.920000Z", "fetch_by": null}, "handed_to": 9}, "id": 18}
>> {"jsonrpc":"2.0","method":"library.queue","params":{"book_id":33},"id":19}
<< {"jsonrpc": "2.0", "result": {"items": [{"position": 1, "member_id": 8, "reserved_at": "2026-11-23T17:39:26.920000Z", "status": "waiting", "estimated_ready_at": "2026-12-10T17:39:26.996000Z", "fetch_by": null}, {"position": 2, "member_id": 10, "reserved_at": "2026-11-23T17:39:26.944000Z", "status": "waiting", "estimated_ready_at": "2026-12-24T17:39:26.996000Z", "fetch_by": null}], "next_cursor": null, "holds": [{"position": null, "member_id": 9, "reserved_at": "2026-11-23T17:39:26.930000Z", "status": "ready", "estimated_ready_at": "2026-11-23T17:39:26.996000Z", "fetch_by": "2026-11-26T17:39:26.996000Z"}]}, "id": 19}
// The held copy becomes a loan; it is lent to nobody else.
>> {"jsonrpc":"2.0","method":"library.checkout","params":{"member_id":7,"book_id":33},"id":20}
<< {"jsonrpc": "2.0", "result": {"outcome": "reserved", "loan": null, "reservation": {"id": 43, "member_id": 7, "book_id": 33, "status": "waiting", "position": 3, "estimated_ready_at": "2027-01-07T17:39:26.996000Z", "reserved_at": "2026-11-23T17:39:27.015000Z", "fetch_by": null}}, "id": 20}
>> {"jsonrpc":"2.0","method":"library.fulfill","params":{"member_id":9,"book_id":33},"id":21}
<< {"jsonrpc": "2.0", "result": {"outcome": "loaned", "loan": {"id": 44, "member_id": 9, "book_id": 33, "loaned_at": "2026-11-23T17:39:27.024000Z", "due_at": "2026-12-07T17:39:27.024000Z", "renewals": 0, "returned_at": null, "is_overdue": false}, "reservation": null}, "id": 21}
>> {"jsonrpc":"2.0","method":"library.cancel_reservation","params":{"member_id":8,"book_id":33},"id":22}
<< {"jsonrpc": "2.0", "result": {"reservation": {"id": 36, "member_id": 8, "book_id": 33, "status": "cancelled", "position": null, "estimated_ready_at": null, "reserved_at": "2026-11-23T17:39:26.920000Z", "fetch_by": null}, "handed_to": null}, "id": 22}
>> {"jsonrpc":"2.0","method":"library.cancel_reservation","params":{"member_id":8,"book_id":33},"id":23}
<< {"jsonrpc": "2.0", "error": {"code": 2007, "message": "Member 8 has no open reservation of book 33.", "data": {"type": "not_reserved", "retryable": false, "member_id": 8, "book_id": 33}}, "id": 23}
>> {"jsonrpc":"2.0","method":"library.step_aside","params":{"member_id":7,"book_id":33},"id":24}
<< {"jsonrpc": "2.0", "error": {"code": 2012, "message": "Nobody waits for book 33 behind member 7.", "data": {"type": "nobody_behind", "retryable": false, "member_id": 7, "book_id": 33}}, "id": 24}
>> {"jsonrpc":"2.0","method":"library.step_aside","params":{"member_id":10,"book_id":33},"id":25}
<< {"jsonrpc": "2.0", "result": {"reservation": {"id": 38, "member_id": 10, "book_id": 33, "status": "waiting", "position": 2, "estimated_ready_at": "2026-12-21T17:39:27.024000Z", "reserved_at": "2026-11-23T17:39:26.944000Z", "fetch_by": null}, "handed_to": null}, "id": 25}
// A renewal counts from the due date, and there are two of them.
>> {"jsonrpc":"2.0","method":"library.renew","params":{"member_id":2,"book_id":44},"id":26}
<< {"jsonrpc": "2.0", "result": {"loan": {"id": 21, "member_id": 2, "book_id": 44, "loaned_at": "2026-11-23T17:39:26.491000Z", "due_at": "2026-12-21T17:39:26.491000Z", "renewals": 1, "returned_at": null, "is_overdue": false}}, "id": 26}
>> {"jsonrpc":"2.0","method":"library.renew","params":{"member_id":2,"book_id":44},"id":27}
<< {"jsonrpc": "2.0", "result": {"loan": {"id": 21, "member_id": 2, "book_id": 44, "loaned_at": "2026-11-23T17:39:26.491000Z", "due_at": "2027-01-04T17:39:26.491000Z", "renewals": 2, "returned_at": null, "is_overdue": false}}, "id": 27}
>> {"jsonrpc":"2.0","method":"library.renew","params":{"member_id":2,"book_id":44},"id":28}
<< {"jsonrpc": "2.0", "error": {"code": 2010, "message": "Loan 21 has been renewed 2 times; 2 is the most.", "data": {"type": "renewal_limit_reached", "retryable": false, "loan_id": 21, "renewals": 2, "renewals_max": 2, "due_at": "2027-01-04T17:39:26.491000Z"}}, "id": 28}
// No fewer copies than are out or held; new ones go to those who wait.
>> {"jsonrpc":"2.0","method":"library.set_copies","params":{"book_id":33,"copies":0},"id":29}
<< {"jsonrpc": "2.0", "error": {"code": 2008, "message": "0 is too few for book 33: on loan 1, held 0.", "data": {"type": "copies_in_use", "retryable": false, "book_id": 33, "copies": 0, "on_loan": 1, "held": 0, "copies_min": 1}}, "id": 29}
>> {"jsonrpc":"2.0","method":"library.set_copies","params":{"book_id":33,"copies":2},"id":30}
<< {"jsonrpc": "2.0", "result": {"book_id": 33, "total_copies": 2, "available_copies": 0, "on_loan": 1, "held": 1, "queue_length": 1}, "id": 30}
>> {"jsonrpc":"2.0","method":"library.queue","params":{"book_id":33},"id":31}
<< {"jsonrpc": "2.0", "result": {"items": [{"position": 1, "member_id": 10, "reserved_at": "2026-11-23T17:39:26.944000Z", "status": "waiting", "estimated_ready_at": "2026-12-07T17:39:27.024000Z", "fetch_by": null}], "next_cursor": null, "holds": [{"position": null, "member_id": 7, "reserved_at": "2026-11-23T17:39:27.015000Z", "status": "ready", "estimated_ready_at": "2026-11-23T17:39:27.093000Z", "fetch_by": "2026-11-26T17:39:27.093000Z"}]}, "id": 31}
>> {"jsonrpc":"2.0","method":"library.loans","params":{"member_id":9},"id":32}
<< {"jsonrpc": "2.0", "result": {"items": [{"id": 44, "member_id": 9, "book_id": 33, "loaned_at": "2026-11-23T17:39:27.024000Z", "due_at": "2026-12-07T17:39:27.024000Z", "renewals": 0, "returned_at": null, "is_overdue": false}], "next_cursor": null}, "id": 32}
>> {"jsonrpc":"2.0","method":"library.loans","params":{"book_id":33,"open":false},"id":33}
<< {"jsonrpc": "2.0", "result": {"items": [{"id": 35, "member_id": 7, "book_id": 33, "loaned_at": "2026-11-23T17:39:26.899000Z", "due_at": "2026-12-07T17:39:26.899000Z", "renewals": 0, "returned_at": "2026-11-23T17:39:26.975000Z", "is_overdue": false}], "next_cursor": null}, "id": 33}
>> {"jsonrpc":"2.0","method":"library.loans","params":{"overdue":true},"id":34}
<< {"jsonrpc": "2.0", "result": {"items": [], "next_cursor": null}, "id": 34}
>> {"jsonrpc":"2.0","method":"library.loans","params":{"member_id":2,"book_id":"33"},"id":35}
<< {"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params", "data": {"type": "invalid_params", "retryable": false, "detail": "book_id: must be a whole number, not a string", "errors": [{"parameter": "book_id", "path": ["book_id"], "problem": "must be a whole number, not a string"}]}}, "id": 35}
// All that has happened to the book, in order.
>> {"jsonrpc":"2.0","method":"library.events","params":{"book_id":33},"id":36}
<< {"jsonrpc": "2.0", "result": {"items": [{"id": 3, "book_id": 33, "number": 1, "kind": "set_copies", "at": "2026-11-23T17:39:26.467000Z", "member_id": null, "due_at": null, "expires_at": null, "copies": 1}, {"id": 35, "book_id": 33, "number": 2, "kind": "checkout", "at": "2026-11-23T17:39:26.899000Z", "member_id": 7, "due_at": "2026-12-07T17:39:26.899000Z", "expires_at": null, "copies": null}, {"id": 36, "book_id": 33, "number": 3, "kind": "reserve", "at": "2026-11-23T17:39:26.920000Z", "member_id": 8, "due_at": null, "expires_at": null, "copies": null}, {"id": 37, "book_id": 33, "number": 4, "kind": "reserve", "at": "2026-11-23T17:39:26.930000Z", "member_id": 9, "due_at": null, "expires_at": null, "copies": null}, {"id": 38, "book_id": 33, "number": 5, "kind": "reserve", "at": "2026-11-23T17:39:26.944000Z", "member_id": 10, "due_at": null, "expires_at": null, "copies": null}, {"id": 39, "book_id": 33, "number": 6, "kind": "return", "at": "2026-11-23T17:39:26.975000Z", "member_id": 7, "due_at": null, "expires_at": null, "copies": null}, {"id": 40, "book_id": 33, "number": 7, "kind": "hold", "at": "2026-11-23T17:39:26.975000Z", "member_id": 8, "due_at": null, "expires_at": "2026-11-26T17:39:26.975000Z", "copies": null}, {"id": 41, "book_id": 33, "number": 8, "kind": "step_aside", "at": "2026-11-23T17:39:26.996000Z", "member_id": 8, "due_at": null, "expires_at": null, "copies": null}, {"id": 42, "book_id": 33, "number": 9, "kind": "hold", "at": "2026-11-23T17:39:26.996000Z", "member_id": 9, "due_at": null, "expires_at": "2026-11-26T17:39:26.996000Z", "copies": null}, {"id": 43, "book_id": 33, "number": 10, "kind": "reserve", "at": "2026-11-23T17:39:27.015000Z", "member_id": 7, "due_at": null, "expires_at": null, "copies": null}, {"id": 44, "book_id": 33, "number": 11, "kind": "fulfill", "at": "2026-11-23T17:39:27.024000Z", "member_id": 9, "due_at": "2026-12-07T17:39:27.024000Z", "expires_at": null, "copies": null}, {"id": 45, "book_id": 33, "number": 12, "kind": "cancel", "at": "2026-11-23T17:39:27.036000Z", "member_id": 8, "due_at": null, "expires_at": null, "copies": null}, {"id": 46, "book_id": 33, "number": 13, "kind": "step_aside", "at": "2026-11-23T17:39:27.054000Z", "member_id": 10, "due_at": null, "expires_at": null, "copies": null}, {"id": 49, "book_id": 33, "number": 14, "kind": "set_copies", "at": "2026-11-23T17:39:27.093000Z", "member_id": null, "due_at": null, "expires_at": null, "copies": 2}, {"id": 50, "book_id": 33, "number": 15, "kind": "hold", "at": "2026-11-23T17:39:27.093000Z", "member_id": 7, "due_at": null, "expires_at": "2026-11-26T17:39:27.093000Z", "copies": null}], "next_cursor": null}, "id": 36}
>> {"jsonrpc":"2.0","method":"library.events","params":{"member_id":7,"kind":"return"},"id":37}
<< {"jsonrpc": "2.0", "result": {"items": [{"id": 39, "book_id": 33, "number": 6, "kind": "return", "at": "2026-11-23T17:39:26.975000Z", "member_id": 7, "due_at": null, "expires_at": null, "copies": null}], "next_cursor": null}, "id": 37}
