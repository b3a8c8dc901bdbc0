"""The task of the demonstration: the handbook of an invented firm, its questions, and how answers are scored."""
