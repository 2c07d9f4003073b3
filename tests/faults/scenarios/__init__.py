"""A module for each thing that goes wrong; see tests/faults/frame.py."""
