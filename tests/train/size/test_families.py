"""Every family is counted to the last weight, and what is not understood is refused or bounded, never guessed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.catalog import load_catalog
from advisor.errors import AdvisorError
from advisor.train.size.activations import layer_bytes
from advisor.train.size.adapters import make_adapter
from advisor.train.size.architecture import architecture_of
from advisor.train.size.estimate import Question, estimate
from advisor.train.size.families import FAMILIES
from advisor.train.size.memory import Constants, peak_memory
from advisor.train.size.run import Run
from advisor.train.size.serving_memory import cache_bytes_per_token

BARE = Constants(context_gib=0, workspace_gib=0, slack_share=0)
LLAMA = {
    "model_type": "llama",
    "hidden_size": 4096,
    "intermediate_size": 14336,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "vocab_size": 128_256,
    "tie_word_embeddings": False,
}
GLM_AIR = {
    "model_type": "glm4_moe",
    "hidden_size": 4096,
    "intermediate_size": 10_944,
    "num_hidden_layers": 46,
    "num_attention_heads": 96,
    "num_key_value_heads": 8,
    "head_dim": 128,
    "vocab_size": 151_552,
    "moe_intermediate_size": 1408,
    "n_routed_experts": 128,
    "n_shared_experts": 1,
    "num_experts_per_tok": 8,
    "first_k_dense_replace": 1,
    "attention_bias": True,
    "use_qk_norm": False,
    "tie_word_embeddings": False,
}
NEMOTRON = {
    "model_type": "nemotron_h",
    "hidden_size": 4096,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "hybrid_override_pattern": "M-M-M-M*-M-M-M-M-M*-M-M-M-M-M*-M-M-M-M-M*-M-M-M-M-M-",
    "head_dim": 128,
    "mamba_head_dim": 64,
    "mamba_num_heads": 128,
    "n_groups": 8,
    "ssm_state_size": 128,
    "intermediate_size": 21_504,
    "vocab_size": 131_072,
    "conv_kernel": 4,
    "mlp_hidden_act": "relu2",
}
APERTUS = {**LLAMA, "model_type": "apertus", "intermediate_size": 21_504, "vocab_size": 131_072}
# Fields that no Llama has: each changes the size of the families that do have it.
STRANGE = st.sampled_from(
    [
        {"num_experts": 8, "num_experts_per_tok": 2},
        {"n_routed_experts": 64, "moe_intermediate_size": 1408},
        {"kv_lora_rank": 512, "qk_rope_head_dim": 64},
        {"linear_num_key_heads": 16, "linear_num_value_heads": 32},
        {"mamba_d_state": 128, "mamba_expand": 2},
        {"hidden_size_per_layer_input": 256},
        {"num_kv_shared_layers": 10},
        {"altup_num_inputs": 4},
        {"cross_attention_layers": [3, 8]},
        {"layers_of_tomorrow_config": {"hidden_size": 8, "num_layers": 2}},
    ]
)


@pytest.mark.parametrize(
    ("config", "billions"),
    [(GLM_AIR, 106.85), (NEMOTRON, 8.10), (APERTUS, 8.053), (LLAMA, 8.03)],
)
def test_families_have_the_size_that_their_makers_publish(config, billions):
    assert architecture_of(config, place="config.json").total_parameters / 1e9 == pytest.approx(
        billions, rel=2e-3
    )


def test_at_least_forty_families_are_known():
    assert len(FAMILIES) >= 100


@given(strange=STRANGE)
def test_a_known_type_with_a_structure_it_does_not_have_is_refused(strange):
    with pytest.raises(AdvisorError, match="not supported") as refusal:
        architecture_of({**LLAMA, **strange}, place="config.json")
    assert any(name in refusal.value.problem for name in strange)


@given(strange=STRANGE)
def test_a_type_that_nobody_knows_is_refused_or_bounded_and_never_exact(strange):
    try:
        found = architecture_of({**LLAMA, **strange, "model_type": "of-tomorrow"}, place="config.json")
    except AdvisorError:
        return
    assert found.lowest_parameters < found.total_parameters < found.highest_parameters
    assert found.doubts


@given(
    field=st.sampled_from(
        ["router_aux_loss_coef", "moe_gate", "n_group", "routed_scaling_factor", "use_sliding_window"]
    ),
    value=st.sampled_from([None, False, True, 0, "topk", [], {}]),
)
def test_what_changes_no_weight_refuses_nothing(field, value):
    found = architecture_of({**GLM_AIR, field: value}, place="config.json")
    assert found.total_parameters == architecture_of(GLM_AIR, place="config.json").total_parameters


JUNK = st.sampled_from(
    [-1, 0, 1, 1e308, -1e9, float("nan"), 10**30, 0.5, "x", "", [], [1], [None], {}, {"head_dim": "x"}, True]
)


@given(
    base=st.sampled_from([LLAMA, GLM_AIR, NEMOTRON, {**GLM_AIR, "model_type": "of-tomorrow"}]),
    changes=st.dictionaries(st.sampled_from(sorted({*GLM_AIR, *NEMOTRON})), JUNK, min_size=1, max_size=3),
)
def test_whatever_stands_in_a_configuration_is_sized_or_refused(base, changes):
    try:
        found = architecture_of({**base, **changes}, place="config.json")
    except AdvisorError:
        return
    assert peak_memory(found, Run(targets=("all-linear",)), BARE).bytes > 0


def test_layers_of_a_strange_kind_are_named_in_the_refusal():
    kinds = ["full_attention", "delta_of_tomorrow"] * 16
    with pytest.raises(AdvisorError, match="delta_of_tomorrow"):
        architecture_of({**LLAMA, "model_type": "of-tomorrow", "layer_types": kinds}, place="config.json")


def test_a_rough_count_never_fits_with_a_hundred_percent_inside_its_range(catalog, day):
    rough = architecture_of({**LLAMA, "model_type": "of-tomorrow"}, place="config.json")
    answer = estimate(catalog, rough, Run(named_program=True), Question(day))
    assert answer.total_parameters_span is not None
    inside = [fit for fit in answer.fits if answer.memory_gib.low < fit.memory_gib < answer.memory_gib.high]
    assert inside
    assert all(fit.probability < 0.96 for fit in inside)


def test_what_sees_is_in_memory_beside_the_language_model():
    vision = {"hidden_size": 1152, "num_hidden_layers": 27, "intermediate_size": 4304}
    seeing = architecture_of(
        {"model_type": "mistral3", "text_config": LLAMA, "vision_config": vision}, place="c"
    )
    alone = architecture_of(LLAMA, place="c")
    assert seeing.total_parameters == alone.total_parameters
    assert seeing.beside == 27 * (4 * 1152**2 + 2 * 1152 * 4304)


def test_the_outer_configuration_says_whether_the_output_matrix_is_one_with_the_table():
    inner = {**LLAMA, "tie_word_embeddings": False}
    found = architecture_of({"text_config": inner, "tie_word_embeddings": True}, place="c")
    assert found.tied


def test_experts_of_a_latent_model_get_adapters_and_what_shares_their_names_does_not():
    config = {
        **LLAMA,
        "model_type": "deepseek_v3",
        "kv_lora_rank": 512,
        "q_lora_rank": 1536,
        "n_routed_experts": 8,
        "n_shared_experts": 1,
        "moe_intermediate_size": 256,
        "first_k_dense_replace": 1,
    }
    found = make_adapter(architecture_of(config, place="c"), ("all-linear",), 4)
    assert {"experts.gate_up_proj", "experts.down_proj", "q_a_proj", "kv_b_proj"} <= set(found.by_module)
    assert "up_proj" not in found.by_module


def _built(kind, **settings):
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    config = AutoConfig.for_model(kind, **settings)
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config)
    return json.loads(config.to_json_string(use_diff=False)), sum(
        weight.numel() for weight in model.parameters()
    )


@pytest.mark.parametrize(
    "kind",
    [
        *("apertus", "arcee", "bamba", "deepseek_v2", "deepseek_v3", "ernie4_5_moe", "exaone4", "falcon_h1"),
        *("gemma3n_text", "gemma4_text", "glm4", "glm4_moe", "granitemoehybrid", "jamba", "kimi_linear"),
        *("llama4_text", "mamba2", "minimax_m2", "nemotron_h", "olmo_hybrid", "qwen2_moe", "qwen3_next"),
        *("recurrent_gemma", "seed_oss", "zamba2"),
    ],
)
def test_a_family_is_counted_as_transformers_counts_it(kind):
    pytest.importorskip("transformers")
    config, total = _built(kind)
    assert architecture_of(config, place=kind).total_parameters == total
    strange = {**config, "model_type": "of-tomorrow"}
    try:
        rough = architecture_of(strange, place=kind)
    except AdvisorError:
        return
    assert rough.lowest_parameters <= total <= rough.highest_parameters


def test_a_token_passes_only_the_experts_it_is_sent_to():
    few, many = ({**GLM_AIR, "num_experts_per_tok": count} for count in (2, 8))
    run = Run(checkpointing=False, targets=("q_proj",))
    held = [layer_bytes(architecture_of(config, place="c"), run, None).kept for config in (few, many)]
    assert held[1] - held[0] == pytest.approx(2 * 6 * (4096 + 3 * 1408 * 45 / 46))


def test_the_cache_of_latent_attention_holds_the_latent():
    deepseek = architecture_of(load_catalog().models["deepseek-v3"].config, place="c")
    assert cache_bytes_per_token(deepseek) == 61 * (512 + 64) * 2
    assert deepseek.q_width == 128 * 192


def test_no_model_of_the_catalogue_is_refused_or_rough():
    for name, model in load_catalog().models.items():
        assert architecture_of(model.config, place=name).doubtful is None
