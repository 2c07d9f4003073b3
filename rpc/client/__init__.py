"""Typed clients of one file, without dependencies, for those who call the service."""
