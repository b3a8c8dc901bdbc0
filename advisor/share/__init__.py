"""What a decision leaves behind: saved assessments, reports for colleagues, and the check whether a verdict holds.

In: advice, situations, measured runs and diagnoses.
Out: documents, records with every revision, and what has moved since.
Never: a rule, a score or a price of its own.
"""
