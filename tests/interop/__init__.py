"""Foreign JSON-RPC clients that call the service, and OpenRPC's own tools that read its document.

`python -m tests.interop`, or `make interop`.
"""
