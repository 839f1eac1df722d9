"""Kernels are compiled before a notebook runs: on first use they say so, and stored outputs know nothing of that."""


def pytest_collection_finish(session):
    if any(item.path.suffix == ".ipynb" for item in session.items) and not session.config.option.collectonly:
        from img2num_nb.cli.compile_kernels import compile_kernels

        compile_kernels()
