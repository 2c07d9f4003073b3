"""What `make bench` runs: ideas of the design against going without them, as ratios of one run."""
