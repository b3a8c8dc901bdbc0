"""Read a row of any known format, write it as chat, read that: it is the same conversation."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.data.rows.chat_form import as_chat
from advisor.data.rows.formats import to_conversation

from .known_formats import FORMATS


def plain(row):
    """What a conversation says, without where it stood and how it was written."""
    return replace(row, row=0, shape="", problems=[], lenient=[])


@pytest.mark.parametrize("name", FORMATS)
@given(st.data())
@settings(max_examples=150, deadline=None)
def test_what_is_read_is_written_and_read_again(name, data):
    value = data.draw(FORMATS[name])
    first = to_conversation(1, value)
    written = json.loads(json.dumps(as_chat(first)))
    second = to_conversation(1, written)
    assert plain(second) == plain(first)
    assert not second.lenient
    assert set(second.problems) <= set(first.problems)


@pytest.mark.parametrize("name", FORMATS)
@given(st.data())
@settings(max_examples=80, deadline=None)
def test_every_word_of_a_row_is_in_its_chat_form(name, data):
    value = data.draw(FORMATS[name])
    written = "\n".join(leaves(as_chat(to_conversation(1, value))))
    assert [word for word in leaves(value, ROUTING) if word not in written] == []


ROUTING = {
    "custom_id",
    "method",
    "model",
    "schemaVersion",
    "type",
    "role",
    "from",
    "mimeType",
    "media_type",
    "format",
}


def leaves(value, without=frozenset()):
    """All texts of a value, those in JSON text and behind a data address too."""
    if isinstance(value, str):
        inner = parsed(value)
        yield from leaves(inner, without) if isinstance(inner, (dict, list)) else [value]
    elif isinstance(value, dict):
        for key, one in value.items():
            if key not in without:
                yield from leaves(one, without)
    elif isinstance(value, list):
        for one in value:
            yield from leaves(one, without)


def parsed(text):
    try:
        return json.loads(text)
    except ValueError:
        return text
