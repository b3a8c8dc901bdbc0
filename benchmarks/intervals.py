"""Do our intervals hold and do we name false winners: simulated comparisons, beside the ways that others use.

Run: python benchmarks/intervals.py [--comparisons 2000]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from itertools import combinations

import numpy as np

from advisor.evaluate.comparing import Table
from advisor.evaluate.statistics.intervals import difference_interval, group_sums
from advisor.evaluate.statistics.power import detectable
from advisor.evaluate.statistics.sequential import confidence_sequence, log_wealth, stops_at
from advisor.evaluate.statistics.significance import holm, sign_flip
from advisor.evaluate.verdict import Question, verdict_of

SIZES = (20, 40, 100, 400)
NORMAL = 1.959964
RESAMPLES = 500
LOOKS = [*range(20, 101, 10), *range(120, 401, 20)]


# --- worlds: two arms' scores, the true difference, clusters; drawn anew for every comparison -------------------


def right_or_wrong(rng, rows, *, alike):
    told, wins = rng.uniform(0.05, 0.5), 0.5 if alike else rng.uniform(0.15, 0.85)
    kind = rng.choice(3, rows, p=[told * wins, told * (1 - wins), 1 - told])
    both = (rng.random(rows) < 0.7).astype(float)
    one = np.where(kind == 0, 1.0, np.where(kind == 1, 0.0, both))
    two = np.where(kind == 0, 0.0, np.where(kind == 1, 1.0, both))
    return one, two, told * (2 * wins - 1), None


def graded(rng, rows, *, alike):
    ties, shapes = rng.uniform(0, 0.6), rng.uniform(1, 6, 4)
    if alike:
        shapes[2:] = shapes[:2]
    tied = rng.random(rows) < ties
    one = rng.beta(shapes[0], shapes[1], rows)
    two = np.where(tied, one, rng.beta(shapes[2], shapes[3], rows))
    means = shapes[0] / (shapes[0] + shapes[1]), shapes[2] / (shapes[2] + shapes[3])
    return one, two, (1 - ties) * (means[0] - means[1]), None


def rare_failures(rng, rows, *, alike):
    fails = rng.uniform(0, 0.15, 2)
    if alike:
        fails[1] = fails[0]
    quality = rng.beta(8, 3, rows)
    one, two = (quality * (rng.random(rows) >= rate) for rate in fails)
    return one, two, float(fails[1] - fails[0]) * 8 / 11, None


def rare_losses(rng, rows, *, alike):
    # Small differences everywhere, and now and then a large loss: the hardest of these worlds at few rows.
    rate, size = rng.uniform(0.05, 0.2), rng.uniform(0.2, 0.9)
    loss = rng.beta(8 * size, 8 * (1 - size), rows) * (rng.choice([-1, 1], rows) if alike else 1)
    small = rng.normal(0.0 if alike else 0.02, 0.05, rows)
    quality = rng.beta(8, 3, rows)
    truth = 0.0 if alike else (1 - rate) * 0.02 - rate * size
    return quality + np.where(rng.random(rows) < rate, -loss, small), quality, truth, None


def clustered(rng, rows, *, alike):
    told, wins, likeness = (
        rng.uniform(0.1, 0.5),
        0.5 if alike else rng.uniform(0.25, 0.75),
        rng.uniform(0.1, 0.8),
    )
    shares = [told * wins, told * (1 - wins), 1 - told]
    sizes = rng.integers(1, 8, rows)
    groups = np.repeat(np.arange(rows), sizes)[:rows]
    shared, own = rng.choice(3, rows, p=shares)[groups], rng.choice(3, rows, p=shares)
    kind = np.where(rng.random(rows) < likeness, shared, own)
    both = (rng.random(rows) < 0.7).astype(float)
    one = np.where(kind == 0, 1.0, np.where(kind == 1, 0.0, both))
    two = np.where(kind == 0, 0.0, np.where(kind == 1, 1.0, both))
    return one, two, told * (2 * wins - 1), groups


WORLDS = {
    "right or wrong, ties": right_or_wrong,
    "graded 0 to 1, ties": graded,
    "rare failures": rare_failures,
    "rare large losses": rare_losses,
    "clusters of 1 to 7 rows": clustered,
}


# --- ways: scores and clusters in, an interval out ---------------------------------------------------------------


def ours(one, two, groups, _rng):
    found = difference_interval(one - two, groups)
    return found.low, found.high


def normal(one, two, _groups, _rng):
    told = one - two
    reach = NORMAL * told.std(ddof=1) / np.sqrt(len(told))
    return told.mean() - reach, told.mean() + reach


def unpaired(one, two, _groups, _rng):
    reach = NORMAL * np.sqrt((one.var(ddof=1) + two.var(ddof=1)) / len(one))
    return (one - two).mean() - reach, (one - two).mean() + reach


def plain_bootstrap(one, two, _groups, rng):
    told = one - two
    means = told[rng.integers(0, len(told), (RESAMPLES, len(told)))].mean(axis=1)
    return tuple(np.quantile(means, [0.025, 0.975]))


def bayesian_bootstrap(one, two, groups, rng):
    sums, counts = group_sums(one - two, groups)
    weights = rng.standard_exponential((RESAMPLES, len(sums)))
    return tuple(np.quantile((weights @ sums) / (weights @ counts), [0.025, 0.975]))


def studentised_bootstrap(one, two, groups, rng):
    sums, counts = group_sums(one - two, groups)
    number, mean = len(sums), sums.sum() / counts.sum()
    error = np.sqrt(((sums - counts * mean) ** 2).sum()) / counts.sum()
    if not error:
        return mean, mean
    drawn = rng.integers(0, number, (RESAMPLES, number))
    means = sums[drawn].sum(1) / counts[drawn].sum(1)
    errors = np.sqrt(((sums[drawn] - counts[drawn] * means[:, None]) ** 2).sum(1)) / counts[drawn].sum(1)
    kept = errors > 1e-12
    low, high = np.quantile((means[kept] - mean) / errors[kept], [0.025, 0.975])
    return mean - high * error, mean - low * error


WAYS: dict[str, Callable] = {
    "Advisor": ours,
    "normal": normal,
    "plain bootstrap": plain_bootstrap,
    "Bayesian bootstrap": bayesian_bootstrap,
    "studentised bootstrap": studentised_bootstrap,
    "unpaired": unpaired,
}


def coverage(comparisons: int) -> None:
    print(
        f"\nCoverage of 95 % intervals, % (mean width in points); {comparisons:,} comparisons a cell, goal 93 to 97"
    )
    print("| world | rows | " + " | ".join(WAYS) + " |\n| --- | --- |" + " --- |" * len(WAYS))
    for name, world in WORLDS.items():
        for rows in SIZES:
            held, width = dict.fromkeys(WAYS, 0), dict.fromkeys(WAYS, 0.0)
            rng = np.random.default_rng(rows)
            for _ in range(comparisons):
                one, two, truth, groups = world(rng, rows, alike=False)
                for way, interval in WAYS.items():
                    low, high = interval(one, two, groups, rng)
                    held[way] += low <= truth <= high
                    width[way] += high - low
            cells = [
                f"{100 * held[way] / comparisons:.1f} ({100 * width[way] / comparisons:.0f})" for way in WAYS
            ]
            print(f"| {name} | {rows} | " + " | ".join(cells) + " |", flush=True)


def false_winners(comparisons: int) -> None:
    print(f"\nFalse winners between two alike arms, %; {comparisons:,} comparisons a cell, goal at most 5")
    print("| world | rows | " + " | ".join(WAYS) + " |\n| --- | --- |" + " --- |" * len(WAYS))
    for name, world in WORLDS.items():
        for rows in SIZES:
            wrong = dict.fromkeys(WAYS, 0)
            rng = np.random.default_rng(rows + 1)
            for _ in range(comparisons):
                one, two, _truth, groups = world(rng, rows, alike=True)
                for way, interval in WAYS.items():
                    low, high = interval(one, two, groups, rng)
                    said = low > 0 or high < 0
                    wrong[way] += said and (way != "Advisor" or sign_flip(one - two, groups) < 0.05)
            print(
                f"| {name} | {rows} | "
                + " | ".join(f"{100 * wrong[way] / comparisons:.1f}" for way in WAYS)
                + " |",
                flush=True,
            )


def arms_of(rng, rows, shares):
    # One difficulty a row, so that the arms agree more often than chance.
    difficulty = rng.random(rows)[:, None]
    return ((0.7 * difficulty + 0.3 * rng.random((rows, len(shares)))) < np.array(shares)).astype(float)


def five_arms(comparisons: int) -> None:
    print(f"\nFive arms, {comparisons:,} comparisons a row, %")
    print(
        "| rows | alike: any false winner, Holm | the same without correction | one at the margin of 10 points: shipped | four at the margin: shipped |"
    )
    print("| --- | --- | --- | --- | --- |")
    for rows in SIZES:
        rng, counts = np.random.default_rng(rows + 2), np.zeros(4)
        for _ in range(comparisons):
            scores = arms_of(rng, rows, [0.7] * 5)
            values = [sign_flip(scores[:, a] - scores[:, b]) for a, b in combinations(range(5), 2)]
            counts[:2] += min(holm(values)) < 0.05, min(values) < 0.05
            counts[2] += _shipped(rng, rows, [0.7, 0.7, 0.7, 0.7, 0.6]) == {"arm 4"}
            counts[3] += bool(_shipped(rng, rows, [0.7, 0.6, 0.6, 0.6, 0.6]) - {"arm 0", "none"})
        print(
            f"| {rows} | " + " | ".join(f"{value:.1f}" for value in 100 * counts / comparisons) + " |",
            flush=True,
        )


def _shipped(rng, rows, shares):
    scores = arms_of(rng, rows, shares)
    order = np.argsort(-scores.mean(axis=0), kind="stable")
    # The worse an arm, the cheaper, so that price tempts the wrong way; shares are means through the same margins.
    prices = {f"arm {index}": 10.0 - index for index in range(len(shares))}
    margin = true_share(shares[0]) - true_share(shares[-1])
    table = Table([f"arm {index}" for index in order], scores[:, order], None)
    return {verdict_of(table, Question("right", margin, prices)).ship or "none"}


def true_share(limit: float) -> float:
    """Return how often 0.7 u + 0.3 v lies below the limit, for u and v uniform."""
    points = np.linspace(0, 1, 20_001)
    return float(np.clip((limit - 0.7 * points) / 0.3, 0, 1).mean())


def peeking(comparisons: int) -> None:
    print(
        f"\nPeeking from row 20 to 400 ({len(LOOKS)} looks), right or wrong, a quarter of the rows told apart; {comparisons:,} comparisons a row"
    )
    print(
        "| true difference, points | fixed test says so at some look, % | sequential says so, % | its interval held at the stop, % | rows used of 400, mean | calls saved, % |"
    )
    print("| --- | --- | --- | --- | --- | --- |")
    for difference in (0.0, 0.05, 0.1, 0.2):
        rng, counts, used = np.random.default_rng(7), np.zeros(3), 0
        for _ in range(comparisons):
            told = rng.choice([1.0, -1.0, 0.0], 400, p=[0.125 + difference / 2, 0.125 - difference / 2, 0.75])
            counts[0] += any(sign_flip(told[:look]) < 0.05 for look in LOOKS)
            stop = stops_at(told)
            counts[1] += stop is not None
            low, high = confidence_sequence(told[: stop or 400])
            counts[2] += low <= difference <= high
            used += stop or 400
        shares = 100 * counts / comparisons
        mean = used / comparisons
        print(
            f"| {100 * difference:.0f} | {shares[0]:.1f} | {shares[1]:.1f} | {shares[2]:.1f} | {mean:.0f} | {100 - mean / 4:.0f} |",
            flush=True,
        )


def never_wrong(comparisons: int) -> None:
    print(
        "\nGraded scores and clusters, alike arms, a look after every row of 400: sequential names a winner, %"
    )
    for name in ("graded 0 to 1, ties", "rare failures"):
        rng, wrong = np.random.default_rng(8), 0
        for _ in range(comparisons):
            one, two, _truth, _groups = WORLDS[name](rng, 400, alike=True)
            wrong += bool(log_wealth(one - two).max() >= -np.log(0.05))
        print(f"  {name}: {100 * wrong / comparisons:.1f}")


def before_the_run() -> None:
    print(
        "\nSmallest difference in points that McNemar's exact test shows with 80 % power, by share of rows told apart"
    )
    print("| rows | 10 % | 20 % | 30 % |\n| --- | --- | --- | --- |")
    for rows in SIZES:
        found = [detectable(rows, share) for share in (0.1, 0.2, 0.3)]
        print(
            f"| {rows} | " + " | ".join("none" if one is None else f"{100 * one:.0f}" for one in found) + " |"
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--comparisons", type=int, default=2000)
    parser.add_argument("--world", choices=WORLDS, help="coverage and false winners in this world only")
    options = parser.parse_args()
    comparisons = options.comparisons
    if options.world:
        for name in set(WORLDS) - {options.world}:
            del WORLDS[name]
    start = time.perf_counter()
    before_the_run()
    coverage(comparisons)
    false_winners(comparisons)
    if not options.world:
        five_arms(comparisons)
        peeking(comparisons)
        never_wrong(comparisons)
    print(f"\n{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
