"""What a decision leaves behind: saved assessments, reports for colleagues, and the check whether a verdict still holds.

Advice comes in, documents and records go out. Nothing is decided or priced here.
"""
