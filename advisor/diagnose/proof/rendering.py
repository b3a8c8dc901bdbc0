"""Render a conversation with the training's chat template, up to where the answer begins."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from advisor.errors import AdvisorError, did_you_mean

NAMED: Final = {
    "chatml": "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}<|im_start|>assistant\n",
    "llama-3": (
        "{% for m in messages %}<|start_header_id|>{{ m.role }}<|end_header_id|>\n\n{{ m.content }}<|eot_id|>{% endfor %}"
        "<|start_header_id|>assistant<|end_header_id|>\n\n"
    ),
    "mistral": "{% for m in messages %}{% if m.role == 'assistant' %} {{ m.content }}</s>{% else %}[INST] {{ m.content }} [/INST]{% endif %}{% endfor %}",
    "gemma": (
        "{% for m in messages %}<start_of_turn>{{ 'model' if m.role == 'assistant' else 'user' }}\n{{ m.content }}<end_of_turn>\n"
        "{% endfor %}<start_of_turn>model\n"
    ),
}
"""Templates by name, for those who know only the family."""
_ENDS: Final = ("<|im_end|>", "<|eot_id|>", "<end_of_turn>", "</s>", "<|end|>")
_MARKS: Final = re.compile(r"\{%-?\s*(?:end)?generation\s*-?%\}")


def rendered(template: str, messages: Sequence[tuple[str, str]]) -> str:
    """Return the text that the model sees when it begins to answer.

    Args:
        template: Jinja text, or one of the names in `NAMED`.
        messages: Role and words of each turn.

    Raises:
        AdvisorError: The name is not known, or the template refuses these messages.
    """
    from jinja2 import TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    source = NAMED.get(template.strip().lower(), template)
    if "{" not in source:
        raise AdvisorError(
            f"there is no chat template '{source[:60]}'",
            place="training template",
            remedy=did_you_mean(source, NAMED),
        )
    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    turns = [{"role": role, "content": words} for role, words in messages]
    try:
        return environment.from_string(_MARKS.sub("", source)).render(
            messages=turns, add_generation_prompt=True, bos_token="", eos_token=""
        )
    except (TemplateError, TypeError, ValueError, OverflowError) as error:
        raise AdvisorError(
            f"the chat template cannot render the samples ({str(error)[:200]})",
            place="training template",
            remedy="Give the template that training used.",
        ) from None


def end_marks(template: str | None, told: str | None) -> tuple[str, ...]:
    """Return the texts at which an answer ends: the one that was told, and those that the template writes."""
    source = NAMED.get((template or "").strip().lower(), template or "")
    found = [mark for mark in _ENDS if mark in source]
    return tuple(dict.fromkeys([*([told] if told else []), *found]))[:4]
