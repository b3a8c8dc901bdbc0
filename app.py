"""Start of the app: who may ask, page set-up and navigation, nothing else."""

# Streamlit reads this file twice: once as a module, to serve the app, and as a script for every page that is drawn.
# Worker processes read the script that started them again, under another name, and need nothing of it.
if __name__ == "__main__":
    import os

    # Many visitors already share the cores: a thread of its own for each small product only makes them wait.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

    import numpy as np  # noqa: F401  # Loaded before any script thread: two threads importing it at once break Plotly.

    from advisor.doors.ui.pages import run

    run()
elif __name__ != "__mp_main__":
    from starlette.middleware import Middleware
    from streamlit.starlette import App

    from advisor.doors.ui.serving import OwnNamesOnly, ask_nobody_outside

    ask_nobody_outside()
    app = App(__file__, middleware=[Middleware(OwnNamesOnly)])
