"""Size, plan and run a fine-tune.

In: answers, rows, a backend and the settings that somebody chose.
Out: memory, time and money; a plan and its bundle; a job that outlives the shell; a served model.
Never: money spent or rows sent before a plan is submitted.
"""
