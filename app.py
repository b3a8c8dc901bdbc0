"""Start of the app: page set-up and navigation, nothing else."""

# Worker processes read the script that started them again, under another name; only Streamlit's own run draws pages.
if __name__ == "__main__":
    import os

    # Many visitors already share the cores: a thread of its own for each small product only makes them wait.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

    import numpy as np  # noqa: F401  # Loaded before any script thread: two threads importing it at once break Plotly.

    from advisor.ui.pages import run

    run()
