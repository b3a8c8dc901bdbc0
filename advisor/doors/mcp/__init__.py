"""The door for agents: tools, resources and prompts over the Model Context Protocol; no logic lives here."""
