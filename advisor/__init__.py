"""Advisor: how to adapt a language model to a task, with reasons, costs and evidence."""

__version__ = "0.1.0"
