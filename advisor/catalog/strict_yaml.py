"""Read YAML the strict way: a file in, plain values and the line of each out.

Only YAML 1.2 core types are guessed (so ``yes`` and ``12:30`` stay text), a key may stand once, aliases and
tags are refused, and size, depth and number of nodes are bounded.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from advisor.errors import AdvisorError

Path_ = tuple[str | int, ...]

MAX_BYTES: Final = 4_000_000
MAX_DEPTH: Final = 24
MAX_NODES: Final = 400_000

_PLAIN_TAGS: Final = {None, *(f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))}
_INT = re.compile(r"[-+]?(0|[1-9][0-9_]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9_]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|nan)", re.IGNORECASE)
_CONSTANTS: Final[dict[str, Any]] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


@dataclass(frozen=True)
class Located:
    """Plain values with the line on which each of them stands."""

    value: Any
    place: str
    lines: dict[Path_, int] = field(default_factory=dict)

    def line(self, path: Path_ = ()) -> int:
        """Give the line of the value at ``path``, or of its nearest parent; counts from 1."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.lines:
                return self.lines[path[:end]]
        return 1

    def at(self, path: Path_ = ()) -> str:
        """Name the place of the value at ``path`` as ``file:line``."""
        return f"{self.place}:{self.line(path)}"


def read_yaml(path: Path, *, max_bytes: int = MAX_BYTES, place: str | None = None) -> Located:
    """Read the file at ``path``; every defect is an :class:`AdvisorError` that names its line."""
    return parse_yaml(read_bounded_text(path, max_bytes=max_bytes), place=place or str(path))


def read_bounded_text(path: Path, *, max_bytes: int = MAX_BYTES) -> str:
    """Read a UTF-8 text file of at most ``max_bytes`` bytes."""
    place = str(path)
    try:
        with path.open("rb") as stream:
            content = stream.read(max_bytes + 1)
    except IsADirectoryError as error:
        raise AdvisorError("this is a folder", place=place, remedy="Name a file.") from error
    except OSError as error:
        reason = (error.strerror or "unreadable").lower()
        raise AdvisorError(
            f"the file cannot be read: {reason}", place=place, remedy="Check the path."
        ) from error
    if len(content) > max_bytes:
        raise AdvisorError(
            f"the file is larger than {max_bytes / 1e6:g} MB", place=place, remedy="Give a smaller file."
        )
    return decode_text(content, place=place)


def decode_text(content: bytes, *, place: str) -> str:
    """Decode UTF-8 and refuse control characters, which are a sign of a binary file."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise AdvisorError(
            "the file is not UTF-8 text", place=f"{place}:{line}", remedy="Save it as UTF-8."
        ) from error
    if "\0" in text:
        raise AdvisorError("the file is binary", place=place, remedy="Give a text file.")
    return text


def parse_yaml(text: str, *, place: str) -> Located:
    """Parse ``text``; ``place`` names it in errors."""
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    _refuse_depth(text, place)
    try:
        _refuse_aliases(text, place, loader)
        root = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, text, place) from error
    except yaml.YAMLError as error:
        raise AdvisorError(f"this is not YAML: {error}", place=place, remedy="Check the syntax.") from error
    except RecursionError as error:
        raise _too_deep(place) from error
    if root is None:
        return Located(None, place, {(): 1})
    return _Construction(place).run(root)


def _refuse_depth(text: str, place: str) -> None:
    # The C parser recurses; brackets and indented blocks are counted before it sees the text.
    depth = deepest = 0
    for char in text:
        if char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}":
            depth = max(0, depth - 1)
    dashes = max(
        (len(run.group(0)) // 2 for run in re.finditer(r"^(?:[ ]*- ?)+", text, re.MULTILINE)), default=0
    )
    if deepest > 200 or dashes > 400:
        raise _too_deep(place)


def _too_deep(place: str) -> AdvisorError:
    return AdvisorError(
        f"the nesting is deeper than {MAX_DEPTH} levels", place=place, remedy="Flatten the file."
    )


def _refuse_aliases(text: str, place: str, loader: Any) -> None:
    if "*" not in text and "&" not in text:
        return
    for event in yaml.parse(text, Loader=loader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise AdvisorError(
                "anchors and aliases (& and *) are not allowed",
                place=f"{place}:{event.start_mark.line + 1 if event.start_mark else 1}",
                remedy="Write the value out, or put text with & or * in quotes.",
            )


def _syntax_error(error: yaml.MarkedYAMLError, text: str, place: str) -> AdvisorError:
    mark: yaml.Mark | None = error.problem_mark or error.context_mark
    where = f"{place}:{mark.line + 1}" if mark else place
    problem = error.problem or "the syntax is wrong"
    lines = text.splitlines()
    if mark and mark.line < len(lines) and lines[mark.line].lstrip(" ").startswith("\t"):
        return AdvisorError("a tab is used for indentation", place=where, remedy="Indent with spaces.")
    return AdvisorError(
        f"this is not YAML: {problem}",
        place=where,
        remedy="Check indentation, colons and quotes on this line and the one above.",
    )


class _Construction:
    """One pass over the node tree; keeps the count of nodes and the line of each path."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.lines: dict[Path_, int] = {}
        self.nodes = 0

    def run(self, root: Node) -> Located:
        return Located(self.build(root, ()), self.place, self.lines)

    def build(self, node: Node, path: Path_) -> Any:
        self.nodes += 1
        self.lines[path] = node.start_mark.line + 1
        if node.tag not in _PLAIN_TAGS:
            raise AdvisorError(
                f"the tag '{node.tag}' is not allowed", place=self.at(node), remedy="Remove it."
            )
        if len(path) > MAX_DEPTH:
            raise _too_deep(self.at(node))
        if self.nodes > MAX_NODES:
            raise AdvisorError(
                f"there are more than {MAX_NODES:,} values", place=self.at(node), remedy="Split the file."
            )
        if isinstance(node, MappingNode):
            return self.mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.build(child, (*path, index)) for index, child in enumerate(node.value)]
        assert isinstance(node, ScalarNode)
        return self.scalar(node)

    def mapping(self, node: MappingNode, path: Path_) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                raise AdvisorError("a key must be a word", place=self.at(key_node), remedy="Quote it.")
            key = key_node.value
            if key in result:
                raise AdvisorError(
                    f"the key '{key}' stands twice",
                    place=self.at(key_node),
                    remedy=f"Keep one; the first is on line {self.lines[(*path, key)]}.",
                )
            result[key] = self.build(value_node, (*path, key))
            self.lines[(*path, key)] = key_node.start_mark.line + 1
        return result

    def scalar(self, node: ScalarNode) -> Any:
        text: str = node.value
        if node.tag and node.tag.startswith("!"):
            raise AdvisorError(
                f"the tag '{node.tag}' is not allowed", place=self.at(node), remedy="Remove it."
            )
        if node.style in ("'", '"', "|", ">"):
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        return self.number(text, node)

    def number(self, text: str, node: ScalarNode) -> Any:
        if _NOT_FINITE.fullmatch(text):
            raise AdvisorError(
                f"'{text}' is not a number to work with",
                place=self.at(node),
                remedy="Give a finite number, or leave it out if it is unknown.",
            )
        if len(text) < 400 and _INT.fullmatch(text):
            return int(text.replace("_", ""))
        if len(text) < 400 and _FLOAT.fullmatch(text) and any(c.isdigit() for c in text):
            value = float(text.replace("_", ""))
            return value if math.isfinite(value) else text
        return text

    def at(self, node: Node) -> str:
        return f"{self.place}:{node.start_mark.line + 1}"
