"""Start of the app: page set-up and navigation, nothing else."""

from advisor.ui.pages import run

run()
