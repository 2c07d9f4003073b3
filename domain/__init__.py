"""Pure rules and models: no I/O, and no import of the other packages."""
