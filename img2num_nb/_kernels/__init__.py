"""The compiled loops (numba), and nothing else: one file a job, no colour names, no options, no checks.

Rules that keep results bit-identical on every CPU and for every number of threads:

* no fast-math: LLVM may then neither reorder sums nor fuse multiply and add;
* only ``+ - * /``, ``sqrt``, bit operations and ``fma`` where it is written out, which IEEE 754 defines to the last bit: no libm;
* sums run over integers held in float64 or int64 (exact in any order), or in an order fixed by the image.

Each kernel works on a range of rows, pixels, colours or cells, without the GIL; `run.chunked` spreads the ranges over
threads. Plain threads instead of numba's own: they can be called from several Python threads at a time, cancelled
between chunks, and they report progress.
"""
