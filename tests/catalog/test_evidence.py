"""What a reader could not check is found: no page, not read, a number from nowhere, the same source twice."""

from __future__ import annotations

import pytest

from advisor.catalog import load_catalog
from advisor.catalog.evidence import citations, evidence_findings, numbers_in

SOURCE = (
    '{{title: "T {id}", by: Somebody, kind: paper, url: "{url}", published: "2026", checked: 2026-11-26, '
    'read: {read}, note: "{note}", found: [{found}]}}'
)
RULE = """id: mine
title: A rule of mine
consideration: team
when: {{team_skill: strong}}
effect: {{look_up: slightly_for}}
because: Because it is a rule that has to be long enough to be read by anybody.
unless: It is not.
evidence:
  - {{source: mine-2026, says: "{says}", supports: {supports}}}
reviewed: 2026-11-26
review_by: 2027-05-26
examples:
  - {{name: strong, facts: {{team_skill: strong}}, fires: true}}
  - {{name: none, facts: {{team_skill: none}}, fires: false}}
"""


def found(tmp_path, *, url="https://example.org/paper", read="full", note="", found='"It rose by 12 percent."',
          says="It rose by 12 percent.", supports="direct", more=""):  # fmt: skip
    (tmp_path / "sources").mkdir()
    (tmp_path / "decision").mkdir()
    line = SOURCE.format(id="mine", url=url, read=read, note=note, found=found)
    (tmp_path / "sources" / "mine.yaml").write_text(f"mine-2026: {line}\n{more}", encoding="utf-8")
    (tmp_path / "decision" / "mine.yaml").write_text(
        RULE.format(says=says, supports=supports), encoding="utf-8"
    )
    return {item.check for item in evidence_findings(load_catalog(tmp_path)) if "mine" in item.message}


def test_the_rulebook_itself_has_nothing_that_cannot_be_checked(catalog):
    assert evidence_findings(catalog) == []


def test_a_page_that_was_read_and_holds_the_number_passes(tmp_path):
    assert found(tmp_path) == set()


@pytest.mark.parametrize("url", ["", "https://example.org", "https://example.org/"])
def test_a_domain_is_no_address(tmp_path, url):
    assert found(tmp_path, url=url) == {"address"}


@pytest.mark.parametrize("read", ["second-hand", "memory"])
def test_what_was_not_read_is_not_direct(tmp_path, read):
    assert found(tmp_path, read=read) == {"direct-unread"}


@pytest.mark.parametrize("read", ["second-hand", "memory"])
def test_what_was_not_read_may_be_indirect(tmp_path, read):
    assert found(tmp_path, read=read, supports="indirect") == set()


def test_a_page_that_is_lost_and_said_to_be_is_no_direct_witness(tmp_path):
    assert found(tmp_path, url="", note="It could not be found again.") == {"direct-unread"}


@pytest.mark.parametrize(
    "says", ["It rose by 13 percent.", "It rose by nine percent.", "From 0.12 to 12 of 1,700 cases."]
)
def test_a_number_that_no_note_holds_is_named(tmp_path, says):
    assert found(tmp_path, says=says) == {"number-not-read"}


def test_the_same_address_twice_is_one_source(tmp_path):
    twin = SOURCE.format(id="twin", url="https://example.org/paper/", read="full", note="", found="")
    assert "same-source-twice" in found(tmp_path, more=f"mine-too-2026: {twin}\n")


def test_names_of_models_hardware_and_years_are_no_findings():
    assert numbers_in("A tuned Llama 3 70B beat GPT-4 of 2023 on an A100 with Qwen2 and H100s") == set()
    assert numbers_in("From 0.18 to 53 percent, ten percent, 1,700 cases") == {0.18, 53, 10, 1700}


def test_every_line_of_evidence_is_counted_once(catalog):
    listed = sum(len(rule.evidence) for rule in catalog.rules.values())
    listed += sum(len(technique.evidence) for technique in catalog.techniques.values())
    assert len(citations(catalog)) == listed
