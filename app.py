"""Start of the app: page set-up and navigation, nothing else."""

# Worker processes read the script that started them again, under another name; only Streamlit's own run draws pages.
if __name__ == "__main__":
    import numpy as np  # noqa: F401  # Loaded before any script thread: two threads importing it at once break Plotly.

    from advisor.ui.pages import run

    run()
