"""Text that a chat template has rendered already: the marks of known templates, and the words between them."""

from __future__ import annotations

import re

_HEADER = (
    r"<\|start_header_id\|>\s*(?P<llama>\w+)\s*<\|end_header_id\|>",
    r"<\|im_start\|>\s*(?P<chatml>\w+)\s*\n?",
    r"<start_of_turn>\s*(?P<gemma>\w+)\s*\n?",
    r"<\|(?P<phi>user|assistant|system)\|>",
    r"(?P<open>\[INST\])",
    r"(?P<close>\[/INST\])",
)
_HEADERS = re.compile("|".join(_HEADER))
MARK = re.compile(r"<\|[^|<>\s]{1,40}\|>|<(?:start|end)_of_turn>|</?s>|<bos>|<eos>|\[/?INST\]|<</?SYS>>")


def rendered_turns(text: str) -> tuple[str, str] | None:
    """Return the last question and answer of rendered text, without the marks; None where there are no marks."""
    if "<" not in text and "[INST]" not in text:
        return None
    marks = list(_HEADERS.finditer(text))
    if not marks:
        return None
    prompt = answer = ""
    for mark, end in zip(marks, [*(one.start() for one in marks[1:]), len(text)], strict=True):
        words = MARK.sub(" ", text[mark.end() : end]).strip()
        role = {"open": "user", "close": "assistant"}.get(str(mark.lastgroup), mark[mark.lastgroup or 0])
        if role == "user":
            prompt = words
        elif role in {"assistant", "model"}:
            answer = words
    return prompt, answer
