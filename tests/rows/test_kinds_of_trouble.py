"""Trouble that people have published with training rows, by kind: each is found at its rows, mended or refused."""

from __future__ import annotations

import json

import pytest

from advisor.data.audit import audit
from advisor.data.checks.contract import chat, good_rows
from advisor.data.fix import FixOptions, fix
from advisor.data.records import AuditInputs
from advisor.data.split import SplitOptions, split
from advisor.errors import AdvisorError
from tests.data.files import lines, write


def findings(path, **more):
    return audit(AuditInputs(data=path, **more)).findings


def rows_of(found, check, words=""):
    return sorted(row for one in found if one.check == check and words in one.message for row in one.rows)


def errors(found):
    return [
        (one.check, one.message)
        for one in found
        if one.severity == "error" and one.check != "too-few-examples"
    ]


def fixed(tmp_path, rows, *, to_chat=True):
    source = rows if hasattr(rows, "exists") else write(tmp_path / "given.jsonl", rows)
    done = fix(source, tmp_path / "fixed.jsonl", FixOptions(to_chat=to_chat))
    return done, lines(tmp_path / "fixed.jsonl")


def asked(number):
    return (
        f"Where is order number {number} with the {['lamp', 'fan', 'lock', 'hub'][number % 4]} of last week?"
    )


def answered(number):
    return f"Order {number} left our house on Monday and is with the carrier, so it is about {number} hours away."


SYSTEM = "You are the shop's assistant."
PARAMETERS = {"type": "object", "properties": {"item": {"type": "string"}}, "required": ["item"]}
TOOL = {"name": "get_stock", "description": "Stock of an item", "parameters": PARAMETERS}


def test_tool_turns_of_sharegpt_become_calls_with_results_that_pass_the_audit(tmp_path):
    rows = [
        {
            "conversations": [
                {"from": "human", "value": asked(n)},
                {
                    "from": "function_call",
                    "value": json.dumps({"name": "get_stock", "arguments": {"item": f"fan {n}"}}),
                },
                {"from": "observation", "value": f'{{"n": {n}}}'},
                {"from": "gpt", "value": answered(n)},
            ],
            "system": SYSTEM,
            "tools": json.dumps([TOOL]),
        }
        for n in range(20)
    ]
    done, written = fixed(tmp_path, rows)
    assert (done.written, done.quarantined) == (20, 0)
    roles = [one["role"] for one in written[3]["messages"]]
    assert roles == ["system", "user", "assistant", "tool", "assistant"]
    call, result = written[3]["messages"][2]["tool_calls"][0], written[3]["messages"][3]
    assert call["id"] == result["tool_call_id"]
    assert json.loads(call["function"]["arguments"]) == {"item": "fan 3"}
    assert written[3]["tools"] == [{"type": "function", "function": TOOL}]
    assert errors(findings(tmp_path / "fixed.jsonl")) == []


@pytest.mark.parametrize(
    "place",
    [
        {"schemaVersion": "bedrock-conversation-2024", "system": [{"text": SYSTEM}]},
        {"system": SYSTEM},
        {"system_prompt": SYSTEM},
        {"systemInstruction": {"parts": [{"text": SYSTEM}]}},
    ],
)
def test_a_system_prompt_is_kept_wherever_it_is(place, tmp_path):
    rows = [{**place, **chat(asked(n), answered(n))} for n in range(12)]
    _, written = fixed(tmp_path, rows)
    assert all(one["messages"][0] == {"role": "system", "content": SYSTEM} for one in written)
    assert not place.keys() & written[0].keys() - {"schemaVersion"}


def test_images_are_carried_over_and_held_against_their_marks(tmp_path):
    def row(number, marks):
        return {**chat("<image>" * marks + asked(number), answered(number)), "images": [f"{number}.jpg"]}

    rows = [row(n, {4: 2, 8: 0}.get(n, 1)) for n in range(20)]
    found = findings(write(tmp_path / "a.jsonl", rows))
    assert rows_of(found, "image-marks") == [5, 9]
    done, written = fixed(tmp_path, rows)
    assert done.quarantined == 2
    assert written[0]["images"] == ["0.jpg"]


def test_an_image_alone_is_a_question_and_no_answer(tmp_path):
    image = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
    rows = [chat([{"type": "text", "text": asked(n)}, image], answered(n)) for n in range(20)]
    rows[5] = chat([image], answered(5))
    rows[9] = chat(asked(9), [{"type": "text", "text": answered(9)}, image])
    found = findings(write(tmp_path / "a.jsonl", rows))
    assert rows_of(found, "empty-turn") == []
    assert rows_of(found, "image-marks") == [10]
    _, written = fixed(tmp_path, rows)
    assert written[5]["messages"][0]["content"] == [image]


PADDED = {
    "refusal": None,
    "audio": None,
    "annotations": [],
    "function_call": None,
    "tool_calls": None,
    "name": None,
}


@pytest.mark.parametrize("field", [*PADDED, None])
def test_a_null_is_an_absence(field, tmp_path):
    padding = PADDED if field is None else {field: PADDED[field]}
    rows = [
        {"messages": [{**one, **padding} for one in chat(asked(n), answered(n))["messages"]], "tools": None}
        for n in range(20)
    ]
    assert errors(findings(write(tmp_path / "a.jsonl", rows))) == []
    done, written = fixed(tmp_path, rows, to_chat=False)
    assert done.quarantined == 0
    assert "tools" not in written[0]
    assert all(value is not None for one in written[0]["messages"] for value in one.values())


def test_a_defect_of_every_row_is_counted_and_empties_no_file(tmp_path):
    rows = [{"messages": chat(asked(n), answered(n))["messages"][::-1][1:]} for n in range(20)]
    done, _ = fixed(tmp_path, rows, to_chat=False)
    assert done.written == 20
    assert done.reasons["role-order in every row, kept"] == 20


def test_rows_that_cannot_be_read_lose_nothing_on_the_way_to_chat(tmp_path):
    rows = [{"messages": f"[{{'role': 'user', 'content': '{asked(n)}'}}]"} for n in range(20)]
    _, written = fixed(tmp_path, rows)
    assert written == rows


@pytest.mark.parametrize("mark", [{"label": False}, {"kto_tag": False}, {"label": "bad"}, {"rating": 1}])
def test_an_answer_marked_as_bad_is_found(mark, tmp_path):
    rows = [{"prompt": asked(n), "completion": answered(n)} for n in range(20)]
    rows[7] |= mark
    assert rows_of(findings(write(tmp_path / "a.jsonl", rows)), "marked-bad") == [8]


def test_a_pair_shares_its_prompt(tmp_path):
    pair = {"chosen": chat(asked(1), "Yes, it is on the shelf.")["messages"]}
    pair["rejected"] = chat(asked(2), "No idea at all.")["messages"]
    good = [{"prompt": asked(n), "chosen": answered(n), "rejected": "No idea."} for n in range(15)]
    assert rows_of(findings(write(tmp_path / "a.jsonl", [*good, pair])), "schema", "same prompt") == [16]


def test_what_only_a_lenient_reader_takes_is_a_finding_and_fix_counts_it(tmp_path):
    text = "\r\n".join(json.dumps(chat(asked(n), answered(n))) for n in range(12)) + "\r\n"
    path = tmp_path / "windows.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    forms = {one.evidence["form"] for one in findings(path) if one.check == "plain-form"}
    assert forms == {"byte-order-mark", "crlf"}
    done, _ = fixed(tmp_path, path)
    assert (done.reasons["byte order mark"], done.reasons["line ends"], done.changed) == (1, 12, 12)
    assert not (tmp_path / "fixed.jsonl").read_bytes().startswith(b"\xef")
    assert [one for one in findings(tmp_path / "fixed.jsonl") if one.check == "plain-form"] == []


def test_safe_spellings_of_roles_are_mended_and_others_are_not(tmp_path):
    rows = [chat(asked(n), answered(n)) for n in range(12)]
    rows[2]["messages"][1]["role"] = "Assistant"
    rows[4]["messages"][0]["role"] = "user "
    rows[6]["messages"][1]["role"] = "bot"
    found = findings(write(tmp_path / "a.jsonl", rows))
    assert rows_of(found, "plain-form", "role") == [3, 5]
    assert rows_of(found, "schema") == [7]
    done, written = fixed(tmp_path, rows, to_chat=False)
    assert (done.reasons["role spelling"], done.quarantined) == (2, 1)
    assert {one["role"] for row in written for one in row["messages"]} == {"user", "assistant"}


@pytest.mark.parametrize(
    ("field", "odd"),
    [
        ("content", [{"type": "text", "text": asked(3)}]),
        ("name", 7),
    ],
)
def test_one_field_with_two_types_is_found_at_the_rarer_one(field, odd, tmp_path):
    rows = [chat(asked(n), answered(n)) for n in range(20)]
    for row in rows:
        row["messages"][0] |= {"name": "ana"}
    rows[3]["messages"][0][field] = odd
    found = findings(write(tmp_path / "a.jsonl", rows))
    assert rows_of(found, "mixed-types", field) == [4]


def test_parts_of_text_are_joined_so_that_the_column_has_one_type(tmp_path):
    rows = [chat(asked(n), answered(n)) for n in range(12)]
    rows[3] = chat([{"type": "text", "text": asked(3)}], answered(3))
    done, written = fixed(tmp_path, rows, to_chat=False)
    assert written[3] == chat(asked(3), answered(3))
    assert done.reasons == {"text parts joined": 1}


def test_reasoning_marks_are_balanced_uniform_and_in_one_place(tmp_path):
    def thought(number):
        return f"<think>\nLook at order {number}.\n</think>\n\n{answered(number)}"

    rows = [chat(asked(n), thought(n)) for n in range(20)]
    rows[3] = chat(asked(3), f"Look.\n</think>\n\n{answered(3)}")
    rows[5] = chat(asked(5), "<think>\nThe order is late and")
    rows[9] = chat(asked(9), answered(9))
    rows[11]["messages"][1] = {"role": "assistant", "content": answered(11), "reasoning_content": "Look."}
    found = findings(write(tmp_path / "a.jsonl", rows))
    assert rows_of(found, "reasoning-marks", "never opened") == [4]
    assert rows_of(found, "reasoning-marks", "never closed") == [6]
    assert rows_of(found, "reasoning-marks", "no reasoning") == [10]
    assert rows_of(found, "reasoning-marks", "field of its own") == [12]


def rendered(number, end=" </s>"):
    return {"text": f"<s>[INST] {asked(number)} [/INST] {answered(number)}{end}"}


def test_a_text_without_the_closing_mark_of_the_others_is_found(tmp_path):
    rows = [rendered(n, "" if n in (3, 5) else " </s>") for n in range(20)]
    assert rows_of(findings(write(tmp_path / "a.jsonl", rows)), "end-mark") == [4, 6]


def test_marks_of_a_template_do_not_make_rows_alike(tmp_path):
    as_text = findings(write(tmp_path / "text.jsonl", [rendered(n) for n in range(30)]))
    as_chat = findings(write(tmp_path / "chat.jsonl", [chat(asked(n), answered(n)) for n in range(30)]))
    alike = [
        [(one.severity, one.count) for one in found if one.check == "near-duplicate"]
        for found in (as_text, as_chat)
    ]
    assert alike[0] == alike[1]


def grown(number, steps):
    turns = [turn for step in range(steps) for turn in chat(
        f"Step {step} of case {number}: {asked(number * 7 + step)}", answered(number * 5 + step)
    )["messages"]]  # fmt: skip
    return {"messages": turns}


def test_rows_grown_from_one_conversation_stay_on_one_side(tmp_path):
    data = write(tmp_path / "a.jsonl", [grown(n, steps) for n in range(20) for steps in (1, 2, 3)])
    manifest = split(data, tmp_path / "out", SplitOptions(eval_share=0.3))
    sides = [{(row - 1) // 3 for row in side.source_rows} for side in (manifest.train, manifest.eval)]
    assert not sides[0] & sides[1]


@pytest.mark.parametrize("field", ["conversation_id", "session-id", "ticket_id", "thread_id"])
def test_an_id_that_repeats_keeps_its_rows_on_one_side(field, tmp_path):
    words = [
        "amber",
        "birch",
        "cedar",
        "delta",
        "ember",
        "fjord",
        "grove",
        "haven",
        "inlet",
        "jetty",
        "knoll",
    ]
    rows = [
        {
            **chat(
                f"{words[n % 11]} {words[n * 3 % 11]} {n} {words[n * 7 % 10]}", f"{words[n * 5 % 11]} {n}"
            ),
            field: f"c{n // 3}",
        }
        for n in range(60)
    ]
    manifest = split(write(tmp_path / "a.jsonl", rows), tmp_path / "out", SplitOptions(eval_share=0.3))
    sides = [{(row - 1) // 3 for row in side.source_rows} for side in (manifest.train, manifest.eval)]
    assert not sides[0] & sides[1]


def test_the_audit_sees_the_leaks_that_the_split_avoids(tmp_path):
    train = write(tmp_path / "train.jsonl", [grown(n, 1) for n in range(20)])
    held_out = write(tmp_path / "eval.jsonl", [grown(n, 3) for n in range(5)])
    assert rows_of(findings(train, eval=held_out), "eval-leak-conversation") == [1, 2, 3, 4, 5]


def test_a_row_without_turns_is_an_error_and_takes_no_part_in_shares(tmp_path):
    rows = [
        {"conversations": [{"from": "human", "value": asked(n)}, {"from": "gpt", "value": answered(n)}]}
        for n in range(20)
    ]
    rows[4] = {"conversations": []}
    found = findings(write(tmp_path / "a.jsonl", rows))
    assert rows_of(found, "schema") == [5]
    assert rows_of(found, "system-missing") == []
    assert fixed(tmp_path, rows)[0].quarantined == 1


@pytest.mark.parametrize(("encoding", "named"), [("cp1252", "CP1252"), ("gb18030", "GB18030")])
def test_a_table_that_is_not_utf8_is_refused_with_its_likely_encoding(encoding, named, tmp_path):
    text = "question;answer\n" + "".join(f"{asked(n)};{answered(n)}\n" for n in range(9))
    odd = "Größe: 5 €" if encoding == "cp1252" else "灯在办公室里面，请按一下按钮"
    path = tmp_path / "a.csv"
    path.write_bytes(f"{text}What size?;{odd}\n".encode(encoding))
    with pytest.raises(AdvisorError, match="not UTF-8") as refused:
        audit(AuditInputs(data=path))
    assert refused.value.place.endswith(":11")
    assert named in refused.value.problem + refused.value.remedy


def test_a_key_written_twice_with_two_values_is_found(tmp_path):
    twice = (
        b'{"messages":[{"role":"user","content":"a b"},{"role":"assistant","content":"one","content":"two"}]}'
    )
    equal = (
        b'{"messages":[{"role":"user","content":"c d"},{"role":"assistant","content":"one","content":"one"}]}'
    )
    colons = json.dumps(chat('Is "content": right?', 'Yes: {"content": "a", "content": "b"}')).encode()
    found = findings(write(tmp_path / "a.jsonl", [*good_rows(12), twice, equal, colons]))
    assert rows_of(found, "broken-line") == [13]


def test_a_call_that_nothing_answers_is_an_error_unless_it_ends_the_row(tmp_path):
    def row(number, *, answered_by_tool, goes_on):
        call = {
            "id": f"c{number}",
            "type": "function",
            "function": {"name": "get_stock", "arguments": '{"item": "fan"}'},
        }
        turns = [
            {"role": "user", "content": asked(number)},
            {"role": "assistant", "content": None, "tool_calls": [call]},
        ]
        turns += [{"role": "tool", "tool_call_id": f"c{number}", "content": "3"}] if answered_by_tool else []
        turns += [{"role": "assistant", "content": answered(number)}] if goes_on else []
        return {"messages": turns, "tools": [{"type": "function", "function": TOOL}]}

    rows = [row(n, answered_by_tool=True, goes_on=True) for n in range(15)]
    rows[5] = row(5, answered_by_tool=False, goes_on=True)
    rows[7] = row(7, answered_by_tool=False, goes_on=False)
    found = [one for one in findings(write(tmp_path / "a.jsonl", rows)) if one.check == "tool-calls"]
    assert [(one.severity, one.rows) for one in found] == [("error", [6])]
    assert "result" in found[0].remedy


def test_separators_that_split_lines_elsewhere_are_noted_and_written_as_escapes(tmp_path):
    rows = [chat(asked(n), answered(n)) for n in range(12)]
    rows[3] = chat(asked(3), "Hold it.\u2028Then let go of the button.")
    found = findings(write(tmp_path / "a.jsonl", rows))
    assert rows_of(found, "plain-form", "U+2028") == [4]
    _, written = fixed(tmp_path, rows, to_chat=False)
    assert "\u2028" in written[3]["messages"][1]["content"]
    assert len((tmp_path / "fixed.jsonl").read_text(encoding="utf-8").splitlines()) == 12


def test_a_batch_with_its_answers_is_read_as_conversations(tmp_path):
    rows = [
        {
            "custom_id": f"r{n}",
            "method": "POST",
            "body": {"model": "gpt-4.1", "messages": [{"role": "user", "content": asked(n)}]},
            "response": {"body": {"choices": [{"message": {"role": "assistant", "content": answered(n)}}]}},
        }
        for n in range(12)
    ]
    _, written = fixed(tmp_path, rows)
    assert [one["role"] for one in written[3]["messages"]] == ["user", "assistant"]
