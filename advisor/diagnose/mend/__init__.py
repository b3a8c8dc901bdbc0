"""What to change in the rows, the prompt and the next training: a diagnosis in, a patch out, and a new file from it."""
