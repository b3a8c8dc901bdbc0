"""From a Hugging Face ``config.json`` to the numbers that sizing needs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from advisor.errors import AdvisorError
from advisor.train.size.configuration import BESIDE, TIES, count_beside, shape_of, text_part, whole
from advisor.train.size.families import FAMILIES, Family
from advisor.train.size.families.layers import attention_layers, windowed_layers
from advisor.train.size.matrices import LARGEST, Fields, Matrix, ModelShape
from advisor.train.size.unknown import GUESS, CountRange, count_range, refuse_strange_layers, refuse_unread

MAX_CONFIG_BYTES = 4_000_000


@dataclass(frozen=True, slots=True)
class Architecture:
    """One model's numbers."""

    model_type: str
    hidden: int
    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    intermediate: int
    vocabulary: int
    tied: bool
    matrices: tuple[Matrix, ...]
    small: int
    """Norms, sinks, convolutions, position tables: parameters that are in no matrix."""
    head_bias: bool
    gated: bool
    layer_norm: bool
    """The library's own LayerNorm, which keeps one input; otherwise an RMS norm written out in steps."""
    norms: int
    """Norms of hidden width in a layer."""
    query_key_norm: bool
    attention_layers: int
    window: int | None
    """Tokens that a sliding-window layer looks back."""
    windowed_layers: int
    experts_per_token: int
    logit_cap: bool
    """The logits go through a tanh, whose result is kept."""
    context: int
    latent: int = 0
    """Width of the latent that the cache holds in place of keys and values; 0 where it holds those."""
    beside: int = 0
    """Parameters of a part that sees or hears, roughly; not in any other number."""
    doubtful: CountRange | None = None
    """Where the type is not known: how many parameters it may have."""
    assumptions: tuple[str, ...] = ()

    @property
    def doubts(self) -> tuple[str, ...]:
        """What makes every figure of this model a rough one."""
        if self.doubtful is None:
            return ()
        low, high = self.lowest_parameters / 1e9, self.highest_parameters / 1e9
        said = f"The type '{self.model_type}' is not one we know. It is taken to look like Llama, so it has "
        return (f"{said}{low:.3g} to {high:.3g} B parameters, and memory is as uncertain.",)

    @property
    def embedding_parameters(self) -> int:
        """Token table and output matrix; one matrix if tied."""
        return self.vocabulary * self.hidden * (1 if self.tied else 2)

    @property
    def block_parameters(self) -> int:
        """What quantisation shrinks: the linear layers of the blocks."""
        return sum(matrix.parameters for matrix in self.matrices)

    @property
    def total_parameters(self) -> int:
        """Every weight of the language model."""
        bias = self.vocabulary if self.head_bias else 0
        return self.embedding_parameters + self.block_parameters + self.small + bias

    @property
    def lowest_parameters(self) -> int:
        """The fewest weights that it may have; the count itself where the type is known."""
        return self.doubtful.low if self.doubtful else self.total_parameters

    @property
    def highest_parameters(self) -> int:
        """The most weights that it may have; the count itself where the type is known."""
        return self.doubtful.high if self.doubtful else self.total_parameters

    @property
    def cache_width(self) -> int:
        """Values that the cache keeps of one token in one layer."""
        return self.latent or 2 * self.kv_width

    @property
    def q_width(self) -> int:
        """Width of all queries of a layer."""
        return self.heads * self.head_dim

    @property
    def kv_width(self) -> int:
        """Width of all keys of a layer."""
        return self.kv_heads * self.head_dim


def read_architecture(path: Path) -> Architecture:
    """Read ``config.json`` or the directory that holds one."""
    file = path / "config.json" if path.is_dir() else path
    if not file.is_file():
        raise AdvisorError(
            "there is no such model configuration", place=str(path), remedy="Name a config.json."
        )
    if file.stat().st_size > MAX_CONFIG_BYTES:
        raise AdvisorError(
            "the file is too large for a configuration", place=str(file), remedy="Name a config.json."
        )
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise AdvisorError(
            f"this is not JSON: {error}", place=str(file), remedy="Name the config.json of a model."
        ) from error
    return architecture_of(config, place=str(file))


def architecture_of(config: Any, *, place: str) -> Architecture:
    """Make the numbers from a configuration as Hugging Face writes it; vision parts are left out."""
    if not isinstance(config, Mapping):
        raise AdvisorError(
            "a configuration is a mapping", place=place, remedy="Name the config.json of a model."
        )
    try:
        return _architecture(text_part(config), config, place)
    except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
        raise AdvisorError(
            f"a value of the configuration has the wrong type: {error}",
            place=place,
            remedy="Name the config.json of a decoder language model.",
        ) from error


def _architecture(flat: dict[str, Any], config: Mapping[str, Any], place: str) -> Architecture:
    kind = str(flat.get("model_type") or "llama")
    known = FAMILIES.get(kind)
    family = known or GUESS
    fields = Fields(flat, family.defaults)
    shape = shape_of(fields, kind, place)
    if known is None:
        refuse_strange_layers(shape, kind, place)
    block = family.layout(shape)
    norms = family.norms_of(shape)
    found = Architecture(
        model_type=kind,
        hidden=shape.hidden,
        layers=shape.layers,
        heads=shape.heads,
        kv_heads=shape.kv_heads,
        head_dim=shape.head_dim,
        intermediate=shape.intermediate // 2 if kind in ("qwen", "recurrent_gemma") else shape.intermediate,
        vocabulary=whole(fields, ("vocab_size", "padded_vocab_size"), place),
        tied=_is_tied(fields, family),
        matrices=block.matrices,
        small=block.small + _norm_parameters(family, shape, norms),
        head_bias=family.head_bias or shape.flag("lm_head_bias"),
        gated=_is_gated(block.matrices),
        layer_norm=family.layer_norm,
        norms=max(round(norms), 2 if not norms else 1),
        query_key_norm=family.query_key_norm or shape.flag("use_qk_norm"),
        attention_layers=attention_layers(shape),
        window=shape.number("sliding_window", "attention_chunk_size") or None,
        windowed_layers=windowed_layers(shape, kind),
        experts_per_token=_experts_per_token(shape),
        logit_cap=bool(fields.get("final_logit_softcapping")),
        context=shape.number("max_position_embeddings", "n_positions", "seq_length", default=2048),
        beside=count_beside(config),
        assumptions=_assumptions(config),
    )
    for name in BESIDE:
        fields.get(name)  # counted apart
    refuse_unread(fields, kind, place, None if known is None else known.ignored)
    found = _with_latent(found, shape)
    if known is not None:
        return found
    rest = found.total_parameters - found.block_parameters
    said = any(fields.get(name) is not None for name in TIES)
    spare = 0 if said or found.tied else found.vocabulary * found.hidden
    return replace(found, doubtful=count_range(block, (rest - spare, rest + int(1.5 * found.beside))))


def _with_latent(found: Architecture, shape: ModelShape) -> Architecture:
    """Set the heads of latent attention: keys come out of the latent for every head, with and without a position."""
    if all(matrix.name != "kv_b_proj" for matrix in found.matrices):
        return found
    rope = shape.number("qk_rope_head_dim", default=64)
    head_dim = shape.number("qk_nope_head_dim", default=128) + rope
    return replace(found, head_dim=head_dim, kv_heads=shape.heads, latent=shape.number("kv_lora_rank") + rope)


def _experts_per_token(shape: ModelShape) -> int:
    names = (
        "num_experts_per_tok",
        "num_experts_per_token",
        "experts_per_token",
        "moe_topk",
        "moe_k",
        "top_k_experts",
    )
    told = next((value for name in names if (value := shape.config.get(name)) is not None), 1)
    count = int(told[0] if isinstance(told, list) else told)
    if not 0 <= count <= LARGEST:
        raise ValueError(f"{count} experts for a token are not a size")
    return count or 1


def _is_tied(fields: Fields, family: Family) -> bool:
    told = next((fields[name] for name in TIES if fields.get(name) is not None), None)
    return (family.tied if told is None else bool(told)) and not family.always_untied


def _norm_parameters(family: Family, shape: ModelShape, norms: float) -> int:
    each = shape.hidden * (2 if family.norm_bias else 1)
    return round(shape.layers * norms) * each + (each if family.final_norm else 0)


def _is_gated(matrices: tuple[Matrix, ...]) -> bool:
    names = {matrix.name for matrix in matrices}
    return bool(names & {"gate_proj", "gate_up_proj", "experts.gate_up_proj", "w1", "input_linear"})


def _assumptions(config: Mapping[str, Any]) -> tuple[str, ...]:
    if beside := count_beside(config):
        part = f"the vision or audio part of about {beside / 1e9:.1f} B is in memory besides, frozen"
        return (f"Parameters are those of the language model; {part}.",)
    if any(key in config for key in BESIDE):
        return ("Only the language model is sized; the vision or audio part is left out.",)
    return ()
