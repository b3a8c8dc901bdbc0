"""Loads, when imported, what every worker process needs; the server that workers are forked from imports it once.

Nothing here may run a Polars query: a process that has Polars' threads must not be forked.
"""

from advisor.cost.tokens import encoding
from advisor.data import characters, checks, measuring, words

__all__ = ["checks", "measuring"]

encoding("o200k_base")
words.word_hashes(["a"])
characters.class_table()
characters.script_table()
