"""Time reading, cutting, indexing and searching 10,000 passages beside bare bm25s; recall on questions in other words.

Run: python benchmarks/retrieval.py [--parts 13600]
"""

from __future__ import annotations

import argparse
import random
import re
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl

from advisor.catalog import load_catalog
from advisor.evaluate.comparing import arm_scores
from advisor.evaluate.retrieve import (
    CutOptions,
    build_index,
    cut,
    fit_weight,
    fused,
    read_documents,
    score_retrieval,
)
from advisor.evaluate.retrieve.fusion import SHALLOWEST

QUERIES = 200
SEED = 2026
PLANS = ("Harbour", "Lighthouse", "Anchor", "Compass", "Galley", "Mast", "Rudder", "Keel")
ATTRIBUTES = {
    "includes {} seats": "How many people can use {}?",
    "costs {} crowns a month": "What is the price of {}?",
    "keeps backups for {} days": "How long are copies of the data stored with {}?",
    "answers support mail within {} hours": "When does somebody reply to my message on {}?",
    "may be cancelled with {} days notice": "How early must I tell you that I want to leave {}?",
    "allows {} gigabytes of files": "How much storage comes with {}?",
    "pays refunds within {} days": "When do I get my money back from {}?",
    "connects to {} other programs": "With how much software does {} integrate?",
    "is invoiced {} times a year": "How often will {} bill me?",
    "keeps a log of {} logins": "How many sign-ins does {} record?",
}
"""What a fact says, and how it is asked for in words that it does not use."""
GENERATED = ("rules.md", "cases.md", "checks.md")


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument(
        "--parts", type=int, default=13_600, help="parts; about three quarters as many passages"
    )
    count = options.parse_args().parts
    with tempfile.TemporaryDirectory() as folder:
        passages = prepared(Path(folder), count)
    speed(passages)
    for title, queries, corpus, wanted in (in_other_words(), by_heading()):
        quality(title, queries, corpus, wanted)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")


def timed(title: str, work: Callable[[], Any]) -> tuple[Any, float]:
    start, began = time.process_time(), time.perf_counter()
    result = work()
    seconds = time.process_time() - start
    print(f"| {title} | {seconds:.2f} s | {time.perf_counter() - began:.2f} s |")
    return result, seconds


def sentences() -> list[str]:
    """Return the sentences of the rulebook: real English prose that lies in every checkout."""
    catalog = load_catalog()
    texts = [part for rule in catalog.rules.values() for part in (rule.title, rule.because, rule.unless)]
    texts += [said.says for rule in catalog.rules.values() for said in rule.evidence]
    return sorted({one.strip() for text in texts for one in text.split(". ") if len(one) > 20})


def prepared(folder: Path, count: int) -> pl.DataFrame:
    drawn, known = random.Random(SEED), sentences()
    for number in range(count // 20):
        parts = [
            f"## Part {part} of {number}\n\n{'. '.join(drawn.choices(known, k=8))}." for part in range(20)
        ]
        (folder / f"{number:05}.md").write_text(f"# Document {number}\n\n" + "\n\n".join(parts))
    print("\n| step | processor | wall |\n| --- | --- | --- |")
    documents, _ = timed(f"read {count // 20:,} Markdown documents", lambda: read_documents(folder))
    passages, _ = timed(
        "cut into passages of 256 tokens", lambda: cut(documents.texts, CutOptions(tokens=256, overlap=0))
    )
    print(
        f"| passages, mean words | {len(passages):,}, {passages['text'].str.split(' ').list.len().mean():.0f} | |"
    )
    return passages


def speed(passages: pl.DataFrame) -> None:
    import bm25s

    asked = random.Random(SEED + 1).choices(sentences(), k=QUERIES)
    texts = passages["text"].to_list()
    build_index(passages.head(10), "fused").search(asked[:2], 5)  # packages and model are loaded

    def bare() -> Any:
        index = bm25s.BM25()
        index.index(bm25s.tokenize(texts, stopwords=None, show_progress=False), show_progress=False)
        return index

    peer, indexing = timed("bare bm25s: tokenize and index", bare)
    _, searching = timed(
        f"bare bm25s: {QUERIES} queries, 5 best",
        lambda: peer.retrieve(
            bm25s.tokenize(asked, stopwords=None, show_progress=False), k=5, show_progress=False
        ),
    )
    for kind in ("bm25", "static", "fused"):
        index, built = timed(f"{kind}: index", lambda kind=kind: build_index(passages, kind))
        _, found = timed(f"{kind}: {QUERIES} queries, 5 best", lambda index=index: index.search(asked, 5))
        print(
            f"| {kind}: ratio to bare bm25s, index / queries | {built / indexing:.1f} / {found / searching:.1f} | |"
        )


Task = tuple[str, list[str], pl.DataFrame, pl.DataFrame]


def in_other_words() -> Task:
    """Eighty invented facts, ten about each name, asked in words that the facts do not use."""
    pairs = [(plan, fact, asked) for plan in PLANS for fact, asked in ATTRIBUTES.items()]
    texts = [f"The {plan} plan {fact.format(7 + at * 3)}." for at, (plan, fact, _) in enumerate(pairs)]
    ids = [f"fact#{at}" for at in range(len(pairs))]
    queries = [asked.format(plan) for plan, _, asked in pairs]
    return "80 facts asked in other words", queries, corpus_of(ids, texts), wanted_of(ids)


def by_heading() -> Task:
    """Each heading of the documentation asks for the text below it; written by people, not for this."""
    found = [
        part.split("\n", 1)
        for path in sorted((Path(__file__).parent.parent / "docs").glob("*.md"))
        if path.name not in GENERATED
        for part in re.split(r"^#+ ", path.read_text(), flags=re.MULTILINE)[1:]
    ]
    sections = [(heading, body.strip()) for heading, body in found if len(body.split()) > 15]
    ids = [f"section#{at}" for at in range(len(sections))]
    corpus = corpus_of(ids, [body for _, body in sections])
    return f"{len(ids)} sections asked by heading", [head for head, _ in sections], corpus, wanted_of(ids)


def corpus_of(ids: list[str], texts: list[str]) -> pl.DataFrame:
    return pl.DataFrame({"passage_id": ids, "text": texts})


def wanted_of(ids: list[str]) -> pl.DataFrame:
    return pl.DataFrame({"example": ids, "passages": [[one] for one in ids]})


def quality(title: str, queries: list[str], corpus: pl.DataFrame, wanted: pl.DataFrame) -> None:
    """Print recall on one half of the questions; the weight of the fusion is fitted on the other half."""
    print(f"\n| {title}, held-out half | recall@1 | recall@3 | mrr@5 |\n| --- | --- | --- | --- |")
    order = list(range(len(queries)))
    random.Random(SEED).shuffle(order)
    fitted, held = order[::2], order[1::2]
    words, meaning = build_index(corpus, "bm25"), build_index(corpus, "static")
    weight = fit_weight(words, meaning, [queries[at] for at in fitted], wanted[fitted])
    asked = [queries[at] for at in held]
    for name, found in joined(words, meaning, asked, weight):
        told = arm_scores(score_retrieval(found, wanted[held], arm=name))
        cells = [f"{row['value']:.2f} ({row['low']:.2f} to {row['high']:.2f})" for row in in_order(told)]
        print(f"| {name} | {' | '.join(cells)} |")


def joined(words: Any, meaning: Any, asked: list[str], weight: float) -> Iterator[tuple[str, pl.DataFrame]]:
    both = [index.search(asked, SHALLOWEST) for index in (words, meaning)]
    yield "bm25", both[0]
    yield "static", both[1]
    yield "fused, weight 0.5", fused(*both, weight=0.5, k=5)
    yield f"fused, fitted weight {weight:g}", fused(*both, weight=weight, k=5)


def in_order(told: pl.DataFrame) -> list[dict[str, Any]]:
    return [
        told.row(by_predicate=pl.col("metric") == name, named=True)
        for name in ("recall@1", "recall@3", "mrr@5")
    ]


if __name__ == "__main__":
    main()
