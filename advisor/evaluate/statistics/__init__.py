"""Pure functions from scores to intervals, tests, power and stopping; every row score is a number whose mean is the metric."""
