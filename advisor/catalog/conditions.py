"""Conditions: plain data from a rule's ``when`` or a question's ``ask_when`` into a small checked tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from advisor.catalog.records import Fact
from advisor.catalog.strict_yaml import Located, Path_
from advisor.errors import AdvisorError, did_you_mean

Operator = Literal["in", "not_in", "at_least", "at_most", "above", "below", "has_any", "has_none"]

_COMPARISONS: Final = ("at_least", "at_most", "above", "below")
_ALLOWED: Final[dict[str, tuple[str, ...]]] = {
    "choice": ("not",),
    "text": ("not",),
    "boolean": ("not",),
    "ordered": (*_COMPARISONS, "not"),
    "number": (*_COMPARISONS, "not"),
    "many": ("has", "has_any", "has_none"),
}


@dataclass(frozen=True)
class ParameterRef:
    """A number from ``rules/parameters``, looked up by day when the condition is compiled."""

    name: str


@dataclass(frozen=True)
class Test:
    """One fact against one operand."""

    __test__ = False  # not a pytest class

    fact: str
    operator: Operator
    operand: tuple[Any, ...] | float | str | ParameterRef


@dataclass(frozen=True)
class Group:
    """Several conditions: all must hold, any, or none."""

    how: Literal["all", "any", "none"]
    members: tuple[Condition, ...]


Condition = Test | Group


def walk(condition: Condition) -> Iterator[Test]:
    """Return every test in the tree, in order."""
    if isinstance(condition, Test):
        yield condition
        return
    for member in condition.members:
        yield from walk(member)


def facts_in(condition: Condition) -> tuple[str, ...]:
    """Return the facts that the condition reads, each once, in order."""
    return tuple(dict.fromkeys(test.fact for test in walk(condition)))


@dataclass(frozen=True)
class ConditionReader:
    """Reads conditions against a vocabulary of facts and parameter names."""

    facts: Mapping[str, Fact]
    parameters: Mapping[str, Any]

    def read(self, located: Located, path: Path_) -> Condition:
        """Check and parse the mapping at ``path``; a wrong word is an error with its line."""
        value: Any = located.value
        for step in path:
            value = value[step]
        return self._group(value, located, path)

    def _group(self, value: Any, located: Located, path: Path_) -> Condition:
        if not isinstance(value, dict) or not value:
            raise AdvisorError(
                "a condition is a mapping from facts to values",
                place=located.at(path),
                remedy="Write 'fact: value', or 'any:' and 'none:' with a list of such mappings.",
            )
        members: list[Condition] = []
        for key, operand in value.items():
            here = (*path, key)
            if key in ("any", "none"):
                members.append(self._list(key, operand, located, here))
            else:
                members.append(self._test(key, operand, located, here))
        return members[0] if len(members) == 1 else Group("all", tuple(members))

    def _list(self, how: Any, value: Any, located: Located, path: Path_) -> Condition:
        if not isinstance(value, list) or not value:
            raise AdvisorError(
                f"'{how}' takes a list", place=located.at(path), remedy="Write '- fact: value' under it."
            )
        return Group(how, tuple(self._group(item, located, (*path, i)) for i, item in enumerate(value)))

    def _test(self, name: str, operand: Any, located: Located, path: Path_) -> Condition:
        fact = self.facts.get(name)
        if fact is None:
            raise AdvisorError(
                f"there is no fact '{name}'", place=located.at(path), remedy=did_you_mean(name, self.facts)
            )
        check = _Operands(name, fact, self.parameters, lambda: located.at(path))
        if isinstance(operand, dict) and "parameter" not in operand:
            tests = [check.comparison(word, value) for word, value in operand.items()]
            return tests[0] if len(tests) == 1 else Group("all", tuple(tests))
        values = operand if isinstance(operand, list) else [operand]
        if fact.type == "many":
            return Test(name, "has_any", check.words(values))
        return Test(name, "in", check.words(values))


@dataclass(frozen=True)
class _Operands:
    """Checks operands of one fact."""

    name: str
    fact: Fact
    parameters: Mapping[str, Any]
    place: Callable[[], str]

    def comparison(self, word: str, value: Any) -> Test:
        if word not in _ALLOWED[self.fact.type]:
            raise self.error(
                f"'{word}' does not go with '{self.name}', which is of type {self.fact.type}",
                did_you_mean(word, _ALLOWED[self.fact.type]),
            )
        values = value if isinstance(value, list) else [value]
        match word:
            case "not":
                return Test(self.name, "not_in", self.words(values))
            case "has" | "has_any":
                return Test(self.name, "has_any", self.words(values))
            case "has_none":
                return Test(self.name, "has_none", self.words(values))
            case _:
                return Test(self.name, word, self.bound(value))  # type: ignore[arg-type]

    def bound(self, value: Any) -> float | str | ParameterRef:
        if isinstance(value, dict):
            return self.reference(value)
        if self.fact.type == "ordered":
            return str(self.words([value])[0])
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.error(f"'{self.name}' is compared with {value!r}", "Give a number.")
        return float(value)

    def reference(self, value: Mapping[str, Any]) -> ParameterRef:
        name = value.get("parameter")
        if set(value) != {"parameter"} or not isinstance(name, str) or name not in self.parameters:
            remedy = did_you_mean(str(name), self.parameters)
            raise self.error(f"there is no parameter '{name}'", remedy)
        if self.fact.type != "number":
            raise self.error(f"'{self.name}' is not a number", "A parameter goes with numbers only.")
        return ParameterRef(name)

    def words(self, values: list[Any]) -> tuple[Any, ...]:
        return tuple(self.word(value) for value in values)

    def word(self, value: Any) -> Any:
        match self.fact.type:
            case "boolean":
                if not isinstance(value, bool):
                    raise self.error(f"'{self.name}' is {value!r}", "Write true or false.")
            case "number":
                if isinstance(value, bool) or not isinstance(value, int | float):
                    raise self.error(f"'{self.name}' is {value!r}", "Give a number.")
                return float(value)
            case "text":
                return str(value)
            case _:
                if value not in self.fact.option_ids:
                    raise self.error(
                        f"'{self.name}' has no option '{value}'",
                        did_you_mean(str(value), self.fact.option_ids),
                    )
        return value

    def error(self, problem: str, remedy: str) -> AdvisorError:
        return AdvisorError(problem, place=self.place(), remedy=remedy)
