"""Causes tested by intervention: suspicions and a model at hand in, paired results out, the cheapest test first."""
