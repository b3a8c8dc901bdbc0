"""Short trainings for the service."""

HYPERPARAMETERS = {
    "n_epochs": 2,
    "batch_size": 4,
    "lora_r": 4,
    "context_length": 128,
    "max_steps": 6,
    "eval_every_steps": 2,
}
