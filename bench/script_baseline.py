"""A CSV file in, labels and a dendrogram out: the script people write today, with pandas, scikit-learn and SciPy.

    python -m bench.script_baseline customers.csv out

It is what `manage.py segment` is measured against, so it is written as their documentation shows it, and nothing in it is slow on
purpose: missing cells filled, categories one-hot, numbers standardised, Ward, the best silhouette of k = 2..10, the top of the
tree drawn, labels written.
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import pandas as pd
from scipy.cluster.hierarchy import dendrogram, fcluster, linkage
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import StandardScaler

KS = range(2, 11)


def main(file: Path, folder: Path) -> None:
    table = pd.read_csv(file)
    numbers = table.select_dtypes("number")
    dummies = pd.get_dummies(table.drop(columns=numbers.columns), dtype=float)
    scaled = StandardScaler().fit_transform(numbers.fillna(numbers.median()))
    rows = pd.concat([pd.DataFrame(scaled, columns=numbers.columns), dummies], axis=1).to_numpy()
    tree = linkage(rows, "ward")
    scores = {k: float(silhouette_score(rows, fcluster(tree, k, "maxclust"))) for k in KS}
    best = max(scores, key=scores.__getitem__)
    folder.mkdir(parents=True, exist_ok=True)
    figure, axes = plt.subplots(figsize=(10, 6))
    dendrogram(tree, truncate_mode="lastp", p=50, ax=axes)
    figure.savefig(folder / "dendrogram.png", dpi=150)
    table.assign(segment=fcluster(tree, best, "maxclust")).to_csv(folder / "labels.csv", index=False)
    print(f"k = {best}, silhouette {scores[best]:.3f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
