"""Measure instead of argue: answers of any systems on the same rows in, an honest comparison and a verdict out."""
