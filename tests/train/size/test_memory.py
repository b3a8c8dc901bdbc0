"""Memory is the largest of its phases, and every term moves the way the world does."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from advisor.catalog import load_catalog
from advisor.errors import AdvisorError
from advisor.train.size.architecture import architecture_of, read_architecture
from advisor.train.size.calibrate import Measurement, calibrated, read_measurements
from advisor.train.size.estimate import Question, constants_of, estimate
from advisor.train.size.fits import Card, changes_to_fit, memory_span, probability_of_fitting
from advisor.train.size.memory import GIB, Constants, peak_memory
from advisor.train.size.run import Run
from advisor.train.size.serving_memory import Serving, cache_bytes_per_token, serving_memory

DAY = date(2026, 11, 22)
BARE = Constants(context_gib=0, workspace_gib=0, slack_share=0)
NAMES = ("llama-3.1-8b", "gemma-2-2b", "qwen3-0.6b", "phi-2", "mixtral-8x7b", "lfm2-350m")
LLAMA = architecture_of(load_catalog().models["llama-3.1-8b"].config, place="llama")


def peak(**settings):
    return peak_memory(LLAMA, Run.model_validate(settings), BARE)


def test_weights_of_llama_8b_in_bf16_are_fifteen_gib():
    assert peak(seq_len=1).parts["weights"] == 8_030_261_248 * 2


def test_double_quantisation_holds_4_127_bits_a_weight():
    held = peak(method="qlora", quantisation="nf4-double").parts
    linear = sum(matrix.parameters for matrix in LLAMA.matrices)
    rest = (LLAMA.total_parameters - linear) * 2
    bits = (held["weights"] - rest + held["quantisation_constants"]) * 8 / linear
    assert bits == pytest.approx(4.127, abs=0.001)


def test_plain_nf4_holds_4_5_bits_a_weight():
    held = peak(method="qlora", quantisation="nf4").parts
    linear = sum(matrix.parameters for matrix in LLAMA.matrices)
    bits = (
        (held["weights"] - (LLAMA.total_parameters - linear) * 2 + held["quantisation_constants"])
        * 8
        / linear
    )
    assert bits == pytest.approx(4.5)


def test_full_tuning_in_bf16_takes_eight_bytes_a_parameter_at_the_end_of_backward():
    held = peak(method="full", seq_len=16, loss_kernel="fused")
    assert held.phase == "end of backward"
    known = sum(held.parts[name] for name in ("weights", "gradients", "optimizer"))
    assert known == 8 * LLAMA.total_parameters


def test_mixed_precision_takes_sixteen_bytes_a_parameter():
    held = peak(method="full", precision="mixed", seq_len=16)
    known = sum(held.parts[name] for name in ("weights", "gradients", "optimizer"))
    assert known == 16 * LLAMA.total_parameters


def test_the_peak_is_the_largest_phase_and_not_their_sum():
    short, long = peak(method="full", seq_len=16), peak(method="full", seq_len=65_536)
    assert short.phase != long.phase


def test_logits_of_a_large_vocabulary_are_the_largest_term_of_a_small_model(catalog):
    gemma = architecture_of(catalog.models["gemma-3-270m"].config, place="gemma")
    held = peak_memory(gemma, Run(seq_len=2048, micro_batch=8), BARE)
    assert held.parts["logits"] > 0.8 * held.bytes


def test_batch_times_length_is_what_counts_with_flash_attention():
    assert peak(seq_len=256, micro_batch=8).bytes == pytest.approx(peak(seq_len=512, micro_batch=4).bytes)


def test_eager_attention_grows_with_the_square_of_the_length():
    def extra(length):
        settings = {"seq_len": length, "checkpointing": False}
        return peak(attention="eager", **settings).bytes - peak(**settings).bytes

    assert 3.5 < extra(8192) / extra(4096) < 4.1


def test_lora_saves_gradients_and_adam_but_hardly_any_activations():
    lora, full = peak(checkpointing=False), peak(method="full", checkpointing=False)
    assert lora.parts["activations"] > 0.75 * full.parts["activations"]
    assert lora.parts["optimizer"] < 0.02 * full.parts["optimizer"]


runs = st.builds(
    dict,
    method=st.sampled_from(["lora", "dora", "qlora", "full"]),
    rank=st.sampled_from([4, 16, 64]),
    targets=st.sampled_from([("attention",), ("q_proj", "v_proj")]),
    seq_len=st.sampled_from([64, 512, 4096]),
    micro_batch=st.integers(1, 8),
    checkpointing=st.booleans(),
    optimizer=st.sampled_from(["adamw", "adamw-8bit", "adafactor", "sgd"]),
    loss_kernel=st.sampled_from(["plain", "native", "upcast-chunked", "chunked", "fused"]),
    precision=st.sampled_from(["bf16", "mixed", "fp32"]),
)


@given(settings=runs)
def test_parts_add_up_and_none_is_negative(settings):
    held = peak_memory(LLAMA, Run.model_validate(settings), constants_of(load_catalog(), DAY)[0])
    assert min(held.parts.values()) >= 0
    assert held.bytes == pytest.approx(sum(held.parts.values()))


@given(settings=runs)
def test_more_of_anything_never_takes_less(settings):
    here = peak(**settings).bytes
    assert peak(**{**settings, "micro_batch": settings["micro_batch"] + 1}).bytes >= here
    assert peak(**{**settings, "seq_len": settings["seq_len"] * 2}).bytes >= here
    assert peak(**{**settings, "rank": settings["rank"] * 2}).bytes >= here


@given(settings=runs)
def test_every_saving_saves_or_changes_nothing(settings):
    here = peak(**settings).bytes
    assert (
        peak(**{**settings, "checkpointing": True}).bytes
        <= peak(**{**settings, "checkpointing": False}).bytes
    )
    assert (
        peak(**{**settings, "loss_kernel": "fused"}).bytes
        <= peak(**{**settings, "loss_kernel": "plain"}).bytes
    )
    assert peak(**{**settings, "block_kernel": "fused"}).bytes <= here
    assert peak(**{**settings, "offload_activations": True}).bytes <= here
    if settings["method"] == "full":
        assert peak(**{**settings, "optimizer_in_backward": True}).bytes <= here


@given(devices=st.integers(1, 64), sharding=st.sampled_from(["fsdp", "zero3"]))
def test_sharding_everything_over_more_devices_takes_less_on_each(devices, sharding):
    def each(count):
        return peak(method="full", sharding=sharding, n_gpus=count, seq_len=512, loss_kernel="fused").bytes

    assert each(devices + 1) <= each(devices) * 1.02 if devices > 1 else True
    assert each(64) < 0.2 * peak(method="full", seq_len=512, loss_kernel="fused").bytes


def test_zero_2_shards_gradients_and_states_but_not_weights():
    alone = peak(method="full", precision="mixed", seq_len=16)
    shared = peak(method="full", precision="mixed", seq_len=16, sharding="zero2", n_gpus=8)
    assert shared.parts["weights"] == alone.parts["weights"]
    assert shared.parts["optimizer"] == alone.parts["optimizer"] / 8


def test_quantised_weights_cannot_be_trained_whole():
    with pytest.raises(ValidationError, match="cannot be trained"):
        Run(method="full", quantisation="nf4")


@given(memory=st.floats(1, 200), more=st.floats(0, 100))
def test_a_larger_card_never_fits_less_surely(memory, more):
    _, doubt = constants_of(load_catalog(), DAY)
    held = peak(seq_len=2048)
    small = probability_of_fitting(held, memory, doubt)
    assert 0 <= small <= probability_of_fitting(held, memory + more, doubt) <= 1


def test_the_range_holds_the_expected_value(catalog, day):
    _, doubt = constants_of(catalog, day)
    span = memory_span(peak(seq_len=2048), doubt)
    assert 0 < span.low < span.expected < span.high


def test_every_change_named_really_fits(catalog, day):
    constants, doubt = constants_of(catalog, day)
    run = Run(seq_len=4096, micro_batch=4)
    found = changes_to_fit(LLAMA, run, Card("rtx-4090", 24), constants=constants, doubt=doubt)
    assert found
    for change, held, probability in found:
        assert probability >= doubt.fits_probability
        again = peak_memory(LLAMA, change.run, constants)
        assert again.bytes == held.bytes < peak_memory(LLAMA, run, constants).bytes


def test_the_first_change_named_costs_nothing_where_the_loss_is_to_blame(catalog, day):
    constants, doubt = constants_of(catalog, day)
    run = Run(method="qlora", seq_len=2048, micro_batch=4)
    change, _, _ = changes_to_fit(LLAMA, run, Card("rtx-4090", 24), constants=constants, doubt=doubt)[0]
    assert (change.setting, change.costs) == ("--loss-kernel chunked", "nothing")


def test_measured_runs_move_the_estimate_towards_them(catalog, day):
    _, doubt = constants_of(catalog, day)
    held = peak(seq_len=2048)
    one = calibrated(doubt, [Measurement(10, 12)])
    many = calibrated(doubt, [Measurement(10, 12)] * 20)
    assert 1 < one.scale < many.scale < 1.2
    assert memory_span(held, many).expected > memory_span(held, doubt).expected
    wide, narrow = memory_span(held, one), memory_span(held, many)
    assert narrow.high - narrow.low < wide.high - wide.low


def test_a_line_that_is_no_measurement_is_named(tmp_path):
    file = tmp_path / "measured.jsonl"
    file.write_text('{"estimated_gib": 10, "measured_gib": 11}\n{"estimated_gib": 10}\n')
    with pytest.raises(AdvisorError, match=r"measured\.jsonl:2"):
        read_measurements(file)


def test_a_cache_of_grouped_heads_is_a_quarter(catalog):
    llama_2 = architecture_of(catalog.models["llama-2-7b"].config, place="llama")
    assert cache_bytes_per_token(LLAMA) == 131_072
    assert cache_bytes_per_token(llama_2) == 4 * cache_bytes_per_token(LLAMA)


def test_many_adapters_on_one_base_cost_only_themselves():
    run = Run()
    merged, _ = serving_memory(LLAMA, run, Serving(), (0.03, 0.08, 0.2))
    adapted, parts = serving_memory(LLAMA, run, Serving(adapters=20), (0.03, 0.08, 0.2))
    assert adapted.expected - merged.expected == pytest.approx(20 * 41_943_040 * 2 / GIB)
    assert parts["adapters"] < 0.15 * parts["weights"]


def test_layers_with_a_window_keep_no_more_than_the_window(catalog):
    gemma = architecture_of(catalog.models["gemma-3-1b"].config, place="gemma")
    short, _ = serving_memory(gemma, Run(), Serving(context_tokens=512), (0, 0, 0))
    long, _ = serving_memory(gemma, Run(), Serving(context_tokens=32_768), (0, 0, 0))
    assert long.expected - short.expected < 0.25 * 64 * (short.expected)


def test_an_estimate_answers_for_every_card_smallest_first(catalog, day):
    answer = estimate(catalog, LLAMA, Run(method="qlora", loss_kernel="chunked"), Question(day))
    sizes = [fit.memory_gib for fit in answer.fits]
    assert sizes == sorted(sizes)
    assert answer.memory_gib.expected == pytest.approx(sum(answer.memory_gib.parts.values()))
    assert answer.seconds is not None
    assert answer.usd is not None
    assert answer.usd.low <= answer.usd.expected <= answer.usd.high


def test_twice_the_tokens_take_twice_the_time_but_not_twice_the_set_up(catalog, day):
    once = estimate(catalog, LLAMA, Run(), Question(day, gpu="a100-80", train_tokens=5e7))
    twice = estimate(catalog, LLAMA, Run(), Question(day, gpu="a100-80", train_tokens=1e8))
    assert once.seconds is not None
    assert twice.seconds is not None
    setup = catalog.parameter("training.setup_seconds", day).number
    assert twice.seconds - setup == pytest.approx(2 * (once.seconds - setup))


def test_an_unknown_type_is_sized_as_a_llama_and_says_so_before_all_else(catalog, day):
    found = architecture_of({**LLAMA_CONFIG, "model_type": "brandnew"}, place="config.json")
    assert found.total_parameters == LLAMA.total_parameters
    assert found.lowest_parameters < LLAMA.total_parameters < found.highest_parameters
    answer = estimate(catalog, found, Run(), Question(day))
    assert "brandnew" in answer.doubts[0]
    known = estimate(catalog, LLAMA, Run(), Question(day))
    assert known.doubts == []
    assert answer.memory_gib.high - answer.memory_gib.low > known.memory_gib.high - known.memory_gib.low


def test_the_text_part_of_a_model_that_sees_is_sized():
    nested = {"model_type": "mistral3", "text_config": LLAMA_CONFIG, "vision_config": {"hidden_size": 8}}
    found = architecture_of(nested, place="config.json")
    assert found.total_parameters == LLAMA.total_parameters
    assert "vision" in found.assumptions[-1]


TINY = '{"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1, "vocab_size": 9, '


@pytest.mark.parametrize(
    "text",
    [
        TINY + '"num_experts_per_tok": "x"}',
        TINY + '"layer_types": 3}',
        "[]",
        "{}",
        '{"hidden_size": "many"}',
        "not json",
        '{"hidden_size": -1}',
    ],
)
def test_what_is_no_configuration_is_an_error_with_its_place(tmp_path, text):
    file = tmp_path / "config.json"
    file.write_text(text)
    with pytest.raises(AdvisorError, match=r"config\.json"):
        read_architecture(file)


def test_a_directory_is_read_by_its_configuration(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps(LLAMA_CONFIG))
    assert replace(read_architecture(tmp_path), context=0) == replace(LLAMA, context=0)


LLAMA_CONFIG = load_catalog().models["llama-3.1-8b"].config
