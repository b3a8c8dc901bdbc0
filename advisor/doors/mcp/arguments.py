"""The arguments that several tools share, with the limits that keep a call small."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

Text = Annotated[str, Field(max_length=2_000)]
AnswerValue = bool | float | Text | list[Text] | None
AnswersArgument = Annotated[
    dict[str, AnswerValue],
    Field(
        max_length=200,
        description="Answers by fact name, as the resource advisor://questions lists them: the id of an option, a list "
        "of ids, a number in the fact's unit, or true and false. Leave out or give null for what nobody knows; "
        "never guess a number.",
    ),
]
DayArgument = Annotated[
    date | None,
    Field(description="Rules and prices of this day, YYYY-MM-DD; the server's day where it is left out."),
]
PathArgument = Annotated[
    str,
    Field(
        min_length=1,
        max_length=4_096,
        description="A path below a folder that was granted with --root; a relative one starts at the first root.",
    ),
]
NameArgument = Annotated[str, Field(min_length=1, max_length=300)]
ConfirmArgument = Annotated[
    bool,
    Field(description="Set to true only after the person has agreed to exactly this."),
]
