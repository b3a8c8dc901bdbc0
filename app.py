"""Start of the app: page set-up and navigation, nothing else."""

import numpy as np  # noqa: F401  # Loaded before any script thread: two threads importing it at once break Plotly.

from advisor.ui.pages import run

run()
