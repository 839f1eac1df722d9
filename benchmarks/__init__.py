"""Side by side with peers, in one run: ``python -m benchmarks quantize|filter|scale --images DIR``. No assertion on time."""
