"""Rows of every known format, with every field that the format knows, for hypothesis to draw from."""

from __future__ import annotations

import json

from hypothesis import strategies as st

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=20).filter(
    lambda text: text.strip()
)
NAMES = st.from_regex(r"[a-z]{2,8}", fullmatch=True)
ARGUMENTS = st.dictionaries(NAMES, st.integers(-9, 9) | WORDS, max_size=2)
URLS = st.from_regex(r"https://example\.com/[a-z]{1,5}\.png", fullmatch=True)


def optional(**fields):
    """Any of the fields, each there, null, or left out."""
    return st.fixed_dictionaries({}, optional={key: st.none() | one for key, one in fields.items()})


def merged(*parts):
    return st.tuples(*parts).map(lambda given: {key: value for part in given for key, value in part.items()})


def fixed(**fields):
    return st.fixed_dictionaries(fields)


PARAMETERS = st.just({"type": "object", "properties": {"a": {"type": "string"}}})
FUNCTION = merged(fixed(name=NAMES, parameters=PARAMETERS), optional(description=WORDS))
TOOLS = st.lists(fixed(type=st.just("function"), function=FUNCTION), min_size=1, max_size=2)
OTHER_FIELDS = optional(
    id=WORDS,
    conversation_id=WORDS,
    source=WORDS,
    metadata=st.dictionaries(
        NAMES | st.sampled_from(["system", "tools", "label", "messages"]), WORDS, max_size=2
    ),
    images=st.lists(URLS, min_size=1, max_size=2),
    label=st.booleans(),
)


# OpenAI chat, with parts, images, tools in both forms, weights, reasoning.
TEXT_PART = fixed(type=st.just("text"), text=WORDS)
IMAGE_PART = fixed(type=st.just("image_url"), image_url=fixed(url=URLS))
PARTS = st.lists(TEXT_PART | IMAGE_PART, min_size=1, max_size=3)
CALL = fixed(
    id=NAMES,
    type=st.just("function"),
    function=fixed(name=NAMES, arguments=ARGUMENTS.map(json.dumps) | ARGUMENTS),
)
USER = merged(fixed(role=st.just("user"), content=WORDS | PARTS), optional(name=NAMES))
ANSWER = merged(
    fixed(role=st.just("assistant"), content=WORDS),
    optional(
        weight=st.sampled_from([0, 1]), reasoning_content=WORDS, tool_calls=st.none(), refusal=st.none()
    ),
)
CALLING = merged(
    fixed(
        role=st.just("assistant"),
        content=st.none() | WORDS,
        tool_calls=st.lists(CALL, min_size=1, max_size=2),
    ),
    optional(function_call=st.none()),
)
RESULT = fixed(
    role=st.just("tool"), tool_call_id=NAMES, content=WORDS | st.lists(TEXT_PART, min_size=1, max_size=2)
)
OLD_CALLING = fixed(
    role=st.just("assistant"),
    content=st.none(),
    function_call=fixed(name=NAMES, arguments=ARGUMENTS.map(json.dumps)),
)
OLD_RESULT = fixed(role=st.just("function"), name=NAMES, content=WORDS)
SYSTEM = fixed(role=st.just("system"), content=WORDS)
TURNS = st.lists(st.one_of(USER, ANSWER, CALLING, RESULT, OLD_CALLING, OLD_RESULT), min_size=1, max_size=5)
MESSAGES = st.tuples(st.lists(SYSTEM, max_size=1), TURNS).map(lambda both: [*both[0], *both[1]])
CHAT = merged(
    fixed(messages=MESSAGES), optional(tools=TOOLS, functions=st.lists(FUNCTION, min_size=1)), OTHER_FIELDS
)
CHAT_WITH_SYSTEM_COLUMN = merged(fixed(system=WORDS, messages=TURNS), optional(tools=TOOLS), OTHER_FIELDS)

# ShareGPT, with LLaMA-Factory's tool turns.
SAID = st.one_of(
    fixed(**{"from": st.sampled_from(["human", "user"]), "value": WORDS}),
    merged(
        fixed(**{"from": st.sampled_from(["gpt", "assistant"]), "value": WORDS}),
        optional(weight=st.sampled_from([0, 1])),
    ),
    fixed(
        **{"from": st.just("function_call"), "value": fixed(name=NAMES, arguments=ARGUMENTS).map(json.dumps)}
    ),
    fixed(**{"from": st.sampled_from(["observation", "function_response"]), "value": WORDS}),
)
SHAREGPT = merged(
    fixed(conversations=st.lists(SAID, min_size=1, max_size=5)),
    optional(system=WORDS, tools=st.lists(FUNCTION, min_size=1, max_size=2).map(json.dumps)),
    OTHER_FIELDS,
)

# Vertex.
VERTEX_PART = st.one_of(
    fixed(text=WORDS),
    fixed(inlineData=fixed(mimeType=st.just("image/png"), data=st.just("aGk="))),
    fixed(functionCall=fixed(name=NAMES, args=ARGUMENTS)),
    fixed(functionResponse=fixed(name=NAMES, response=ARGUMENTS)),
    fixed(text=WORDS, thought=st.just(True)),
)
VERTEX = merged(
    fixed(
        contents=st.lists(
            fixed(
                role=st.sampled_from(["user", "model"]), parts=st.lists(VERTEX_PART, min_size=1, max_size=3)
            ),
            min_size=1,
            max_size=4,
        )
    ),
    optional(
        systemInstruction=fixed(
            role=st.just("system"), parts=st.lists(fixed(text=WORDS), min_size=1, max_size=2)
        ),
        tools=st.lists(
            fixed(functionDeclarations=st.lists(FUNCTION, min_size=1, max_size=2)), min_size=1, max_size=1
        ),
    ),
)

# Bedrock.
BEDROCK_PART = st.one_of(
    fixed(text=WORDS),
    fixed(image=fixed(format=st.just("png"), source=fixed(bytes=st.just("aGk=")))),
    fixed(toolUse=fixed(toolUseId=NAMES, name=NAMES, input=ARGUMENTS)),
    fixed(toolResult=fixed(toolUseId=NAMES, content=st.lists(fixed(text=WORDS), min_size=1, max_size=2))),
    fixed(reasoningContent=fixed(reasoningText=fixed(text=WORDS))),
)
BEDROCK = merged(
    fixed(
        schemaVersion=st.just("bedrock-conversation-2024"),
        messages=st.lists(
            fixed(
                role=st.sampled_from(["user", "assistant"]),
                content=st.lists(BEDROCK_PART, min_size=1, max_size=3),
            ),
            min_size=1,
            max_size=4,
        ),
    ),
    optional(
        system=st.lists(fixed(text=WORDS), min_size=1, max_size=2),
        toolConfig=fixed(
            tools=st.lists(
                fixed(toolSpec=fixed(name=NAMES, inputSchema=fixed(json=PARAMETERS))), min_size=1, max_size=2
            )
        ),
    ),
)

# Anthropic.
ANTHROPIC_PART = st.one_of(
    TEXT_PART,
    fixed(
        type=st.just("image"),
        source=fixed(type=st.just("base64"), media_type=st.just("image/png"), data=st.just("aGk=")),
    ),
    fixed(type=st.just("tool_use"), id=NAMES, name=NAMES, input=ARGUMENTS),
    fixed(
        type=st.just("tool_result"),
        tool_use_id=NAMES,
        content=WORDS | st.lists(TEXT_PART, min_size=1, max_size=2),
    ),
    fixed(type=st.just("thinking"), thinking=WORDS),
)
ANTHROPIC = merged(
    fixed(
        messages=st.lists(
            fixed(
                role=st.sampled_from(["user", "assistant"]),
                content=WORDS | st.lists(ANTHROPIC_PART, min_size=1, max_size=3),
            ),
            min_size=1,
            max_size=4,
        )
    ),
    optional(
        system=WORDS, tools=st.lists(fixed(name=NAMES, input_schema=PARAMETERS), min_size=1, max_size=2)
    ),
)

ALPACA = merged(
    fixed(instruction=WORDS, output=WORDS),
    optional(input=WORDS, system=WORDS, history=st.lists(st.tuples(WORDS, WORDS).map(list), max_size=2)),
    OTHER_FIELDS,
)
PROMPT_COMPLETION = merged(
    fixed(
        prompt=WORDS | st.lists(USER | ANSWER, min_size=1, max_size=3),
        completion=WORDS | st.lists(ANSWER, min_size=1, max_size=1),
    ),
    optional(system=WORDS, tools=TOOLS),
    OTHER_FIELDS,
)
TURN = fixed(role=st.just("assistant"), content=WORDS)
SIDES = {
    "chosen": WORDS | st.lists(TURN, min_size=1, max_size=2),
    "rejected": WORDS | st.lists(TURN, min_size=1, max_size=2),
}
PREFERENCE = merged(
    fixed(prompt=WORDS | st.lists(USER | ANSWER, min_size=1, max_size=3), **SIDES),
    optional(system=WORDS, tools=TOOLS),
)
OPENAI_PREFERENCE = fixed(
    input=merged(fixed(messages=MESSAGES), optional(tools=TOOLS, parallel_tool_calls=st.booleans())),
    preferred_output=st.lists(TURN, min_size=1, max_size=1),
    non_preferred_output=st.lists(TURN, min_size=1, max_size=1),
)
SHAREGPT_PREFERENCE = merged(
    fixed(
        conversations=st.lists(SAID, min_size=1, max_size=3),
        chosen=fixed(**{"from": st.just("gpt"), "value": WORDS}),
        rejected=fixed(**{"from": st.just("gpt"), "value": WORDS}),
    ),
    optional(system=WORDS),
)
BATCH = fixed(
    custom_id=WORDS,
    method=st.just("POST"),
    body=merged(fixed(model=NAMES, messages=MESSAGES), optional(tools=TOOLS)),
    response=fixed(body=fixed(choices=st.lists(fixed(message=ANSWER | CALLING), min_size=1, max_size=1))),
)

FORMATS = {
    "chat": CHAT,
    "chat with a system column": CHAT_WITH_SYSTEM_COLUMN,
    "sharegpt": SHAREGPT,
    "vertex": VERTEX,
    "bedrock": BEDROCK,
    "anthropic": ANTHROPIC,
    "alpaca": ALPACA,
    "prompt-completion": PROMPT_COMPLETION,
    "preference": PREFERENCE,
    "openai preference": OPENAI_PREFERENCE,
    "sharegpt preference": SHAREGPT_PREFERENCE,
    "batch": BATCH,
}
