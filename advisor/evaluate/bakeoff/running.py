"""Carry a run out: arm after arm, from the journal where it was answered before, to the comparison and its sentences."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from threading import Event
from typing import NamedTuple

import orjson

from advisor.catalog import Catalog
from advisor.errors import AdvisorError
from advisor.evaluate.bakeoff.arms import ARMS
from advisor.evaluate.bakeoff.arms.contract import Material, question_of
from advisor.evaluate.bakeoff.asking import Paper, ask_all
from advisor.evaluate.bakeoff.choosing import FILE, Choice, choose, shortlist_of
from advisor.evaluate.bakeoff.conclusions import conclusions
from advisor.evaluate.bakeoff.extras import check_extras
from advisor.evaluate.bakeoff.folder import CANCEL, PLAN, PROGRESS, RESULT, RunFolder, arms_of
from advisor.evaluate.bakeoff.inspect_logs import write_inspect_log
from advisor.evaluate.bakeoff.judging import (
    answering_judge,
    check_judge,
    grader_of,
    grading_options,
    known_say,
)
from advisor.evaluate.bakeoff.library import Known, Library, check_store, read_library
from advisor.evaluate.bakeoff.models import Answering, answering, group_of
from advisor.evaluate.bakeoff.money import Price, price_of
from advisor.evaluate.bakeoff.planning import Prepared, plan_of, prepare
from advisor.evaluate.bakeoff.records import (
    Answer,
    Ask,
    BakeoffOptions,
    BakeoffPlan,
    Cancelled,
    Example,
    Shown,
)
from advisor.evaluate.bakeoff.rows import Rows
from advisor.evaluate.bakeoff.spreading import Calling, calling
from advisor.evaluate.bakeoff.training import Setting
from advisor.evaluate.evaluating import Compared, EvaluateOptions, evaluate
from advisor.evaluate.judging.grades import Messages
from advisor.evaluate.judging.grading import METRIC
from advisor.evaluate.records import Evaluation


class Progress(NamedTuple):
    """How a run is getting on."""

    arm: str
    """The arm at hand."""
    doing: str
    """What is being done, in words."""
    done: int
    """Questions of all arms that are answered."""
    total: int
    """Questions of all arms."""


Tell = Callable[[Progress], None]


class Ready(NamedTuple):
    """A run before anything is asked."""

    folder: RunFolder
    choice: Choice
    prepared: list[Prepared]
    material: Material
    rows: Rows
    catalog: Catalog
    plan: BakeoffPlan


def ready(folder: RunFolder, catalog: Catalog, *, day: date) -> Ready:
    """Read rows and documents, choose and prepare the arms, and plan; nothing is asked or sent.

    Raises:
        AdvisorError: An arm cannot run, documents cannot be read, or the money does not do.
    """
    options, rows = folder.options(), folder.rows()
    arms_of(options)
    check_judge(options)
    choice = choose(options, rows, shortlist_of(options, catalog, day))
    check_extras(options, choice.arms)
    library = _library(options, rows)
    material = Material(rows.train, library, options)
    prepared = prepare(choice, material, rows)
    plan = plan_of(choice, prepared, material, rows, day)
    plan = plan.model_copy(update={"asked": len(folder.journal().known)})
    folder.write(PLAN, plan.model_dump_json(indent=2))
    return Ready(folder, choice, prepared, material, rows, catalog, plan)


def _library(options: BakeoffOptions, rows: Rows) -> Library | None:
    if options.documents is None:
        return None
    check_store(options.store, options.index)
    return read_library(
        options.documents, options.index, options.passage_tokens, _known(rows.train), options.store
    )


def _known(rows: Sequence[Shown]) -> Known | None:
    named = [one.example for one in rows if one.example.passages]
    return Known(tuple(map(question_of, named)), tuple(one.passages for one in named)) if named else None


def run(ready_run: Ready, *, day: date, tell: Tell) -> Evaluation:
    """Ask everything that the journal does not know, compare, and keep the result in the run's folder.

    Raises:
        AdvisorError: A service refuses, the money is used up, training fails, or another process is at the run.
        Cancelled: Somebody asked to stop.
    """
    with ready_run.folder.held(), calling(ready_run.material.options) as asks:
        work = _Work(ready_run, day, tell, asks)
        for group in work.groups():
            work.answer(group)
        return work.compare()


def comparison(folder: RunFolder, options: BakeoffOptions) -> EvaluateOptions:
    """Return what a comparison of the run's arms is asked."""
    return EvaluateOptions(
        references=folder.held_out, scorers=options.scorers, margin=options.margin, cluster=options.cluster,
        train=folder.train, documents=options.documents, good_enough=options.good_enough,
    )  # fmt: skip


def compared(folder: RunFolder) -> Compared:
    """Return a finished run's result with the frames that it rests on, scored again from the answers that it kept."""
    result, options = folder.result(), folder.options()
    brought = {one.name: one.path for one in options.arms if one.path is not None}
    arms = [(name, brought.get(name) or folder.arm_file(name)) for name in result.arms]
    say = None if options.judge is None else known_say(options, options.judge, folder.journal())
    grade = None if say is None else grader_of(options, say)
    day = date.fromisoformat(result.as_of)
    # What leaks is in the result; here only the answers and their scores are wanted.
    asked = comparison(folder, options).model_copy(update={"train": None, "documents": None})
    try:
        again = evaluate(arms, asked, as_of=day, grade=grade)
    except AdvisorError:
        # A scorer's file may be gone; the result and the answers are here.
        again = evaluate(arms, asked.model_copy(update={"scorers": ()}), as_of=day)
    return again._replace(evaluation=result)


class _Work:
    """One process at one run."""

    def __init__(self, ready_run: Ready, day: date, tell: Tell, asks: Calling) -> None:
        self.ready, self.day, self._tell, self._calling = ready_run, day, tell, asks
        self.folder = ready_run.folder
        self.journal = self.folder.journal()
        self.stop = Event()
        self.before = 0
        self.total = sum(len(one.asks) for one in ready_run.prepared)
        self.arms: dict[str, Path] = {
            one.name: one.path for one in ready_run.choice.arms if one.kind == FILE and one.path
        }
        self.refused: set[str] = set()
        self.notes: list[str] = []

    def groups(self) -> list[list[Prepared]]:
        """Return the arms by who answers them: one server is up at a time."""
        found: dict[str, list[Prepared]] = {}
        for one in self.ready.prepared:
            found.setdefault(group_of(one.spec), []).append(one)
        return list(found.values())

    def answer(self, group: list[Prepared]) -> None:
        """Ask the arms of one group."""
        first = group[0].spec
        setting = Setting(
            self.folder.path / "training", self.ready.material, self.ready.catalog, self.day,
            lambda told: self.tell(first.name, told, 0), self._stopped,
        )  # fmt: skip
        with answering(first, setting) as who:
            price = price_of(who.label, self.day) if who.identity.startswith("http") else None
            for planned in group:
                one = self._instructed(planned, who, price)
                paper = self._paper(one, price)
                asks = list(zip(self.ready.rows.questions(), one.asks, strict=True))
                answers, refused = ask_all(asks, who, paper)
                self.refused |= refused
                self.keep(one, answers)
                self.before += len(one.asks)

    def _instructed(self, one: Prepared, who: Answering, price: Price | None) -> Prepared:
        if one.spec.kind != "optimised-prompt":
            return one
        from advisor.evaluate.bakeoff.optimising import optimised_instruction

        paper = self._paper(one, price)
        self.tell(one.spec.name, "writing an instruction from training rows", 0)

        def say(turns: tuple[dict[str, str], ...], max_tokens: int) -> str:
            own = paper._replace(
                options=paper.options.model_copy(update={"max_tokens": max_tokens}),
                tell=lambda _done, _total: self._silently(),
            )
            (answer,), _ = ask_all([(Example("", turns), Ask(turns))], who, own)
            return answer.answer or ""

        instruction = optimised_instruction(self.ready.material, say)
        self.notes.append(f"the optimised instruction: {instruction}")
        ask = ARMS[one.spec.kind].prepare(self.ready.material._replace(instruction=instruction))
        return one._replace(asks=tuple(ask(example) for example in self.ready.rows.questions()))

    def _silently(self) -> None:
        self._stopped()

    def _paper(self, one: Prepared, price: Price | None) -> Paper:
        def told(done: int, total: int) -> None:
            self._stopped()
            self.tell(one.spec.name, f"{done} of {total} answered", done)

        return self._kept(self.ready.material.options, price, told)

    def _kept(self, options: BakeoffOptions, price: Price | None, told: Callable[[int, int], None]) -> Paper:
        return Paper(self.journal, options, price, self.ready.rows.sha256, self.stop, told, self._calling)

    def _stopped(self) -> bool:
        if (self.folder.path / CANCEL).exists():
            self.stop.set()
        return self.stop.is_set()

    def tell(self, arm: str, doing: str, done: int) -> None:
        """Tell whoever watches, in this process and through the folder."""
        progress = Progress(arm, doing, self.before + done, self.total)
        self.folder.write(PROGRESS, orjson.dumps({**progress._asdict(), "at": time.time()}).decode())
        self._tell(progress)

    def keep(self, one: Prepared, answers: list[Answer]) -> None:
        """Keep an arm's answers as a file that any comparison reads, and as a log of inspect."""
        self.arms[one.spec.name] = self.folder.write_arm(one.spec.name, answers)
        asked = list(zip(self.ready.rows.held_out, one.asks, strict=True))
        write_inspect_log(self.folder.path / "logs", one.spec.name, asked, answers, self.day)

    def compare(self) -> Evaluation:
        """Compare the arms and keep the result."""
        options = self.ready.material.options
        order = [(one.name, self.arms[one.name]) for one in self.ready.choice.arms]
        grade = grader_of(options, self._judge)
        result = evaluate(order, comparison(self.folder, options), as_of=self.day, grade=grade).evaluation
        notes = [*conclusions(result), *result.notes, *self._notes()]
        result = result.model_copy(update={"notes": notes})
        self.folder.write(RESULT, result.model_dump_json(indent=2))
        return result

    def _judge(self, questions: Sequence[Messages]) -> list[str]:
        options = self.ready.material.options
        assert options.judge is not None
        turns = [tuple(one) for one in questions]
        calls = len(set(map(str, turns)))
        self.total += calls

        def told(done: int, total: int) -> None:
            self._stopped()
            self.tell(METRIC, f"{done} of {total} questions to the judge answered", done)

        price = price_of(options.judge.model, self.day)
        paper = Paper(self.journal, grading_options(options), price, self.ready.rows.sha256, self.stop, told)
        asks = [(Example("", one), Ask(one)) for one in turns]
        answers, refused = ask_all(asks, answering_judge(options.judge, options), paper)
        self.refused |= refused
        self.before += calls
        return [one.answer or "" for one in answers]

    def _notes(self) -> list[str]:
        library = self.ready.material.library
        found = [library.note] if library is not None and library.note else []
        found += self._retrieval(library) if library is not None else []
        if self.refused:
            found.append(self._refused())
        return found + self.notes

    def _retrieval(self, library: Library) -> list[str]:
        count = self.ready.material.options.passages
        known = _known(self.ready.rows.held_out)
        scores = library.quality(known, count) if known else None
        if scores is None:
            return []
        told = ", ".join(f"{metric} {value:.2f}" for metric, value in scores.items())
        return [f"retrieval by itself, on the held-out rows that name their passages: {told}"]

    def _refused(self) -> str:
        return f"the service refused {', '.join(sorted(self.refused))}: answers were asked for without"


__all__ = ["Cancelled", "Progress", "Ready", "compared", "ready", "run"]
