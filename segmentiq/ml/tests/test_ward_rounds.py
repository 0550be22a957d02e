"""The exact Ward kernel from inside: rounds alone, the chain alone and the matrix alone must make one and the same tree."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.cluster.hierarchy import linkage

from segmentiq.ml.linkage.duplicates import collapse
from segmentiq.ml.linkage.forest import plant
from segmentiq.ml.linkage.probes import sample_rows
from segmentiq.ml.linkage.remarks import collecting
from segmentiq.ml.linkage.rounds import ask, choose_screen, link_ward

Matrix = NDArray[np.float64]
WAYS: dict[str, tuple[int, float, bool]] = {
    "rounds": (1, 0.0, False),
    "rounds by products": (1, 0.0, True),
    "walk": (1, 1.0, False),
    "walk by products": (1, 1.0, True),
    "rounds, then the matrix": (100, 0.0, False),
    "walk, then the matrix": (100, 1.0, True),
}


def quiet(share: float) -> None:
    """Take no notice."""


def clouds(n: int, d: int, seed: int = 0) -> Matrix:
    generator = np.random.default_rng(seed)
    centres = generator.normal(scale=3.0, size=(5, d))
    return centres[generator.integers(5, size=n)] + generator.normal(size=(n, d))


def link(values: Matrix, way: str, weights: Matrix | None = None) -> Matrix:
    unique = collapse(values, weights)
    return link_unique(unique.rows, unique.weights, way)


def link_unique(rows: Matrix, weights: Matrix, way: str) -> Matrix:
    few, slow, by_products = WAYS[way]
    return link_ward(rows, weights.copy(), quiet, few=few, slow=slow, by_products=by_products)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("n", "d"), [(65, 1), (200, 2), (1_000, 3), (3_000, 10), (700, 30), (300, 70)])
def test_every_way_gives_scipys_heights(way: str, n: int, d: int) -> None:
    values = clouds(n, d)
    heights = np.sort(link(values, way)[:, 2])
    np.testing.assert_allclose(heights, linkage(values, "ward")[:, 2], rtol=1e-9)


@pytest.mark.parametrize("way", WAYS)
def test_tied_values_give_every_way_the_same_sum_of_squares(way: str) -> None:
    values = np.random.default_rng(1).integers(0, 4, size=(900, 3)).astype(np.float64)
    unique = collapse(values, None)
    heights = link_unique(unique.rows, unique.weights, way)[:, 2]
    assert np.square(heights).sum() / 2 == pytest.approx(np.square(values - values.mean(axis=0)).sum(), rel=1e-10)


@pytest.mark.parametrize("way", WAYS)
def test_every_merge_on_tied_and_weighted_rows_joins_the_nearest_two(way: str) -> None:
    """Replay the tree in the order of its heights; no two clusters may be nearer than those that are joined."""
    generator = np.random.default_rng(2)
    rows = np.unique(generator.integers(0, 5, size=(150, 3)).astype(np.float64), axis=0)
    weights = generator.integers(1, 9, size=len(rows)).astype(np.float64)
    merges = link_unique(rows, weights, way)
    clusters = {at: (rows[at], weights[at]) for at in range(len(rows))}
    order = np.argsort(merges[:, 2], kind="stable")
    for number in order:
        (a, wa), (b, wb) = clusters.pop(int(merges[number, 0])), clusters.pop(int(merges[number, 1]))
        rest = [(a, wa), (b, wb), *clusters.values()]
        centres, mass = np.array([centre for centre, _ in rest]), np.array([weight for _, weight in rest])
        squares = np.square(centres[:, None] - centres[None]).sum(axis=2)
        costs = np.sqrt(2 * squares / (1 / mass[:, None] + 1 / mass[None]))[np.triu_indices(len(rest), 1)]
        assert merges[number, 2] <= costs.min() * (1 + 1e-9)
        clusters[len(rows) + int(number)] = ((wa * a + wb * b) / (wa + wb), wa + wb)


@pytest.mark.parametrize("way", WAYS)
def test_threads_do_not_change_a_bit(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    values, trees = np.round(clouds(4_000, 4), 1), []
    for threads in ("1", "2", "5"):
        monkeypatch.setenv("ENGINE_THREADS", threads)
        trees.append(link(values, way).tobytes())
    assert len(set(trees)) == 1


def test_geometric_growth_is_walked_and_exact() -> None:
    """A round would find one pair of 1,500; SciPy agrees with what the chain makes of it."""
    values = np.cumprod(np.full(1_500, 1.01))[:, None]
    shares: list[float] = []
    heights = link_ward(values, np.ones(1_500), shares.append)[:, 2]
    np.testing.assert_allclose(np.sort(heights), linkage(values, "ward")[:, 2], rtol=1e-9)
    assert len(shares) < 100


def test_far_outliers_do_not_blur_the_middle() -> None:
    """Coordinates are screened as float32; a customer a million times as large must not hide who is near to whom."""
    generator = np.random.default_rng(3)
    values = np.exp(generator.normal(scale=3.0, size=(3_000, 2)))
    values[0] *= 1e6
    heights = np.sort(link_ward(collapse(values, None).rows, np.ones(3_000), quiet, few=1)[:, 2])
    np.testing.assert_allclose(heights, linkage(values, "ward")[:, 2], rtol=1e-9)


@pytest.mark.parametrize("way", ["rounds by products", "walk by products"])
def test_products_lose_no_neighbour_far_from_the_centre(way: str) -> None:
    """Two dense groups a thousand of their widths apart: products cancel nearly all of their digits there."""
    generator = np.random.default_rng(4)
    values = np.concatenate([generator.normal(size=(400, 12)), 1_000 + generator.normal(size=(400, 12))])
    np.testing.assert_allclose(np.sort(link(values, way)[:, 2]), linkage(values, "ward")[:, 2], rtol=1e-9)


def test_a_pilot_chooses_the_screen_and_says_what_it_found() -> None:
    values = np.random.default_rng(5).normal(size=(17_000, 8))
    with collecting() as remarks:
        heights = link_ward(values, np.ones(17_000), quiet)[:, 2]
    assert remarks["pilot_differences_s"] > 0
    assert remarks["pilot_products_s"] > 0
    assert remarks["queries_per_row"] > 1
    assert np.square(heights).sum() / 2 == pytest.approx(np.square(values - values.mean(axis=0)).sum(), rel=1e-10)


def test_what_tell_raises_ends_the_linkage_between_rounds() -> None:
    def stop(share: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        link_ward(clouds(2_000, 3), np.ones(2_000), stop)


def test_progress_grows_from_round_to_round() -> None:
    shares: list[float] = []
    link_ward(clouds(2_000, 3), np.ones(2_000), shares.append)
    assert shares == sorted(shares)
    assert len(shares) > 10
    assert shares[-1] == pytest.approx(1.0)


def test_products_are_made_of_the_halved_squares_and_differences_are_not() -> None:
    """Both screens find the same neighbours; so spoil what only one of them reads, and see which of them goes wrong."""
    rows, weights = sample_rows(300, 10)
    found = {}
    for by_products in (False, True):
        with ThreadPoolExecutor(1) as pool:
            forest = choose_screen(plant(rows, weights, pool), by_products)
            forest.blocks.halves[:] = np.inf
            ask(forest, pool)
            found[by_products] = forest.clusters.costs.sum()
    assert found[True] > 1.01 * found[False]
