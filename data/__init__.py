"""The datasets, and how they get into the database: extract, transform, load."""
