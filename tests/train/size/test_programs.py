"""What programs hold, and what the same words may turn out to be, is in the estimate and in its range."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.catalog import load_catalog
from advisor.errors import AdvisorError
from advisor.train.size.adapters import make_adapter
from advisor.train.size.architecture import architecture_of
from advisor.train.size.estimate import constants_of
from advisor.train.size.fits import memory_span, probability_of_fitting
from advisor.train.size.memory import GIB, Constants, peak_memory
from advisor.train.size.programs import PROGRAMS, settings_of
from advisor.train.size.run import Run
from tests.command_line import advisor

DAY = date(2026, 11, 26)
BARE = Constants(context_gib=0, workspace_gib=0, slack_share=0)
LLAMA = architecture_of(load_catalog().models["llama-3.1-8b"].config, place="llama")
TOKENS = 2048


def peak(**settings):
    return peak_memory(
        LLAMA, Run.model_validate({"seq_len": TOKENS, "checkpointing": False, **settings}), BARE
    )


def test_dora_keeps_the_two_results_that_it_scales():
    settings = {"targets": ("q_proj", "v_proj"), "rank": 32}
    extra = (
        peak(method="dora", **settings).parts["activations"]
        - peak(method="lora", **settings).parts["activations"]
    )
    # In bf16 from the base and in fp32 from the adapter, for each output of the two modules.
    assert extra == pytest.approx(TOKENS * 32 * (4096 + 1024) * (2 + 4))


def test_an_old_bitsandbytes_holds_every_input_and_a_loop_that_keeps_its_loss_holds_it_twice():
    settings = {"method": "qlora", "quantisation": "nf4", "targets": ("q_proj",)}
    now = peak(**settings).parts["activations"]
    old = peak(**settings, old_bitsandbytes=True).parts["activations"]
    twice = peak(**settings, old_bitsandbytes=True, holds_last_step=True).parts["activations"]
    inputs = TOKENS * 32 * (2 * 4096 + 4096 + 14336) * 2
    assert twice - old == pytest.approx(inputs)
    assert 0 < old - now < inputs


def test_inputs_of_products_that_are_not_quantised_are_held_by_nobody():
    settings = {"method": "lora", "targets": ("q_proj",)}
    assert peak(**settings, old_bitsandbytes=True).bytes == peak(**settings).bytes


def test_an_adapter_that_drops_inputs_keeps_its_own_copy_in_place_of_the_norms_output():
    plain, dropped = peak(targets=("q_proj",)), peak(targets=("q_proj",), dropout=True)
    extra = dropped.parts["activations"] - plain.parts["activations"]
    assert extra == pytest.approx(TOKENS * 32 * 4096 * 1)  # two bytes go, two and the mask's one come


def test_the_reducer_of_ddp_holds_each_gradient_a_second_time():
    alone, shared = peak(method="full", seq_len=16), peak(method="full", seq_len=16, sharding="ddp", n_gpus=2)
    assert shared.parts["gradients"] == 2 * alone.parts["gradients"]


def test_zero_3_gathers_up_to_its_live_parameters_beside_the_shard():
    shared = peak(method="lora", sharding="zero3", n_gpus=2)
    whole = peak(method="lora").parts["weights"]
    assert shared.parts["weights"] == pytest.approx(whole / 2 + 1e9 * 2, rel=1e-6)


def test_fp16_without_autocast_keeps_the_loss_in_16_bits():
    assert peak(precision="fp16").parts["logits"] == peak(loss_kernel="native").parts["logits"]
    assert peak(precision="fp16").parts["logits"] < peak(precision="bf16").parts["logits"]


def test_rows_that_only_have_a_limit_widen_the_range_downwards():
    _, doubt = constants_of(load_catalog(), DAY)
    full, limit = (memory_span(peak(full_rows=full, named_program=True), doubt) for full in (True, False))
    assert limit.low < full.low
    assert (limit.expected, limit.high) == (full.expected, full.high)


def test_a_patched_loss_may_not_be_in_force_but_a_programs_own_is():
    _, doubt = constants_of(load_catalog(), DAY)
    patched = memory_span(
        peak(loss_kernel="fused", optimizer="sgd", named_program=True, micro_batch=4, checkpointing=True),
        doubt,
    )
    own = memory_span(
        peak(
            loss_kernel="fused",
            optimizer="sgd",
            named_program=True,
            micro_batch=4,
            checkpointing=True,
            patched_loss=False,
        ),
        doubt,
    )
    assert patched.high > own.high
    assert patched.high >= peak(loss_kernel="native", optimizer="sgd", micro_batch=4, checkpointing=True).gib


def test_experts_of_a_four_bit_run_may_be_quantised_or_not():
    mixtral = architecture_of(load_catalog().models["mixtral-8x7b"].config, place="mixtral")
    _, doubt = constants_of(load_catalog(), DAY)

    def span(**settings):
        return memory_span(
            peak_memory(mixtral, Run(method="qlora", targets=("attention",), **settings), BARE), doubt
        )

    open_question, quantised = span(), span(quantised_experts=True)
    assert open_question.low <= quantised.expected < open_question.expected
    assert quantised.high < open_question.high / 2


@given(memory=st.floats(1, 200), named=st.booleans())
def test_the_probability_agrees_with_the_range(memory, named):
    _, doubt = constants_of(load_catalog(), DAY)
    held = peak(named_program=named)
    span = memory_span(held, doubt)
    usable = memory * doubt.usable_share
    probability = probability_of_fitting(held, memory, doubt)
    assert (usable >= span.high) == (probability >= 0.95 - 1e-4) or usable == pytest.approx(
        span.high, rel=1e-3
    )
    assert (usable <= span.low) == (probability <= 0.05 + 1e-4) or usable == pytest.approx(span.low, rel=1e-3)


def test_a_named_program_narrows_the_range():
    _, doubt = constants_of(load_catalog(), DAY)
    named, unnamed = (memory_span(peak(named_program=named), doubt) for named in (True, False))
    assert unnamed.low < named.low < named.high < unnamed.high


@pytest.mark.parametrize("program", sorted(PROGRAMS))
def test_every_program_makes_a_run(program):
    run = Run.model_validate({"method": "qlora", **settings_of(program)})
    assert run.named_program
    assert peak_memory(LLAMA, run, BARE).bytes > 0


def test_an_unknown_program_is_refused_with_the_nearest_one():
    with pytest.raises(AdvisorError, match="Did you mean 'axolotl'"):
        settings_of("axolot")


def test_what_is_typed_wins_over_what_the_program_does():
    def phase(*words):
        asked = ("size", "--model", "llama-3.1-8b", "--program", "trl", "--as-of", "2026-11-26", "--json")
        return json.loads(advisor(*asked, *words).stdout)["memory_gib"]["phase"]

    assert phase() == "backward"
    assert phase("--loss-kernel", "plain") == "loss"


def test_the_command_says_first_that_a_count_is_rough(tmp_path):
    file = tmp_path / "config.json"
    file.write_text(
        '{"model_type": "of-tomorrow", "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4,'
        ' "vocab_size": 100, "intermediate_size": 256}'
    )
    shown = advisor("size", "--config", str(file), "--as-of", "2026-11-26").stdout
    assert shown.startswith("Rough: The type 'of-tomorrow'")


def test_trained_products_are_counted_in_gib():
    adapter = make_adapter(LLAMA, ("q_proj",), 8)
    assert peak(targets=("q_proj",), rank=8).parts["adapters"] / GIB == pytest.approx(
        adapter.parameters * 4 / GIB
    )
