"""One room for training rows: where they come from, the formats they are in, and the one conversation they become."""
