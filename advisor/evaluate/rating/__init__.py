"""People rate: two answers side by side, arms hidden, sides at random; when enough is said, this says so."""
