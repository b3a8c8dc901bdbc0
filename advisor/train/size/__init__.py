"""How large a training run is: parameters, memory by parts, what it fits on, how long it takes, what serving needs."""
