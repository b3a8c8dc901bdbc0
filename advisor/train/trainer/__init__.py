"""The process that really trains: a run folder with settings and rows in, an adapter and its evidence out."""
