"""The chat template used for training: it marks the assistant's tokens and never slips in a system prompt."""

from __future__ import annotations

from typing import Any

from advisor.errors import AdvisorError

CHATML_MARKS = ("<|im_start|>", "<|im_end|>")

# A message with weight 0 is shown to the model and not learned from, as in OpenAI's format.
CHATML_TRAINING_TEMPLATE = (
    "{%- for message in messages -%}"
    "{{- '<|im_start|>' + message['role'] + '\n' -}}"
    "{%- if message['role'] == 'assistant' and message['weight'] != 0 -%}"
    "{%- generation -%}{{- message['content'] + '<|im_end|>' -}}{%- endgeneration -%}"
    "{%- else -%}{{- message['content'] + '<|im_end|>' -}}{%- endif -%}"
    "{{- '\n' -}}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\n' -}}{%- endif -%}"
)

# The same text without the marks, for servers whose template engine does not know them.
CHATML_SERVING_TEMPLATE = (
    "{%- for message in messages -%}"
    "{{- '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' -}}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\n' -}}{%- endif -%}"
)


def set_training_template(tokenizer: Any) -> None:
    """Set a template on `tokenizer` that marks the assistant's tokens; refuse one that cannot be marked."""
    vocabulary = tokenizer.get_vocab()
    if all(mark in vocabulary for mark in CHATML_MARKS) and not _supports_tools(tokenizer):
        tokenizer.chat_template = CHATML_TRAINING_TEMPLATE
        return
    from trl.chat_template_utils import get_training_chat_template

    try:
        patched = get_training_chat_template(tokenizer)
    except (ValueError, TypeError, AttributeError):
        raise AdvisorError(
            "the model's chat template does not say which tokens are the assistant's",
            place="base model",
            remedy="Use an instruct model with a known template, or add {% generation %} marks to its template.",
        ) from None
    if patched is not None:
        tokenizer.chat_template = patched


def _supports_tools(tokenizer: Any) -> bool:
    # templates that render tools (Qwen and its kin) are known to trl, and must keep that ability
    return "tools" in (tokenizer.chat_template or "")
