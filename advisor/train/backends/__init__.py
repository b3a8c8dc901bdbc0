"""Backends, one module each; the table of them is `advisor.train.table`."""
