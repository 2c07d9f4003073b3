"""Reads and changes on MongoDB; they return domain models and rows, never raw documents."""
