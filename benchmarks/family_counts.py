"""Compare our parameter counts with transformers' own on every family, and try every family under a strange name.

    python benchmarks/family_counts.py

Each type that we know is built on PyTorch's meta device from the defaults of its configuration class, and again
with fewer layers, other heads, other experts and switches turned round. Then every causal language model of
transformers is sized under a type that nobody knows: it must be refused, or the range must hold its true count.
"""

from __future__ import annotations

import json
import logging
import warnings
from collections import Counter
from collections.abc import Iterator
from typing import Any

from advisor.errors import AdvisorError
from advisor.train.size.architecture import architecture_of
from advisor.train.size.families import FAMILIES

SIZES = {
    "head_dim": 96,
    "num_key_value_heads": 2,
    "first_k_dense_replace": 3,
    "num_dense_layers": 3,
    "n_shared_experts": 2,
    "num_shared_experts": 3,
    "num_experts": 4,
    "n_routed_experts": 8,
    "num_local_experts": 4,
    "moe_intermediate_size": 320,
    "shared_intermediate_size": 512,
    "intermediate_size": 2816,
    "decoder_sparse_step": 2,
    "mlp_only_layers": [0, 2],
    "interleave_moe_layer_step": 2,
    "num_kv_shared_layers": 4,
    "attn_layer_period": 4,
    "mamba_n_groups": 2,
    "conv_L_cache": 4,
}
SWITCHES = ("attention_bias", "tie_word_embeddings", "use_qk_norm", "qkv_bias", "attention_out_bias")
# Lists with an entry for each layer, and what follows from other fields: left out where the layers are fewer.
DERIVED = frozenset(
    {
        *(
            "layer_types",
            "mlp_layer_types",
            "moe_layers",
            "no_rope_layers",
            "per_layer_config",
            "indexer_types",
        ),
        *("layers_block_type", "num_attention_heads_per_layer", "layer_rope_theta", "qk_head_dim"),
    }
)
PADDING = frozenset(
    {
        *(
            "return_dict",
            "output_hidden_states",
            "dtype",
            "architectures",
            "id2label",
            "label2id",
            "model_type",
        ),
        *(
            "transformers_version",
            "_name_or_path",
            "problem_type",
            "chunk_size_feed_forward",
            "rope_parameters",
        ),
        *("output_attentions", "is_encoder_decoder"),
    }
)


def main() -> None:
    warnings.filterwarnings("ignore")
    logging.disable(logging.CRITICAL)
    built = {kind: found for kind in _types() if (found := _default(kind)) is not None}
    families = compared = differing = 0
    print(f"{'type':24}{'parameters':>18}{'shapes':>8}  differ")
    for kind, (config, total) in built.items():
        if kind not in FAMILIES or "text_config" in config or "vision_config" in config:
            continue  # the language model inside is a type of its own
        wrong = [] if _ours(kind, config) == total else ["its defaults"]  # a refusal counts here
        shapes = 1
        for change in _changes(config):
            theirs = _changed(kind, config, change)
            ours = theirs and _ours(kind, {**theirs[0], **change})
            if theirs is None or ours is None:
                continue  # one of the two refuses such a shape
            shapes += 1
            wrong += [] if ours == theirs[1] else [str(change)]
        families, compared, differing = families + 1, compared + shapes, differing + len(wrong)
        print(f"{kind:24}{total:18,}{shapes:8}  {'none' if not wrong else '; '.join(wrong)}")
    print(f"\n{families} families, {compared} shapes, {differing} differ")
    strange = Counter(_as_strange(config, total) for config, total in built.values())
    print(f"{len(built)} types under a name that nobody knows: {dict(strange)}")
    raise SystemExit(1 if strange["outside"] else 0)


def _types() -> list[str]:
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

    return list(MODEL_FOR_CAUSAL_LM_MAPPING_NAMES)


def _default(kind: str) -> tuple[dict[str, Any], int] | None:
    return _built(kind, {})


def _built(kind: str, settings: dict[str, Any]) -> tuple[dict[str, Any], int] | None:
    """Build a model without memory; null where transformers itself cannot."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    try:
        made = AutoConfig.for_model(kind, **settings)
        with torch.device("meta"):
            model = AutoModelForCausalLM.from_config(made)
    except Exception:  # noqa: BLE001  whatever a class has against its own defaults
        return None
    config = json.loads(made.to_json_string(use_diff=False))
    return config, sum(weight.numel() for weight in model.parameters())


def _changes(config: dict[str, Any]) -> Iterator[dict[str, Any]]:
    fewer = {"num_hidden_layers": 12} if config.get("num_hidden_layers") else {}
    if fewer:
        yield fewer
    for name, value in SIZES.items():
        if config.get(name) is not None:
            yield {**fewer, name: value}
    for name in SWITCHES:
        if isinstance(config.get(name), bool):
            yield {**fewer, name: not config[name]}


def _changed(kind: str, config: dict[str, Any], change: dict[str, Any]) -> tuple[dict[str, Any], int] | None:
    kept = {
        name: value
        for name, value in config.items()
        if name not in DERIVED | PADDING and value is not None and not isinstance(value, dict)
    }
    found = _built(kind, {**kept, **change})
    return None if found is None else (kept, found[1])


def _ours(kind: str, config: dict[str, Any]) -> int | None:
    """Count by our own reader; null where it refuses."""
    try:
        return architecture_of({**config, "model_type": kind}, place=kind).total_parameters
    except AdvisorError:
        return None


def _as_strange(config: dict[str, Any], total: int) -> str:
    strange = {**config, "model_type": "a-type-of-tomorrow"}
    if isinstance(config.get("text_config"), dict):
        strange["text_config"] = {**config["text_config"], "model_type": "a-text-type-of-tomorrow"}
    try:
        found = architecture_of(strange, place="config.json")
    except AdvisorError:
        return "refused"
    return "in range" if found.lowest_parameters <= total <= found.highest_parameters else "outside"


if __name__ == "__main__":
    main()
