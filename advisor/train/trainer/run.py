"""Carry out one run folder with TRL and PEFT: train or resume from the last checkpoint, then write the artefacts."""

from __future__ import annotations

import contextlib
import math
import os
import time
import warnings
from pathlib import Path
from typing import Any

from advisor.data.rows.conversation import Conversation
from advisor.errors import AdvisorError
from advisor.train.trainer.checkpoints import last_checkpoint
from advisor.train.trainer.model_folder import resolve_base_model
from advisor.train.trainer.progress import ProgressLine, ProgressWriter
from advisor.train.trainer.rows import Tokenised, check_learnable, read_rows, shared_system_prompt, tokenise
from advisor.train.trainer.run_files import CHECKPOINTS
from advisor.train.trainer.settings import OPTIMIZERS, RunSettings, read_settings


def train(run: Path) -> dict[str, Any]:
    """Train what `run/settings.json` describes and give the result record.

    Raises:
        AdvisorError: The settings, rows or model cannot be trained on; nothing has been computed yet.
    """
    settings = read_settings(run)
    _prepare_process(settings)
    writer = ProgressWriter(run)
    try:
        return _Run(run, settings, writer).carry_out()
    finally:
        writer.close()


def _prepare_process(settings: RunSettings) -> None:
    # progress has a file of its own; bars and notes on renamed options would only fill the log
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")
    import datasets
    import torch
    import transformers

    datasets.disable_progress_bars()
    transformers.utils.logging.disable_progress_bar()
    if settings.threads is not None:
        torch.set_num_threads(settings.threads)


class _Run:
    """The steps of one run in order; holds what they share."""

    def __init__(self, run: Path, settings: RunSettings, writer: ProgressWriter) -> None:
        self.run = run
        self.settings = settings
        self.writer = writer
        self.step = 0

    def carry_out(self) -> dict[str, Any]:
        from advisor.train.trainer.artefacts import write_artefacts

        rows = read_rows(self.settings.train_path)
        check_learnable(self.settings.train_path, rows)
        base, tokenizer = self._base()
        train_rows = self._tokenised(rows, tokenizer, self.settings.train_path)
        eval_rows = self._eval_rows(tokenizer)
        self._stage("Loading the model")
        trainer = build_trainer(
            self.run, self.settings, (base, tokenizer), (train_rows, eval_rows), self.writer
        )
        outcome = self._fit(trainer)
        self.step = outcome["steps"]
        self._stage("Writing the adapter")
        facts = {
            "rows": len(train_rows.rows),
            "rows_without_answer": train_rows.without_answer,
            "rows_truncated": train_rows.truncated,
            "tokens_per_epoch": train_rows.tokens,
            "trained_tokens_per_epoch": train_rows.trained_tokens,
            "system_prompt": shared_system_prompt(rows, self.settings.system_prompt),
            **outcome,
        }
        return write_artefacts(self.run, self.settings, trainer, base, facts)

    def _base(self) -> tuple[str, Any]:
        from transformers import AutoTokenizer

        from advisor.train.trainer.chat_template import set_training_template

        self._stage("Preparing the base model")
        base = resolve_base_model(self.settings.base_model)
        tokenizer = AutoTokenizer.from_pretrained(base)
        tokenizer.model_max_length = 10**9  # the length is ours to set; the tokenizer would only warn
        set_training_template(tokenizer)
        return base, tokenizer

    def _tokenised(self, rows: list[Conversation], tokenizer: Any, path: Path) -> Tokenised:
        tokenised = tokenise(
            rows,
            tokenizer,
            seq_len=self.settings.seq_len,
            system_prompt=self.settings.system_prompt,
            all_tokens=not self.settings.assistant_only,
        )
        if not tokenised.rows:
            raise AdvisorError(
                f"no row leaves a token to train on within {self.settings.seq_len} tokens",
                place=str(path),
                remedy="Allow longer rows (seq_len), shorten the prompts, or add assistant text.",
            )
        return tokenised

    def _eval_rows(self, tokenizer: Any) -> Tokenised | None:
        path = self.settings.eval_path
        return None if path is None else self._tokenised(read_rows(path), tokenizer, path)

    def _fit(self, trainer: Any) -> dict[str, Any]:
        from advisor.train.trainer.callbacks import StopAsked

        checkpoint = last_checkpoint(self.run)
        began = time.monotonic()
        with contextlib.suppress(StopAsked):
            if checkpoint is None and trainer.eval_dataset is not None:
                trainer.evaluate()  # the loss before training: what "falls" is measured from
            began = time.monotonic()
            trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
        state = trainer.state
        # the trainer's own mean forgets what came before a resumption; its log does not
        losses = [log["loss"] for log in state.log_history if "loss" in log]
        return {
            "steps": state.global_step,
            "max_steps": state.max_steps,
            "train_loss": sum(losses) / len(losses) if losses else None,
            "final_loss": losses[-1] if losses else None,
            "best_eval_loss": state.best_metric,
            "best_step": state.best_global_step,
            "seconds": round(time.monotonic() - began, 2),
            "workers": trainer.args.world_size,
            "resumed_from": checkpoint.name if checkpoint else None,
        }

    def _stage(self, message: str) -> None:
        self.writer.write(ProgressLine(at=time.time(), kind="stage", step=self.step, message=message))


def build_trainer(
    run: Path,
    settings: RunSettings,
    base: tuple[str, Any],
    rows: tuple[Tokenised, Tokenised | None],
    writer: ProgressWriter,
) -> Any:
    """Put model (name and tokenizer), rows (to train and to evaluate on), adapter and callbacks together."""
    from datasets import Dataset
    from transformers import EarlyStoppingCallback, PrinterCallback, set_seed
    from trl import SFTTrainer

    from advisor.train.trainer.adapters import load_model, lora_config
    from advisor.train.trainer.callbacks import ProgressCallback, StopWhenAsked

    set_seed(settings.seed)
    model = load_model(base[0], settings)
    callbacks: list[Any] = [ProgressCallback(writer), StopWhenAsked(run)]
    if settings.patience is not None and rows[1] is not None:
        callbacks.append(EarlyStoppingCallback(early_stopping_patience=settings.patience))
    trainer = SFTTrainer(
        model=model,
        args=sft_config(run, settings, n_rows=len(rows[0].rows), with_eval=rows[1] is not None),
        train_dataset=Dataset.from_list(rows[0].rows),
        eval_dataset=Dataset.from_list(rows[1].rows) if rows[1] else None,
        processing_class=base[1],
        peft_config=lora_config(model, settings),
        callbacks=callbacks,
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


def sft_config(run: Path, settings: RunSettings, *, n_rows: int, with_eval: bool) -> Any:
    """Spell the settings out for TRL, whose defaults suit neither LoRA's learning rate nor a CPU."""
    import torch
    from trl import SFTConfig

    from advisor.train.trainer.adapters import model_dtype

    on_gpu = torch.cuda.is_available()
    total = total_steps(settings, n_rows)
    every = settings.eval_every_steps or max(1, math.ceil(total / max(settings.epochs, 1)))
    return SFTConfig(
        output_dir=str(run / CHECKPOINTS),
        per_device_train_batch_size=settings.micro_batch,
        per_device_eval_batch_size=settings.micro_batch,
        gradient_accumulation_steps=settings.gradient_accumulation,
        num_train_epochs=settings.epochs,
        max_steps=settings.max_steps or -1,
        learning_rate=settings.learning_rate,
        lr_scheduler_type=settings.scheduler,
        warmup_steps=math.ceil(settings.warmup_ratio * total),
        optim=OPTIMIZERS.get(settings.optimizer, settings.optimizer),
        gradient_checkpointing=settings.checkpointing,
        max_length=settings.seq_len,
        packing=settings.packing,
        bf16=on_gpu and model_dtype(settings) is torch.bfloat16,
        use_cpu=not on_gpu,
        seed=settings.seed,
        logging_steps=1,
        eval_strategy="steps" if with_eval else "no",
        eval_steps=every if with_eval else None,
        save_strategy="steps",
        save_steps=every,
        save_total_limit=3,  # the best, the last whole one, and the one being written when a kill comes
        load_best_model_at_end=with_eval,
        metric_for_best_model="eval_loss" if with_eval else None,
        greater_is_better=False if with_eval else None,
        disable_tqdm=True,
        report_to=[],
        dataloader_pin_memory=on_gpu,
    )


def total_steps(settings: RunSettings, n_rows: int) -> int:
    """Count the optimizer steps of the whole run."""
    if settings.max_steps is not None:
        return settings.max_steps
    micro_batches = math.ceil(n_rows / (settings.micro_batch * int(os.environ.get("WORLD_SIZE", "1"))))
    return max(1, math.ceil(settings.epochs * math.ceil(micro_batches / settings.gradient_accumulation)))
