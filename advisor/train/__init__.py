"""Size, plan and run a fine-tune: a spec comes in, a plan and a job come out."""
