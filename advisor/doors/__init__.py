"""Where people and programs come in: app, shell, agents, and briefs in free words.

A door parses what it was told, makes one call and shows what came back. It holds no logic of its own.
"""
