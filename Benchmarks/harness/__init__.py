"""What the benchmarks share: the processes they start, the load they send, the tables they print."""
