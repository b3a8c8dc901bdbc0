"""Judges: asked in both orders, calibrated on rows whose better answer is known and on people's word, or refused.

A frame of judgements has the columns ``example``, ``a``, ``b`` (two arms), ``order`` (``ab``: a was shown first, or
``ba``) and ``choice`` (``a``, ``b``, ``tie``; null where the judge's word could not be read).
"""
