"""What happens when things break: `python -m tests.faults`, or `make faults`."""
