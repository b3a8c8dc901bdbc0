"""What a configuration says that the reader does not understand: a refusal, or a range instead of a count."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, NoReturn

from advisor.errors import AdvisorError
from advisor.train.size.families import Family
from advisor.train.size.families.attention import grouped, latent
from advisor.train.size.families.feedforward import gated, mixture, mixture_of
from advisor.train.size.families.layers import layer_kinds
from advisor.train.size.matrices import Block, Fields, ModelShape

STRUCTURE = re.compile(
    r"expert|moe|rout|shared|lora|latent|linear_(?!scal)|mamba|ssm|state|conv|recurrent|lru|rwkv|delta|window"
    r"|sliding|chunk|hybrid|pattern|layer_types|block_types?|block_type|attn_type|full_attn|gate|gating|altup"
    r"|laurel|per_layer|ple_|ngram|hc_|hyper_conn|engram|cross|adapter|group_size|index_|compress|_rank"
    r"|embedding_size|multi_query|decoder_arch|parallel_attn|kv_channels|loop|cycle|recurs|repeat|memory|streams?|low_rank|sparse|ffn|mlp_(ratio|type)|double|num_.*(heads|layers)"
)
"""Names that speak of experts, latent or linear attention, windows, gates, shared or repeated blocks."""
HARMLESS = re.compile(
    r"coef|factor|activation|router_act|scal|jitter|norm_topk|n_group|expert_group|topk|top_k|score|scoring|selection|dropout|eps|cache"
    r"|kernel(s|_options)?$|chunk_size|time_step|_dt_|dt_(min|max|init)|multiplier|softcap|capacity|renormalize"
    r"|ep_size|aux|router_(z|logit|bias|dtype)|alpha|beta|combin|implementation|token|max_window|nextn|mtp|_id$|_ids$"
    r"|initializer|init_|_init|residual|a_log|scan|mambapy|mem_eff|cross_entropy|overlap|swiglu|limit|normalization"
    r"|add_cross_attention|output_router|_tp$|qkv_clip|loss|route_scale|temperature|hash|reduction|clip|floor|noise"
    r"|norm_min|use_grouped|is_moe|mamba_(hidden_act|norm_before_gate)|conv_use_xavier|sparsity|bidirectional|ratio|neg_eigval|full_attn_mod|_activation"
)
"""Names of that kind that change no weight: how tokens are routed, scaled, started or cached."""
PLAIN_KINDS = frozenset({"full_attention", "sliding_attention", "chunked_attention", "attention"})
NOTHING: tuple[Any, ...] = (None, False, 0, 0.0, "", "none", "auto", [], {})


@dataclass(frozen=True, slots=True)
class CountRange:
    """How many parameters a model may have that is not understood to the last weight."""

    low: int
    high: int


def unread_structure(fields: Fields, ignored: frozenset[str], *, known: bool) -> list[str]:
    """List the fields that speak of the model's structure, hold something, and were not used for the count.

    Of a known type only sizes count: its switches and words are those that its family has.
    """
    return sorted(
        name
        for name, value in fields.unread().items()
        if name not in ignored
        and not _says_nothing(value)
        and not (known and isinstance(value, (bool, str)))
        and (_is_model(value) or _speaks(name))
    )


def _speaks(name: str) -> bool:
    return bool(STRUCTURE.search(name)) and not HARMLESS.search(name)


def _is_model(value: Any) -> bool:
    """Check for a configuration within the configuration: a further model that nobody has counted."""
    sizes = ("hidden_size", "num_hidden_layers", "num_layers", "d_model", "embed_dim")
    return isinstance(value, dict) and any(name in value for name in sizes)


def _says_nothing(value: Any) -> bool:
    if isinstance(value, list):
        return not any(value) if all(isinstance(item, (bool, int)) for item in value) else not value
    is_unit = isinstance(value, float) and value == 1.0  # a multiplier that changes nothing
    return is_unit or (isinstance(value, dict) and not value) or value in NOTHING


def refuse_unread(fields: Fields, kind: str, place: str, known: frozenset[str] | None) -> None:
    """Refuse a configuration whose structure was not wholly used; ``known`` are fields that its family ignores."""
    if names := unread_structure(fields, known or frozenset(), known=known is not None):
        _refuse([f"'{name}'" for name in names], kind, place)


def refuse_strange_layers(shape: ModelShape, kind: str, place: str) -> None:
    """Refuse a type that is not known and whose layers are not all softmax attention."""
    if strange := sorted(set(layer_kinds(shape)) - PLAIN_KINDS):
        _refuse([f"layers of the kind '{name}'" for name in strange], kind, place)


def _refuse(names: list[str], kind: str, place: str) -> NoReturn:
    shown = ", ".join(names[:6]) + (" …" if len(names) > 6 else "")
    raise AdvisorError(
        f"the configuration of type '{kind}' describes a structure that is not supported: {shown}",
        place=place,
        remedy="Its size would be a guess. Name a model of rules/models, or measure a short run.",
    )


def _guess(shape: ModelShape) -> Block:
    bias = shape.flag("attention_bias") or shape.flag("qkv_bias") or shape.flag("use_bias")
    attention = latent(shape) if shape.number("kv_lora_rank") else grouped(shape, (bias, False))
    if mixture_of(shape).count > 1:
        return attention + mixture(shape)
    return attention + gated(shape, bias=shape.flag("mlp_bias"))


GUESS = Family(_guess)
"""What an unknown type is taken for: Llama's layers, with experts or latent attention where the fields say so."""


def count_range(block: Block, rest: tuple[int, int]) -> CountRange:
    """Bound the count of an unknown type: its MLP may have no gate, and further parts may be there.

    ``rest`` is the least and the most of what is in no matrix.
    """
    whole = sum(matrix.parameters for matrix in block.matrices)
    gates = sum(
        matrix.parameters if matrix.linear else matrix.parameters // 2
        for matrix in block.matrices
        if matrix.name in ("gate_proj", "experts.gate_up_proj")
    )
    return CountRange(int(0.95 * (whole - gates + rest[0])), int(1.15 * (whole + rest[1])))
