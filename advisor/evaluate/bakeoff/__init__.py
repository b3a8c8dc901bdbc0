"""The bake-off: every way of adapting a model, asked about the same held-out rows, and an honest comparison of the answers."""
