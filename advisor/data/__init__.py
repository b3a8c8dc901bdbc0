"""Training rows: read, checked, mended, split and varied.

In: rows in any known format, compressed or not; where wanted, held-out and production rows.
Out: one kind of conversation, findings with their rows, and new files: fixed, split, augmented.
Never: a change to the file that was read; rows leave the machine only for an endpoint or a cluster that was named.
"""
