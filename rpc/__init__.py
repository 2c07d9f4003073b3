"""HTTP and JSON-RPC: the endpoint, the methods behind it and their documentation."""
