"""Measure instead of argue: answers of several systems to the same held-out rows.

In: answers that exist, or systems to ask; references, scorers, judges and raters.
Out: scores, paired intervals, a verdict with its margin, and a run that an assessment can keep.
Never: a failed row left out, or a verdict where the rows cannot tell.
"""
