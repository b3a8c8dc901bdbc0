"""Tools of data: audit, split, plan a training run, evaluate answers that exist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Context
from pydantic import Field

from advisor.catalog import Record, load_catalog
from advisor.data.records import HELD_OUT, SEED, Audit, AuditInputs, AuditOptions
from advisor.data.split import SplitManifest, SplitOptions
from advisor.diagnose.given import Given
from advisor.diagnose.records import Diagnosis
from advisor.doors.mcp.arguments import (
    AnswersArgument,
    ConfirmArgument,
    DayArgument,
    NameArgument,
    PathArgument,
)
from advisor.doors.mcp.house import House
from advisor.doors.mcp.working import apart, counted
from advisor.errors import AdvisorError
from advisor.evaluate.evaluating import EvaluateOptions
from advisor.evaluate.records import Evaluation
from advisor.scenario import Situation, check_answers
from advisor.train.hyperparameters import SettingReason
from advisor.train.records import Method, TrainingPlan

ROWS_LISTED = 20
BackendArgument = Annotated[
    NameArgument, Field(description="trl, axolotl, llamafactory, unsloth, together …")
]
# A name alone: what follows a colon may be a file of code, and no client may have code run.
ScorerName = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,60}$")]
ModelArgument = Annotated[
    NameArgument | None,
    Field(description="Base model: of the rulebook, a hub name, or a folder below a root."),
]


class PlanMade(Record):
    """A plan, why each setting has its value, and where it was written."""

    plan: TrainingPlan
    """Files, who receives the data, time, memory and money; texts of files are left out."""
    sha256: str
    """Hash of the plan."""
    reasons: tuple[SettingReason, ...]
    """Why each setting that was left open has its value."""
    bundle: str | None
    """The folder written; null where nothing was."""


@dataclass(frozen=True)
class RowTools:
    """The tools; `split` and `write_training_bundle` write, and only where the server may."""

    house: House

    async def audit(
        self,
        data: PathArgument,
        context: Context,
        eval_data: PathArgument | None = None,
        production: PathArgument | None = None,
        model: Annotated[
            NameArgument | None,
            Field(description="Chat template: chatml, llama-3, or a folder below a root."),
        ] = None,
        max_length: Annotated[int | None, Field(ge=16, le=10_000_000, description="In tokens.")] = None,
        goal: Literal["style", "format", "classification", "skill"] | None = None,
        rows_listed: Annotated[
            int, Field(ge=0, le=10_000, description="Row numbers listed per finding.")
        ] = ROWS_LISTED,
    ) -> Audit:
        """Check a training file: what is wrong, in which rows, why it matters and what to do; nothing is changed.

        Findings may quote words of the rows. `facts` are measured and can be given as answers.
        """
        from advisor.data.audit import audit

        inputs = AuditInputs(
            data=self.house.inside(data), eval=self._maybe(eval_data), production=self._maybe(production)
        )
        options = AuditOptions(model=self.house.maybe_inside(model), max_length=max_length, goal=goal)
        found = await counted(context, lambda progress: audit(inputs, options, progress=progress))
        short = [one.model_copy(update={"rows": one.rows[:rows_listed]}) for one in found.findings]
        return found.model_copy(update={"findings": short})

    async def split(
        self,
        data: PathArgument,
        folder: PathArgument,
        context: Context,
        confirm: ConfirmArgument = False,
        eval_share: Annotated[float, Field(gt=0, lt=1)] = HELD_OUT,
        seed: int = SEED,
        stratify: NameArgument | None = None,
        group: NameArgument | None = None,
        time: NameArgument | None = None,
    ) -> SplitManifest:
        """Split rows into train.jsonl and eval.jsonl in `folder`; groups and near-duplicates stay on one side."""
        from advisor.data.split import split

        source, target = self.house.inside(data), self.house.may_write(folder, confirmed=confirm)
        if source.parent == target and source.name in ("train.jsonl", "eval.jsonl"):
            raise AdvisorError(
                "the split would replace the file that it reads", place=folder, remedy="Name another folder."
            )
        options = SplitOptions(eval_share=eval_share, seed=seed, stratify=stratify, group=group, time=time)
        return await apart(context, split, source, target, options)

    async def plan(
        self,
        data: PathArgument,
        context: Context,
        answers: AnswersArgument = {},  # noqa: B006 - becomes the schema's default and is never changed
        backend: BackendArgument = "trl",
        model: ModelArgument = None,
        method: Method | None = None,
        gpu: NameArgument | None = None,
        as_of: DayArgument = None,
    ) -> PlanMade:
        """Plan a training run: settings with reasons, who receives the data, time, memory and money; writes nothing."""
        wishes = {"model": self.house.maybe_inside(model), "method": method, "gpu": gpu}
        return await self._planned(context, data, answers, {"backend": backend, **wishes}, as_of=as_of)

    async def write_training_bundle(
        self,
        data: PathArgument,
        folder: PathArgument,
        context: Context,
        confirm: ConfirmArgument = False,
        answers: AnswersArgument = {},  # noqa: B006 - becomes the schema's default and is never changed
        backend: BackendArgument = "trl",
        model: ModelArgument = None,
        method: Method | None = None,
        gpu: NameArgument | None = None,
        as_of: DayArgument = None,
    ) -> PlanMade:
        """Plan a training run and write the bundle to a new folder; nothing is started or sent."""
        target = self.house.may_write(folder, confirmed=confirm)
        wishes = {"model": self.house.maybe_inside(model), "method": method, "gpu": gpu}
        asked = {"backend": backend, "out": target, **wishes}
        return await self._planned(context, data, answers, asked, as_of=as_of)

    async def evaluate(
        self,
        arms: Annotated[
            dict[NameArgument, PathArgument],
            Field(
                min_length=1,
                max_length=50,
                description="File of answers by name: JSONL, CSV, inspect, promptfoo.",
            ),
        ],
        context: Context,
        references: PathArgument | None = None,
        scorers: Annotated[list[ScorerName], Field(max_length=20)] = [],  # noqa: B006 - a default of the schema
        margin_points: Annotated[
            float, Field(ge=0, lt=100, description="Points by which an arm may be worse and still count.")
        ] = 3.0,
        train: PathArgument | None = None,
        as_of: DayArgument = None,
    ) -> Evaluation:
        """Compare answers that systems have already given: scores and differences with intervals, and a verdict.

        No model is called. Never report a difference whose interval includes zero as one.
        """
        options = EvaluateOptions(
            references=self._maybe(references),
            scorers=tuple(scorers),
            margin=margin_points / 100,
            train=self._maybe(train),
        )
        files = [(name, self.house.inside(path)) for name, path in arms.items()]
        return await apart(context, evaluated, files, options, self.house.day(as_of))

    async def diagnose(
        self,
        context: Context,
        train: PathArgument | None = None,
        evaluation: PathArgument | None = None,
        production: PathArgument | None = None,
        labels: Annotated[
            PathArgument | None, Field(description="Complaints: rows with row and label.")
        ] = None,
        train_system: Annotated[
            PathArgument | None, Field(description="Training's system prompt, a text file.")
        ] = None,
        serve_system: Annotated[
            PathArgument | None, Field(description="Serving's system prompt, a text file.")
        ] = None,
        curves: Annotated[PathArgument | None, Field(description="Losses by step.")] = None,
        facts: Annotated[
            PathArgument | None, Field(description="A sheet of what is known of the run.")
        ] = None,
        rows_listed: Annotated[
            int, Field(ge=0, le=10_000, description="Row numbers listed per cause.")
        ] = ROWS_LISTED,
    ) -> Diagnosis:
        """Diagnose a tuned model that passed its evaluation and sounds wrong: ranked causes and the rows to blame.

        Pass the files there are. Each one lets more causes be checked. A cause that cannot be checked is not ruled out.
        """
        given = Given(
            training=self._maybe(train), evaluation=self._maybe(evaluation), production=self._maybe(production),
            labels=self._maybe(labels), training_system=self._maybe(train_system),
            serving_system=self._maybe(serve_system), curves=self._maybe(curves), facts=self._maybe(facts),
        )  # fmt: skip
        if not given.model_fields_set or given == Given():
            raise AdvisorError(
                "there are no files to examine", place="diagnose", remedy="Give train and production."
            )
        found = await apart(context, diagnosed, given)
        short = [one.model_copy(update={"rows": one.rows[:rows_listed]}) for one in found.causes]
        return found.model_copy(update={"causes": tuple(short)})

    async def _planned(
        self,
        context: Context,
        data: str,
        answers: Mapping[str, Any],
        asked: Mapping[str, Any],
        *,
        as_of: date | None,
    ) -> PlanMade:
        situation = Situation(answers=check_answers(answers, self.house.catalog))
        source, day = self.house.inside(data), self.house.day(as_of)
        return await apart(context, planned, situation, source, dict(asked), self.house.rules, day)

    def _maybe(self, path: str | None) -> Path | None:
        return None if path is None else self.house.inside(path)


def diagnosed(given: Given) -> Diagnosis:
    """Diagnose what was given; runs in a process of its own."""
    from advisor.diagnose.diagnosing import diagnose
    from advisor.diagnose.given import material_of

    return diagnose(material_of(given))


def evaluated(files: list[tuple[str, Path]], options: EvaluateOptions, day: date) -> Evaluation:
    """Compare files of answers; runs in a process of its own."""
    from advisor.evaluate.evaluating import evaluate

    return evaluate(files, options, as_of=day).evaluation


def planned(
    situation: Situation, data: Path, asked: dict[str, Any], rules: Path | None, day: date
) -> PlanMade:
    """Plan, and write the bundle where a folder is named; runs in a process of its own."""
    from advisor.train.bundle import write_bundle
    from advisor.train.planning import plan_training

    out, backend = asked.pop("out", None), asked.pop("backend")
    made = plan_training(situation, data, backend, load_catalog(rules), as_of=day, **asked)
    written = write_bundle(made.plan, out) if out else None
    files = tuple(file.model_copy(update={"text": None}) for file in made.plan.files)
    return PlanMade(
        plan=made.plan.model_copy(update={"files": files}),
        sha256=made.plan.sha256,
        reasons=tuple(made.reasons),
        bundle=None if written is None else str(written),
    )
