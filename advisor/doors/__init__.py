"""Where people and programs come in: app, shell, agents, and briefs in free words.

In: clicks, commands, calls and files.
Out: what one call to the rooms behind returned, for people or as JSON.
Never: logic: a door parses what it was told, makes one call and shows what came back.
"""
