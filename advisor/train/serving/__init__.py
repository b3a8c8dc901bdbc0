"""Serve what was trained: adapters as GGUF on one base, or merged, behind an OpenAI-compatible address."""
