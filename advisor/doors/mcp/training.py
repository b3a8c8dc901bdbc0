"""Tools that start training; a server has them only where spending was allowed at its start."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from advisor.doors.mcp.arguments import ConfirmArgument, NameArgument, PathArgument
from advisor.doors.mcp.house import House
from advisor.errors import AdvisorError
from advisor.train import job_verbs
from advisor.train.bundle import read_bundle
from advisor.train.jobs import JobStore
from advisor.train.receivers import require_named, terms_of
from advisor.train.records import Job


@dataclass(frozen=True)
class Training:
    """The tools; `submit_training` spends money or this machine's time, and may send rows."""

    house: House

    def submit_training(
        self,
        bundle: PathArgument,
        confirm: ConfirmArgument = False,
        hosts: Annotated[
            list[NameArgument],
            Field(max_length=20, description="Hosts that the rows and your key may go to."),
        ] = [],  # noqa: B006 - becomes the schema's default and is never changed
    ) -> Job:
        """Start the training of a bundle: it may send the rows to a provider and cost money.

        Without `confirm` it only says who gets what, at which host and for what money, as an error. Show that to the
        person word for word, and call again only after they have agreed. The same bundle never makes two jobs.
        """
        if not self.house.spends:
            raise AdvisorError(
                "this server spends nothing", place=bundle, remedy="Start it with --allow-spending."
            )
        folder = self.house.inside(bundle)
        plan = read_bundle(folder)
        terms = terms_of(plan, folder, os.environ)
        if terms is not None:
            require_named(terms, hosts)
        if not confirm:
            said = " ".join(terms.lines()) if terms else f"it would train here with {plan.backend}"
            raise AdvisorError(
                said, place="confirm", remedy="Ask the person, then call again with confirm: true."
            )
        return job_verbs.submit(JobStore(), plan, folder, catalog=self.house.catalog, from_elsewhere=True)

    def training_status(self, job: NameArgument) -> Job:
        """Return a job's status. A hosted job is looked up at its provider."""
        return job_verbs.refresh(JobStore(), job)
