"""What all topics use: connection, core, caches, paging. It imports no topic."""
