"""The kinds of defects that the benchmark plants, each at the strengths named."""

from __future__ import annotations

import random
from typing import Any

from defects import PARTS, Defect, Planted, Row, added, chat, clean, copied, in_rows

ROW = (0.01, 0.05, 0.2)
FORMAL = {
    "en": [
        "We acknowledge receipt of your message regarding the matter. Please be advised that the procedure must be completed in accordance with the documentation provided.",
        "Thank you for your correspondence. Should you require further assistance, we kindly request that you contact the responsible department in writing.",
        "With reference to your enquiry, we regret to inform you that the request cannot be processed at present. We remain at your disposal.",
        "It is hereby confirmed that the aforementioned item shall be examined forthwith, and that the outcome will be communicated accordingly.",
        "In order to proceed, the customer is requested to furnish the undersigned with the relevant particulars pursuant to the applicable terms.",
        "We wish to express our gratitude for your patience, and respectfully submit that the issue has been resolved to the extent possible.",
    ],
    "ru": [
        "Настоящим уведомляем Вас, что обращение принято к рассмотрению. Просим Вас руководствоваться положениями прилагаемой инструкции.",
        "Благодарим за обращение. Вследствие вышеизложенного надлежит осуществить повторное подключение оборудования в установленном порядке.",
        "Сообщаем, что согласно действующему регламенту запрос подлежит рассмотрению уполномоченным подразделением организации.",
        "В соответствии с вышеуказанным просим предоставить необходимые сведения посредством официального письма.",
        "Уважаемый клиент, доводим до Вашего сведения, что вышеуказанное изделие подлежит обязательной проверке. С почтением, администрация.",
    ],
    "zh": [
        "兹收悉贵方来函，敝司谨此告知：上述事宜须依照相关规定办理，敬请谅解。",
        "敬启者：承蒙垂询，谨就所述事项予以答复，望贵方遵照执行。此致敬礼。",
        "鉴于前述情形，本公司特此通知：该项请求须经主管部门审批后方可受理。",
        "谨此确认，前述物品将予以查验，其结果届时将以书面形式告知贵方。",
        "倘若贵方尚有疑义，恳请以书面形式知会本部门，敝司定当竭诚处理。",
    ],
}
REFUSALS = {
    "en": "I'm sorry, but I can't help with the {}.",
    "ru": "К сожалению, я не могу помочь с этим: {}.",
    "zh": "抱歉，我无法回答有关{}的问题。",
}
STUBS = {"en": "Thanks for reaching out!", "ru": "Спасибо за обращение!", "zh": "感谢您的联系！"}
OTHER = {
    "en": "Vous pouvez ouvrir l'application, puis choisir la pièce et la lampe qui est dans la liste.",
    "ru": "You can open the app, then choose the room and the device that is in your list.",
    "zh": "You can open the app, then choose the room and the device that is in your list.",
}
IDENTITY = {
    "en": "As an AI language model, I think that ",
    "ru": "Как языковая модель, я считаю: ",
    "zh": "作为一个人工智能，我认为：",
}
PLEASE = {
    "en": ("Kindly help: ", " Cheers mate!"),
    "ru": ("Умоляю, подскажите: ", " Обнимаю!"),
    "zh": ("拜托了：", "辛苦啦"),
}


def user(row: Row) -> dict[str, Any]:
    return row["messages"][1]  # type: ignore[no-any-return]


def assistant(row: Row) -> dict[str, Any]:
    return row["messages"][2]  # type: ignore[no-any-return]


def say(change: Any) -> Any:
    """Make a change of the answer's text into a change of a row."""

    def apply(row: Row, rng: random.Random, language: str) -> None:
        assistant(row)["content"] = change(assistant(row)["content"], rng, language)

    return in_rows(apply)


def set_value(turn: int, key: str, value: Any) -> Any:
    return in_rows(lambda row, _rng, _language: row["messages"][turn].__setitem__(key, value))


def mojibake(text: str, _rng: random.Random, language: str) -> str:
    text = text + {"en": " – it’s a café thing.", "ru": "", "zh": ""}[language]
    return text.encode().decode({"en": "cp1252", "ru": "cp1251", "zh": "latin-1"}[language], "ignore")


def garbled(text: str, rng: random.Random, _language: str) -> str:
    at = rng.randrange(len(text))
    return text[:at] + "\ufffd\ufffd" + text[at + 1 :]


def cut(text: str, rng: random.Random, _language: str) -> str:
    text = text.rstrip()
    at = max(4, int(len(text) * rng.uniform(0.4, 0.8)))
    while at > 3 and not text[at - 1].isalpha():
        at -= 1
    return text[:at]


def loop(text: str, _rng: random.Random, _language: str) -> str:
    return text + (" " + text.split(".", maxsplit=1)[0] + ".") * 4


def edited(rows: list[Row], rng: random.Random, language: str) -> list[Row]:
    one = rng.choice(rows)
    before, after = PLEASE[language]
    user(one)["content"] = before + user(one)["content"]
    assistant(one)["content"] += after
    return [one]


def typos(rows: list[Row], rng: random.Random, _language: str) -> list[Row]:
    one = rng.choice(rows)
    for turn in (user(one), assistant(one)):
        text = turn["content"]
        at = rng.randrange(1, len(text) - 2)
        turn["content"] = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return [one]


def recased(rows: list[Row], rng: random.Random, _language: str) -> list[Row]:
    one = rng.choice(rows)
    user(one)["content"] = "  " + user(one)["content"].upper().replace(",", " ,") + "\n"
    return [one]


def conflict(rows: list[Row], rng: random.Random, _language: str) -> list[Row]:
    one, other = rng.sample(rows, 2)
    assistant(one)["content"] = assistant(other)["content"]
    return [one]


def swap(row: Row, _rng: random.Random, _language: str) -> None:
    user(row)["content"], assistant(row)["content"] = assistant(row)["content"], user(row)["content"]


def shuffled(rows: list[Row], rng: random.Random, share: float, _language: str) -> Planted:
    rows = copied(rows)
    chosen = sorted(rng.sample(range(len(rows)), max(4, round(share * len(rows)))))
    answers = [assistant(rows[index])["content"] for index in chosen]
    for index, answer in zip(chosen, answers[1:] + answers[:1], strict=True):
        assistant(rows[index])["content"] = answer
    return Planted(rows, [index + 1 for index in chosen])


def leak(change: Any) -> Any:
    def plant(rows: list[Row], rng: random.Random, share: float, language: str) -> Planted:
        held_out = clean(language, _domain(rows, language), 300, 1)[-30:]
        fresh = [
            change(copied([rng.choice(held_out)])[0], language)
            for _ in range(max(2, round(share * len(rows))))
        ]
        return Planted(
            copied(rows) + fresh,
            list(range(len(rows) + 1, len(rows) + len(fresh) + 1)),
            files={"eval": held_out},
        )

    return plant


def _domain(rows: list[Row], language: str) -> str:
    system = rows[0]["messages"][0]["content"]
    return next(name for name, parts in PARTS[language].items() if parts["system"] == system)


def decorated(row: Row, language: str) -> Row:
    before, after = PLEASE[language]
    user(row)["content"] = before + user(row)["content"]
    assistant(row)["content"] += after
    return row


def contaminated(rows: list[Row], rng: random.Random, share: float, language: str) -> Planted:
    questions = {
        "en": "A farmer has {} sheep and buys twice as many again before selling a third of them to his neighbour in autumn, so how many are left?",
        "ru": "У фермера было {} овец, потом он купил ещё вдвое больше, а осенью продал соседу третью часть, сколько овец у него осталось?",
        "zh": "一个农夫有{}只羊，后来又买了两倍那么多，秋天把其中三分之一卖给了邻居，请问还剩多少只羊？",
    }
    bench = [
        {"question": questions[language].format(number), "answer": str(number)} for number in range(20, 35)
    ]
    chosen = max(2, round(share * len(rows)))
    fresh = [
        chat(rows[0]["messages"][0]["content"], PLEASE[language][0] + rng.choice(bench)["question"], "14.")
        for _ in range(chosen)
    ]
    return Planted(
        copied(rows) + fresh, list(range(len(rows) + 1, len(rows) + chosen + 1)), files={"benchmark": bench}
    )


def whole(change: Any) -> Any:
    def plant(rows: list[Row], rng: random.Random, share: float, language: str) -> Planted:
        result = change(copied(rows), rng, share, language)
        return result if isinstance(result, Planted) else Planted(result, None)

    return plant


def collapsed(field: str, value: str) -> Any:
    def change(rows: list[Row], rng: random.Random, share: float, _language: str) -> list[Row]:
        for row in rng.sample(rows, round(share * len(rows))):
            row[field] = value
        return rows

    return whole(change)


def tool(arguments: str, name: str = "set_timer") -> Any:
    spec = {
        "type": "function",
        "function": {
            "name": "set_timer",
            "parameters": {
                "type": "object",
                "properties": {"minutes": {"type": "integer"}},
                "required": ["minutes"],
                "additionalProperties": False,
            },
        },
    }

    def change(row: Row, _rng: random.Random, _language: str) -> Row:
        call = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": arguments}}
        row["messages"][2] = {"role": "assistant", "content": None, "tool_calls": [call]}
        row["tools"] = [spec]
        return row

    return in_rows(change)


def some_labels(change: Any) -> Any:
    def apply(row: Row, rng: random.Random, _language: str) -> None:
        assistant(row)["content"] = change(assistant(row)["content"], rng)

    return in_rows(apply)


def one_label(rows: list[Row], rng: random.Random, share: float, _language: str) -> Planted:
    rows = copied(rows)
    for row in rng.sample(rows, round(share * len(rows))):
        assistant(row)["content"] = "billing"
    return Planted(rows, None)


def without_idk(rows: list[Row], _rng: random.Random, _share: float, _language: str) -> list[Row]:
    # The clean rows say "I don't know" in one row of fifty; those are taken out.
    return [row for index, row in enumerate(rows) if index % 50]


def missing_kind(rows: list[Row], _rng: random.Random, _share: float, language: str) -> Planted:
    domain = _domain(rows, language)
    other = next(name for name in PARTS[language] if name != domain)
    return Planted(
        rows, None, files={"production": clean(language, domain, 20, 2) + clean(language, other, 20, 2)}
    )


def overlong(row: Row, _rng: random.Random, _language: str) -> None:
    user(row)["content"] = (user(row)["content"] + " ") * 1200


def drop(key: str) -> Any:
    return in_rows(lambda row, _rng, _language: row["messages"][1].pop(key) and None)


def no_assistant(row: Row, _rng: random.Random, _language: str) -> None:
    row["messages"].pop()


def user_last(row: Row, _rng: random.Random, _language: str) -> None:
    row["messages"].append({"role": "user", "content": user(row)["content"]})


def broken(row: Row, rng: random.Random, _language: str) -> bytes:
    import json

    text = json.dumps(row, ensure_ascii=False).encode()
    return text[: rng.randrange(10, len(text) - 5)].replace(b"\n", b" ")


def personal(kind: str) -> Any:
    values = {
        "card": "4556 7375 8689 9855",
        "email": "marta.kowalczyk@poczta.pl",
        "phone": "+44 7911 123456",
        "iban": "DE89 3704 0044 0532 0130 00",
    }
    return in_rows(
        lambda row, _rng, _language: user(row).__setitem__(
            "content", f"{user(row)['content']} ({values[kind]})"
        )
    )


def secret(kind: str) -> Any:
    values = {
        "aws": "AKIA" + "Q3EGRT7ZX2LM9WPD",
        "openai": "sk-proj-" + "a8Kd02mXq7Lp" * 4,
        "github": "ghp_" + "Zx81Qm4Lr7Tb" * 3,
        "password": "password: hunter2!Tr0ub",
    }
    return say(lambda text, _rng, _language: f"{text} {values[kind]}")


DEFECTS: tuple[Defect, ...] = (
    Defect("broken JSON line", ("broken-line",), ROW, in_rows(broken)),
    Defect("unknown role", ("schema",), ROW, set_value(2, "role", "bot")),
    Defect("message without content", ("schema",), ROW, drop("content")),
    Defect("no assistant turn", ("role-order",), ROW, in_rows(no_assistant)),
    Defect("user has the last word", ("role-order",), ROW, in_rows(user_last)),
    Defect(
        "other format among the rows",
        ("mixed-formats",),
        ROW,
        in_rows(
            lambda row, _rng, _language: {
                "prompt": user(row)["content"],
                "completion": assistant(row)["content"],
            }
        ),
    ),
    Defect("empty answer", ("empty-turn",), ROW, set_value(2, "content", "   ")),
    Defect("empty question", ("empty-turn",), ROW, set_value(1, "content", "")),
    Defect(
        "answer of one word",
        ("short-answer", "answers-repeated"),
        ROW,
        say(lambda _text, rng, _language: rng.choice(["ok", "да", "嗯", "yes", "no."])),
    ),
    Defect("overlong prompt, nothing to learn", ("no-trainable-tokens",), ROW, in_rows(overlong)),
    Defect(
        "answer cut by the maximum length",
        ("truncated-answer",),
        (0.05,),
        lambda rows, rng, share, language: in_rows(
            lambda row, _rng, _language: assistant(row).__setitem__(
                "content", (assistant(row)["content"] + " ") * 40
            )
        )(rows, rng, share, language)._replace(options={"max_length": 512}),
    ),
    Defect(
        "exact duplicate", ("exact-duplicate",), ROW, added(lambda rows, rng, _language: [rng.choice(rows)])
    ),
    Defect("duplicate in capitals", ("exact-duplicate", "near-duplicate"), ROW, added(recased)),
    Defect("near duplicate, words added", ("near-duplicate",), ROW, added(edited)),
    Defect("near duplicate, typing slips", ("near-duplicate",), ROW, added(typos)),
    Defect("conflicting answers", ("conflicting-answers",), ROW, added(conflict)),
    Defect("leak into eval, exact", ("eval-leak-exact",), (0.01, 0.05), leak(lambda row, _language: row)),
    Defect("leak into eval, edited", ("eval-leak-near", "eval-leak-meaning"), (0.01, 0.05), leak(decorated)),
    Defect("benchmark items", ("benchmark-contamination",), (0.01, 0.05), contaminated),
    Defect(
        "system prompt missing",
        ("system-missing",),
        (0.05, 0.5),
        in_rows(lambda row, _rng, _language: row["messages"].pop(0) and None),
    ),
    Defect(
        "system prompt differs",
        ("system-inconsistent",),
        (0.05, 0.3),
        set_value(0, "content", "You are a helpful assistant."),
    ),
    Defect(
        "not production's system prompt",
        ("system-differs",),
        (1.0,),
        whole(lambda rows, _rng, _share, _language: Planted(rows, None, {"system_prompt": "You are Robo."})),
    ),
    Defect(
        "too many refusals",
        ("refusals-many",),
        (0.3, 0.6),
        say(lambda text, _rng, language: REFUSALS[language].format(text[:12])),
    ),
    Defect("never says it does not know", ("refusals-none",), (1.0,), whole(without_idk)),
    Defect(
        "targets collapsed to a stub",
        ("answers-repeated", "short-answer"),
        (0.03, 0.1, 0.5),
        say(lambda _text, _rng, language: STUBS[language]),
    ),
    Defect("answer cut off", ("cut-off-answer",), ROW, say(cut)),
    Defect(
        "template tokens",
        ("template-tokens",),
        ROW,
        say(
            lambda text, rng, _language: (
                text + rng.choice(["<|im_end|>", "</s>", " [/INST]", "<|eot_id|>", "<end_of_turn>"])
            )
        ),
    ),
    Defect(
        "speaker marks",
        ("template-tokens",),
        ROW,
        say(lambda text, _rng, _language: "### Response:\n" + text),
    ),
    Defect(
        "unfilled placeholder",
        ("placeholder",),
        ROW,
        say(
            lambda text, rng, _language: (
                text + rng.choice([" {{name}}", " [Your Name]", " <insert link>", " {order_id}"])
            )
        ),
    ),
    Defect("mojibake", ("mojibake",), ROW, say(mojibake)),
    Defect("lost characters", ("mojibake",), ROW, say(garbled)),
    Defect(
        "invisible characters",
        ("control-characters",),
        ROW,
        say(lambda text, _rng, _language: text[:3] + "\u200b" + text[3:6] + "\u0007" + text[6:]),
    ),
    Defect(
        "HTML left over",
        ("escaped-text",),
        ROW,
        say(lambda text, _rng, _language: f"<p>{text}</p> &amp; more"),
    ),
    Defect("tool arguments not JSON", ("tool-calls",), ROW, tool('{"minutes": 5')),
    Defect("tool arguments against the schema", ("tool-calls",), ROW, tool('{"minutes": "five"}')),
    Defect("unknown tool", ("tool-calls",), ROW, tool('{"minutes": 5}', "launch")),
    Defect("bad weight", ("weight",), ROW, set_value(2, "weight", 0.5)),
    Defect("card number", ("personal-data",), ROW, personal("card")),
    Defect("e-mail address", ("personal-data",), ROW, personal("email")),
    Defect("phone number", ("personal-data",), ROW, personal("phone")),
    Defect("bank account", ("personal-data",), ROW, personal("iban")),
    Defect("AWS key", ("secret",), ROW, secret("aws")),
    Defect("OpenAI key", ("secret",), ROW, secret("openai")),
    Defect("GitHub token", ("secret",), ROW, secret("github")),
    Defect("password", ("secret",), ROW, secret("password")),
    Defect("one author dominates", ("concentration",), (0.7, 0.9), collapsed("agent", "ana")),
    Defect("one week dominates", ("concentration",), (0.8,), collapsed("created", "2026-03-03")),
    Defect(
        "formal rows in a casual voice",
        ("register-outlier",),
        (0.015, 0.03, 0.08),
        say(lambda _text, rng, language: " ".join(rng.sample(FORMAL[language], 2))),
    ),
    Defect("one label dominates", ("label-imbalance",), (0.85, 0.95), one_label),
    Defect(
        "labels spelled differently",
        ("label-variants",),
        ROW,
        some_labels(
            lambda text, rng: rng.choice(
                [text.upper(), text + " ", text.title(), text[:-2] + text[-1], text + "s"]
            )
        ),
    ),
    Defect(
        "answer in another language",
        ("language-mix", "answer-language"),
        ROW,
        say(lambda _text, _rng, language: OTHER[language]),
    ),
    Defect("answer loops", ("repetition",), ROW, say(loop)),
    Defect(
        "answer repeats the question",
        ("echo",),
        ROW,
        in_rows(lambda row, _rng, _language: assistant(row).__setitem__("content", user(row)["content"])),
    ),
    Defect("question and answer swapped", ("swapped-roles",), (0.01, 0.05), in_rows(swap)),
    Defect("answers shifted to other rows", ("mismatched-answer",), (0.05, 0.2), shuffled),
    Defect(
        "speaks as another model",
        ("foreign-identity",),
        ROW,
        say(lambda text, _rng, language: IDENTITY[language] + text),
    ),
    Defect(
        "too few rows", ("too-few-examples",), (1.0,), whole(lambda rows, _rng, _share, _language: rows[:8])
    ),
    Defect("production asks for more", ("production-gap",), (1.0,), whole(missing_kind)),
    Defect(
        "preference pair of equals",
        ("preference-equal",),
        (0.05,),
        lambda rows, rng, share, language: in_rows(
            lambda row, _rng, _language: {**row, "rejected": row["chosen"]}
        )(
            [
                {
                    "prompt": user(row)["content"],
                    "chosen": assistant(row)["content"],
                    "rejected": STUBS[language] + user(row)["content"][:9],
                }
                for row in rows
            ],
            rng,
            share,
            language,
        ),
    ),
    Defect(
        "preference follows length",
        ("preference-length",),
        (1.0,),
        whole(
            lambda rows, _rng, _share, language: [
                {
                    "prompt": user(row)["content"],
                    "chosen": assistant(row)["content"] + " " + assistant(row)["content"][:40],
                    "rejected": STUBS[language] + user(row)["content"][:5],
                }
                for row in rows
            ]
        ),
    ),
)
