"""What a bundle's README says: everything a person needs who has nothing but the folder."""

from __future__ import annotations

from advisor.train.records import Span, TrainingPlan, TrainingSpec


def readme(plan: TrainingPlan) -> str:
    """Write the README of the bundle for ``plan``."""
    spec = plan.spec
    sections = [
        f"# Fine-tune {spec.base_model} with {plan.backend}",
        f"Planned for {spec.as_of}. Nothing has been sent or spent yet.",
        _listed("Read first", plan.warnings),
        _section("Run it", "```sh\n" + "\n".join(plan.commands) + "\n```" if plan.commands else "By API."),
        _section("What it does", _what(plan)),
        _section("What it takes", _figures(plan)),
        _section("Who receives the data", _recipients(plan)),
        _section("How the result will be judged", _evaluation(plan)),
        _listed("Assumptions behind the figures", plan.assumptions),
        "Every file is listed with its SHA-256 in `manifest.json`; a changed bundle is refused.",
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _what(plan: TrainingPlan) -> str:
    spec = plan.spec
    adapter = (
        ""
        if spec.method == "full"
        else f", rank {spec.rank}, alpha {spec.alpha} on {', '.join(spec.targets)}"
    )
    return (
        f"{spec.objective.upper()} by {spec.method}{adapter}; {plan.train_rows:,} rows, about "
        f"{plan.train_tokens.expected:,.0f} tokens a pass, {spec.epochs:g} passes; learning rate "
        f"{spec.learning_rate:g}, {spec.micro_batch} × {spec.gradient_accumulation} × {spec.n_gpus} rows a step, "
        f"rows up to {spec.seq_len:,} tokens, seed {spec.seed}. The loss {_loss(spec)}."
    )


def _loss(spec: TrainingSpec) -> str:
    if spec.objective in ("dpo", "kto"):
        return "holds the better answer against the worse one"
    return (
        "counts the answers only" if spec.assistant_only and spec.objective == "sft" else "counts every token"
    )


def _figures(plan: TrainingPlan) -> str:
    memory = "not ours to size" if plan.memory is None else f"{span_text(plan.memory)} on each device"
    return "\n".join(
        (
            f"- Money: {span_text(plan.cost)}",
            f"- Time: {span_text(plan.duration)}",
            f"- Memory: {memory}",
        )
    )


def span_text(span: Span | None) -> str:
    """Write a range for people; what is not known is said to be so, and is never nothing."""
    if span is None:
        return "not known (see the warnings)"
    if span.high == 0:
        return "nothing is billed" if span.unit == "usd" else "none"
    scale, unit, digits = {
        "seconds": (60, "min", 0),
        "usd": (1, "USD", 2),
        "gib": (1, "GiB", 1),
    }.get(span.unit, (1, span.unit, 0))
    low, expected, high = (f"{value / scale:,.{digits}f}" for value in (span.low, span.expected, span.high))
    return f"{expected} {unit} ({low} to {high})"


def _recipients(plan: TrainingPlan) -> str:
    if not plan.recipients:
        return "Nobody: the data stays on the machine that runs this."
    return "\n".join(f"- {who.name}: {who.receives} ({who.where})" for who in plan.recipients)


def _evaluation(plan: TrainingPlan) -> str:
    judged = plan.evaluation
    lines = [
        f"{judged.held_out_rows:,} rows are held out. Compared on the same rows: {'; '.join(judged.arms)}.",
        f"Measured: {'; '.join(judged.measures)}. Accepted when {judged.accept_when}.",
    ]
    if judged.smallest_difference is not None:
        lines.append(
            f"With {judged.held_out_rows:,} held-out rows, only a difference of {judged.smallest_difference:.0%} or more can be detected."
        )
    return "\n".join(lines)


def _section(title: str, text: str) -> str:
    return f"## {title}\n\n{text}"


def _listed(title: str, lines: tuple[str, ...]) -> str:
    return _section(title, "\n".join(f"- {line}" for line in lines)) if lines else ""
