"""The datasets and their way into the database: extract, transform, load."""
