"""The methods, one module a namespace."""
