"""The Data page: drop a file, see its findings with the rows themselves, take away fixed, train and eval files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st

from advisor.data.audit import judged, measured_dataset, result_of
from advisor.data.checks import BY_ID
from advisor.data.checks.production_gap import coverage_of
from advisor.data.dataset import Dataset
from advisor.data.records import Audit, AuditInputs, AuditOptions, Finding
from advisor.doors.ui import data_mending, dataset, look, state
from advisor.errors import AdvisorError
from advisor.files import scratch_folder
from advisor.share.report import words
from advisor.share.store.datasets import Kept
from advisor.wording import say

MEASURED = ("labelled_examples", "example_quality", "tokens_per_example", "output_tokens")
GOALS = ("style", "format", "classification", "skill")
TABS = ("findings", "pictures", "files")
ICONS = {
    "error": ":red[:material/error:]",
    "warning": ":orange[:material/warning:]",
    "note": ":gray[:material/info:]",
}
_MARKUP = re.compile(r"([\\\[\]$`<>_#~:*&@|])")
_WEB = re.compile(r"(www)\.", re.IGNORECASE)
ROWS_SHOWN, TEXT_SHOWN = 20, 1200


def render() -> None:
    """Draw the page."""
    st.title(say("data.title"), anchor=False)
    look.quiet(say("data.good_enough"))
    held = dataset.bring()
    if held is None:
        _empty()
        return
    others, options = _settings()
    try:
        given = {name: (one.name, one.getvalue()) for name, one in others.items() if one is not None}
        _show(_audited(str(held.path), held.name, given, options.model_dump_json()), held)
    except AdvisorError as error:
        st.error(f"{error.problem} ({Path(error.place).name}). {error.remedy}", icon=":material/error:")


def _empty() -> None:
    look.overline(say("data.one_row"))
    st.code(say("data.example"), language=None, wrap_lines=True)
    look.quiet(say("data.row_a_line"))
    look.overline(say("data.you_get"))
    got = [(say(f"data.get_{name}"), say(f"data.get_{name}_what")) for name in ("findings", "copy", "split")]
    st.html(look.definition(got))


def _settings() -> tuple[dict[str, Any], AuditOptions]:
    with st.expander(say("data.others")):
        left, right = st.columns(2)
        others = {
            "eval": left.file_uploader(
                say("data.evaluation_data"), type=dataset.KINDS, max_upload_size=dataset.MAX_MB
            ),
            "production": right.file_uploader(
                say("data.production_requests"), type=dataset.KINDS, max_upload_size=dataset.MAX_MB
            ),
        }
        length = left.number_input(say("data.most_tokens"), min_value=16, value=4096, step=256)
        template = right.selectbox(
            say("data.template"),
            ["chatml", "llama-3"],
            help=say("data.own_template"),
        )
        prompt = st.text_area(say("data.system_prompt"), height=80)
        goal = st.segmented_control(
            say("data.goal"), GOALS, format_func=lambda name: say(f"data.goal_{name}")
        )
    return others, AuditOptions(
        max_length=int(length), model=template, system_prompt=prompt.strip() or None, goal=goal
    )


@st.cache_data(max_entries=8, show_spinner=say("data.reading"))
def _audited(path: str, name: str, others: Mapping[str, tuple[str, bytes]], options: str) -> dict[str, Any]:
    """Audit the data set; cached by its path, which names its content, so that a click elsewhere costs nothing."""
    with scratch_folder("data") as folder:
        paths = {kind: _saved(folder / kind, *one) for kind, one in others.items()}
        inputs = AuditInputs(data=Path(path), eval=paths.get("eval"), production=paths.get("production"))
        with measured_dataset(inputs.data, inputs, AuditOptions.model_validate_json(options)) as data:
            found = judged(data)
            findings = [one.finding for one in found]
            result = result_of(inputs.model_copy(update={"data": Path(name)}), inputs.data, data, found)
            named = sorted({row for one in findings for row in one.rows[:ROWS_SHOWN]})
            return {
                "audit": result.model_dump(mode="json"),
                "rows": {row: _as_text(one) for row, one in data.fetch(named).items()},
                "lengths": data.column("tokens").tolist(),
                "kinds": [kind.model_dump() for kind in coverage_of(data).kinds],
                "groups": _duplicate_groups(data, findings),
            }


def _saved(folder: Path, name: str, content: bytes) -> Path:
    folder.mkdir()
    # Only the ending of an uploaded name is used: it tells the format, and a path in it must not.
    path = folder / Path(name).name
    path.write_bytes(content)
    return path


def _as_text(one: Any) -> str:
    # Training text is shown as it is: no links, pictures, formulas or colours of its own.
    turns = [(turn.role, turn.content) for turn in one.messages]
    turns += [("rejected", one.rejected)] if one.rejected else []
    return "\n\n".join(f"**{look.plain(role)}** {_literal(text[:TEXT_SHOWN])}" for role, text in turns)


def _literal(text: str) -> str:
    # A dot makes a link only after www; everywhere else it is left alone, so that the text stays readable.
    return _WEB.sub(r"\1\\.", _MARKUP.sub(r"\\\1", text))


def _duplicate_groups(data: Dataset, findings: list[Finding]) -> list[int]:
    groups = [
        len(group)
        for one in findings
        for group in one.evidence.get("groups", ())
        if one.check == "near-duplicate"
    ]
    return sorted(groups, reverse=True) if len(data) else []


def _show(seen: Mapping[str, Any], held: Kept) -> None:
    audit = Audit.model_validate(seen["audit"])
    _summary(audit)
    data_mending.show(held, audit)
    _offers(audit)
    findings, pictures, files = st.tabs([say(f"data.tab_{name}") for name in TABS])
    with findings:
        _findings(audit, seen["rows"])
    with pictures:
        _pictures(seen, audit)
    with files:
        data_mending.splitting(held)
    dataset.next_step("sizing", say("data.next"))


def _offers(audit: Audit) -> None:
    """Offer to replace answers by what was measured on the rows."""
    facts, answers = state.catalog().facts, state.current().answers
    with st.container(key="measured", horizontal=True, gap="small"):
        for name in MEASURED:
            value = audit.facts.get(name)
            if value is not None and name in facts:
                value = float(value) if facts[name].type == "number" else value
                before = words.answer(answers.get(name), facts[name])
                after = words.answer(value, facts[name])
                dataset.measured(name, value, say(f"data.replace_{name}", before=before, after=after))


def _summary(audit: Audit) -> None:
    usable, tokens = audit.facts.get("labelled_examples", 0), audit.tokens.get("total", 0)
    counts = {name: sum(one.severity == name for one in audit.findings) for name in ICONS}
    numbers = {
        "rows": audit.rows,
        "usable": usable,
        "tokens": tokens,
        "serious": counts["error"] + counts["warning"],
    }
    # Side by side where there is room, two and two on a telephone.
    with st.container(horizontal=True):
        for name, value in numbers.items():
            st.metric(say(f"data.count_{name}"), f"{value:,}", width=150)
    evidence = say(
        "data.read_as",
        container=audit.format.container,
        shape=audit.format.shape,
        because="; ".join(audit.format.because[1:]),
    )
    st.caption(look.plain(" ".join([evidence, *map(_sentence, audit.assumptions)])))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def _findings(audit: Audit, rows: Mapping[int, str]) -> None:
    if not audit.findings:
        st.success(say("data.nothing_found"), icon=":material/check:")
    for number, one in enumerate(audit.findings):
        with st.expander(
            f"{ICONS[one.severity]} **{BY_ID[one.check].title}** · {look.plain(one.message)}",
            expanded=number == 0,
        ):
            st.markdown(
                f"**{say('data.why')}** {one.why}\n\n**{say('data.tuned_model')}** {one.tuned_model}\n\n"
                f"**{say('data.remedy')}** {one.remedy}"
            )
            st.caption(say("data.check", severity=one.severity, confidence=one.confidence, check=one.check))
            for row in one.rows[:ROWS_SHOWN]:
                with st.container(border=True):
                    st.caption(say("data.row", row=row))
                    st.markdown(rows.get(row, say("data.unreadable")))
            if one.count > ROWS_SHOWN:
                more = ", ".join(map(str, one.rows[ROWS_SHOWN:200]))
                st.caption(say("data.more_rows", count=one.count - ROWS_SHOWN, rows=more))


def _pictures(seen: Mapping[str, Any], audit: Audit) -> None:
    _lengths(seen["lengths"], audit.tokens.get("max_length", 4096))
    if seen["kinds"]:
        _kinds(pl.DataFrame(seen["kinds"]))
    if seen["groups"]:
        groups = _bars(
            {"group": list(range(1, len(seen["groups"]) + 1)), "rows": seen["groups"]}, x="group", y="rows"
        )
        groups.update_layout(title=say("data.groups"))
        groups.update_xaxes(tickformat="d", title=say("data.largest_first"))
        groups.update_yaxes(title=say("data.axis_rows"))
        st.plotly_chart(groups, width="stretch", key="groups")


def _lengths(lengths: list[int], limit: int) -> None:
    import plotly.express as px

    if not lengths:
        return
    longest = max(lengths)
    chart = px.histogram(x=lengths, nbins=60, color_discrete_sequence=_colours())
    chart.update_layout(title=say("data.lengths"), bargap=0.05)
    chart.update_xaxes(title=say("data.axis_tokens"))
    chart.update_yaxes(title=say("data.axis_rows"))
    # A limit far to the right would squeeze every row into one bar.
    if longest > 0.5 * limit:
        chart.add_vline(x=limit, line_dash="dash", annotation_text=say("data.most_length"))
    st.plotly_chart(chart, width="stretch", key="lengths")
    st.caption(say("data.longest", tokens=longest, limit=limit))


def _kinds(kinds: pl.DataFrame) -> None:
    asked = bool(kinds["production"].sum())
    shown = kinds.select(
        # Two kinds may be told apart by the same words; one bar each all the same.
        pl.format("{}. {}", pl.int_range(1, pl.len() + 1), "name").alias("kind"),
        pl.col("train_share").alias(say("data.share_training")),
        *([pl.col("production_share").alias(say("data.share_production"))] if asked else []),
    ).to_dict(as_series=False)
    chart = _bars(shown, x=[name for name in shown if name != "kind"], y="kind", orientation="h")
    chart.update_layout(
        title=say("data.kinds"),
        barmode="group",
        showlegend=asked,
        legend_title="",
        yaxis_autorange="reversed",
    )
    chart.update_xaxes(title=say("data.axis_share"), tickformat=".0%")
    chart.update_yaxes(title="")
    st.plotly_chart(chart, width="stretch", key="kinds")
    columns = ["name", "train", *(["production", "missing"] if asked else []), "examples"]
    heads: Any = {name: say(f"data.head_{name}") for name in columns}
    st.dataframe(kinds.select(columns).to_dicts(), hide_index=True, column_config=heads)


def _bars(values: Mapping[str, Any], **axes: Any) -> Any:
    import plotly.express as px

    return px.bar(values, color_discrete_sequence=_colours(), **axes)


def _colours() -> list[str]:
    return ["#7fa6cf", "#d9b36c"] if look.dark() else ["#27496d", "#b07d2b"]
