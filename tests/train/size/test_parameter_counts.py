"""Adapters are counted exactly as PEFT counts them."""

from __future__ import annotations

import pytest

from advisor.errors import AdvisorError
from advisor.train.size.adapters import lora_parameters, make_adapter, target_modules
from advisor.train.size.architecture import architecture_of


def architecture(catalog, name):
    return architecture_of(catalog.models[name].config, place=name)


def test_one_matrix_of_4096_by_4096_at_rank_16_trains_131072():
    assert lora_parameters(4096, 4096, 16) == 131_072


@pytest.mark.parametrize(
    ("name", "trained"),
    [("llama-3.1-8b", 41_943_040), ("llama-2-7b", 39_976_960), ("smollm2-135m", 4_884_480)],
)
def test_all_linear_layers_at_rank_16(catalog, name, trained):
    assert make_adapter(architecture(catalog, name), ("all-linear",), 16).parameters == trained


def test_every_published_total_is_counted_to_the_last_weight(catalog):
    counted = {name: architecture(catalog, name).total_parameters for name in catalog.models}
    published = {name: model.parameters for name, model in catalog.models.items() if model.parameters}
    assert len(published) >= 60
    assert {name: counted[name] for name in published} == published


def test_queries_and_values_of_a_model_with_few_key_heads(catalog):
    adapter = make_adapter(architecture(catalog, "llama-3.1-8b"), ("q", "v"), 8)
    assert adapter.by_module == {"q_proj": 32 * 8 * 8192, "v_proj": 32 * 8 * 5120}


def test_dora_trains_one_more_number_for_each_output(catalog):
    llama = architecture(catalog, "llama-2-7b")
    extra = make_adapter(llama, ("q",), 8, dora=True).parameters - make_adapter(llama, ("q",), 8).parameters
    assert extra == 32 * 4096


def test_an_adapter_on_stacked_experts_holds_one_for_each_expert(catalog):
    mixtral = architecture(catalog, "mixtral-8x7b")
    assert make_adapter(mixtral, ("all-linear",), 16).parameters == 359_665_664
    assert target_modules(make_adapter(mixtral, ("mlp",), 4)) == ["w1", "w2", "w3"]


def test_dora_on_stacked_experts_is_refused(catalog):
    with pytest.raises(AdvisorError, match="stacked experts"):
        make_adapter(architecture(catalog, "mixtral-8x7b"), ("all-linear",), 16, dora=True)


def test_a_misspelt_module_is_refused_with_the_nearest_one(catalog):
    with pytest.raises(AdvisorError, match="Did you mean 'q_proj'"):
        make_adapter(architecture(catalog, "llama-2-7b"), ("q_prj",), 8)


@pytest.mark.parametrize(
    "name",
    [
        "falcon-7b",
        "gemma-2-2b",
        "gpt-oss-20b",
        "hunyuan-0.5b",
        "lfm2-350m",
        "llama-3.2-1b",
        "mixtral-8x7b",
        "olmo-3-7b",
        "phi-2",
        "phi-3-mini",
        "pythia-1b",
        "qwen2.5-0.5b",
        "qwen3-0.6b",
        "qwen3.5-9b",
        "starcoder2-3b",
    ],
)
def test_small_models_of_real_shapes_are_counted_as_peft_prints_them(catalog, name):
    pytest.importorskip("peft")
    small = shrunk(catalog.models[name].config)
    ours = architecture_of(small, place=name)
    linear = sorted({matrix.name for matrix in ours.matrices if matrix.linear})
    sets = [("all-linear",), tuple(linear[::2])]  # every module alone: benchmarks/parameter_counts.py
    base = build(small)
    assert ours.total_parameters == sum(weight.numel() for weight in base.parameters())
    for targets in sets:
        assert make_adapter(ours, targets, 4).parameters == peft_count(small, targets), targets


def shrunk(config):
    """Keep the shape's proportions that matter (few key heads, wide MLPs, tied or not) and two or four layers."""
    layers = 4 if config["model_type"] in ("lfm2", "qwen3_5_text") else 2
    small = {
        **config,
        "num_hidden_layers": layers,
        "vocab_size": 512,
        "max_position_embeddings": 64,
        "hidden_size": config["num_attention_heads"] * 8,
        "pad_token_id": 0,
    }
    if "head_dim" in config:
        small["head_dim"] = 8
    if "intermediate_size" in config:
        small["intermediate_size"] = 96
    if "full_attn_idxs" in config:
        small["full_attn_idxs"] = [2]
    for name in ("num_local_experts", "num_experts"):
        if name in config:
            small[name] = 4
    return small


def build(config):
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    settings = {name: value for name, value in config.items() if name != "model_type"}
    with torch.device("meta"):
        return AutoModelForCausalLM.from_config(AutoConfig.for_model(config["model_type"], **settings))


def peft_count(config, targets):
    import torch
    from peft import LoraConfig, get_peft_model

    wanted = targets[0] if targets == ("all-linear",) else list(targets)
    lora = LoraConfig(task_type="CAUSAL_LM", r=4, target_modules=wanted)
    with torch.device("meta"):
        model = get_peft_model(build(config), lora, low_cpu_mem_usage=True)
    return model.get_nb_trainable_parameters()[0]


def test_a_name_means_one_model_only(catalog):
    owners = {}
    for key, model in catalog.models.items():
        for full in (key, model.name, *model.also):
            for name in {full.lower(), full.lower().rpartition("/")[2]}:
                assert owners.setdefault(name, key) == key, name
