# ruff: noqa: INP001, SLF001 (a script beside the package, which reads with the engine's own parts)
"""Fit the weights of the second reading and write them: ``watchlists/lexicons/bobot.tsv``.

    python tools/fit_weights.py CORPUS LABELLED [--also FILE] [--held-out 012] [--out FILE]

``CORPUS`` is unlabelled JSON Lines (may be gzip) with ``text``; from it come word vectors, so that
a word which no labelled text holds is weighed like its neighbours in use. ``LABELLED`` is JSON
Lines with ``id``, ``text``, ``label``, ``contests`` and perhaps ``ambiguous``. ``--held-out``
leaves out the labelled texts whose sha256(id) ends in one of these digits. ``--also`` is a
second file of that form, labelled in one quick reading, which counts less. Needs scikit-learn.

No text enters the result, no name of a candidate, pair, party or place, and no word that stands
in fewer than ten texts.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import svds
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from monitor import watch
from monitor.match import stance
from monitor.match.engine import Engine
from monitor.match.lexicon import Lexicon
from monitor.match.live import LiveSets
from monitor.match.names import aliases, places
from monitor.match.signs import AFTER, BEFORE, blanks, signs, subject, words
from monitor.model.weights import Weight, Weights
from monitor.watch.weights import FILE

LEAST = 10  # texts that a word must stand in
WINDOW = 6
SIZE = 200
SIGN_SCALE, WORD_SCALE, VECTOR_SCALE = 1.2, 2.5, 1.5
PENALTY = 0.2
GLUED = 5  # letters from which a name inside an unknown word is no accident
_LINKS = frozenset({"http", "https", "www"})
OWN = 3  # labelled texts that a word must stand in to get a weight beyond its vector's
AMBIGUOUS = 0.25
ATTACK = 1.3  # a missed attack on a person weighs more than a missed cheer
ALSO = 0.5  # texts that one reader labelled once
SMOOTH = 1e-3
NONE = "neutral"


@dataclass(frozen=True)
class Text:
    """One labelled text as both readings see it."""

    label: str
    weight: float
    signs: dict[str, float]
    words: list[str]
    near: set[str]


class Reader:
    """Reads texts with the shipped rule set."""

    def __init__(self) -> None:
        ruleset = watch.load(watch.shipped())
        engine = Engine(ruleset)
        self.lexicon = Lexicon(ruleset.lexicon)
        self.pages, self.targets = engine._pages, engine._targets
        self.live = LiveSets(ruleset.contests)
        contests = ruleset.contests.values()
        named = [*aliases(contests, self.lexicon), *places(contests, self.lexicon)]
        known = self.lexicon.vocabulary()
        self.names = {w for entry, _ in named for w in entry.split()} - known
        self.everywhere = tuple(ruleset.contests)

    def words(self, text: str) -> list[str]:
        """Return the known forms of a text in order; names are left out."""
        return [w.form for w in self.pages.read("text", text).words if self.plain(w.form)]

    @functools.cache  # noqa: B019 (one reader lives as long as the script)
    def plain(self, word: str) -> bool:
        """Say whether a word is a word: no name, no number, no hashtag glued of names."""
        hidden = word in self.names or word in _LINKS or word in self.lexicon.gestures
        if hidden or any(map(str.isdigit, word)):
            return False
        if word in self.lexicon.everyday:
            return True
        ends = range(len(word) + 1)
        return not any(word[a:b] in self.names for a in ends for b in ends if b - a >= GLUED)

    def labelled(self, row: dict[str, Any], share: float = 1.0) -> Text | None:
        live = self.live.of(tuple(sorted(row["contests"], key=lambda c: c.startswith("pemilu"))))
        page = self.pages.read("text", row["text"])
        names = self.targets.read(page, live)
        inherited = "" if names else self.targets.addressed(page, live)
        if not (names or inherited):
            names = self.targets.guesses(page, live)
        items = stance.evidence(page, names, self.lexicon, inherited)
        sides = stance.sides(items)
        target = subject(names, sides, inherited)
        if not target:
            return None
        taken = blanks(page, names)
        forms, near = words(page, names, target, taken)
        label = row["label"] if row["label"] in ("support", "attack") else NONE
        weight = share * (AMBIGUOUS if row.get("ambiguous") else 1.0)
        weight *= ATTACK if label == "attack" else 1.0
        found = signs(page, names, items, sides, target, taken)
        return Text(label, weight, found, list(forms), near)


def lines(path: Path) -> Iterator[dict[str, Any]]:
    raw = path.read_bytes()
    text = gzip.decompress(raw) if path.suffix == ".gz" else raw
    yield from map(json.loads, text.splitlines())


@dataclass(frozen=True)
class Vectors:
    """A vector per word, scaled down for words that stand everywhere."""

    place: dict[str, int]
    rows: np.ndarray

    @classmethod
    def of(cls, texts: Sequence[Sequence[str]]) -> Vectors:
        """Return vectors from how often words stand near each other (positive PMI, SVD)."""
        unique = list({" ".join(t): t for t in texts}.values())
        count = Counter(word for text in unique for word in text)
        inside = Counter(word for text in unique for word in set(text))
        place = {w: i for i, w in enumerate(sorted(w for w, n in inside.items() if n >= LEAST))}
        near = _near(unique, place)
        rows, values, _ = svds(near, k=SIZE, random_state=0)
        found = rows * np.sqrt(values)
        found /= np.maximum(1e-9, np.linalg.norm(found, axis=1, keepdims=True))
        share = np.array([count[word] for word in place]) / sum(count.values())
        return cls(place, found * (SMOOTH / (SMOOTH + share))[:, None])


def _near(texts: Sequence[Sequence[str]], place: dict[str, int]) -> sparse.csr_matrix:
    pairs: Counter[tuple[int, int]] = Counter()
    for text in texts:
        ids = [place.get(word, -1) for word in text]
        for i, one in enumerate(ids):
            for j in range(i + 1, min(len(ids), i + 1 + WINDOW)):
                if one >= 0 and ids[j] >= 0:
                    pairs[one, ids[j]] += 1 / (j - i)
    keys = np.array(list(pairs), dtype=np.int64)
    shape = (len(place), len(place))
    half = sparse.coo_matrix(
        (np.array(list(pairs.values())), (keys[:, 0], keys[:, 1])), shape=shape
    )
    both = (half + half.T).tocoo()
    sums = np.asarray(both.sum(1)).ravel()
    smooth = np.power(sums, 0.75)
    mutual = np.log(both.data / (sums[both.row] * (smooth / smooth.sum())[both.col]))
    kept = mutual > 0
    return sparse.csr_matrix((mutual[kept], (both.row[kept], both.col[kept])), shape=shape)


class Design:
    """Turns texts into rows of numbers: signs, single words, vectors of all and of near words."""

    def __init__(self, texts: Sequence[Text], vectors: Vectors) -> None:
        self.vectors = vectors
        self.signs = DictVectorizer().fit(self._known(texts))
        seen = Counter(w for t in texts for w in t.words if w in vectors.place)
        self.words = {w: i for i, w in enumerate(sorted(w for w, n in seen.items() if n > 1))}

    def _known(self, texts: Sequence[Text]) -> list[dict[str, float]]:
        """Return the signs of texts; a word beside the name is one if it is known and not rare."""
        seen = Counter(name for text in texts for name in text.signs)
        kept = {name for name, times in seen.items() if self._is_sign(name, times)}
        return [{n: v for n, v in t.signs.items() if n in kept} for t in texts]

    def _is_sign(self, name: str, times: int) -> bool:
        word = next((name[len(s) :] for s in (BEFORE, AFTER) if name.startswith(s)), None)
        return word is None or (word in self.vectors.place and times >= OWN)

    def rows(self, texts: Sequence[Text]) -> sparse.csr_matrix:
        single = sparse.lil_matrix((len(texts), len(self.words)))
        means = np.zeros((2, len(texts), SIZE))
        for row, text in enumerate(texts):
            known = [w for w in text.words if w in self.vectors.place]
            for word in known:
                if word in self.words:
                    single[row, self.words[word]] = WORD_SCALE / np.sqrt(len(known))
            for which, some in enumerate((known, [w for w in known if w in text.near])):
                ids = [self.vectors.place[w] for w in some]
                means[which, row] = self.vectors.rows[ids].sum(0) / np.sqrt(max(1, len(ids)))
        parts = [self.signs.transform([t.signs for t in texts]) * SIGN_SCALE, single.tocsr()]
        return sparse.hstack(
            [*parts, *(sparse.csr_matrix(m * VECTOR_SCALE) for m in means)]
        ).tocsr()

    def table(self, model: LogisticRegression) -> Weights:
        """Return the fitted model as one weight per sign and word, each side against none."""
        at = {label: i for i, label in enumerate(model.classes_)}
        gap = {s: model.coef_[at[s]] - model.coef_[at[NONE]] for s in ("support", "attack")}
        bias = {s: model.intercept_[at[s]] - model.intercept_[at[NONE]] for s in gap}
        names = self.signs.get_feature_names_out()
        found = {n: [float(g[i]) * SIGN_SCALE for g in gap.values()] for i, n in enumerate(names)}
        found["bias"] = [v + b for v, b in zip(found["bias"], bias.values(), strict=True)]
        cut = len(names), len(names) + len(self.words)
        whole, near = (
            [self.vectors.rows @ g[a : a + SIZE] * VECTOR_SCALE for g in gap.values()]
            for a in (cut[1], cut[1] + SIZE)
        )
        words = {}
        for word, place in self.vectors.place.items():
            own = self.words.get(word)
            extra = [g[cut[0] + own] * WORD_SCALE if own is not None else 0.0 for g in gap.values()]
            both = [w[place] + e for w, e in zip(whole, extra, strict=True)]
            words[word] = Weight(*both, *(n[place] for n in near))
        return Weights({n: Weight(*v) for n, v in found.items()}, words)


def fit(texts: Sequence[Text], vectors: Vectors) -> Weights:
    design = Design(texts, vectors)
    model = LogisticRegression(C=PENALTY, max_iter=2000, tol=1e-4)
    model.fit(design.rows(texts), [t.label for t in texts], sample_weight=[t.weight for t in texts])
    return design.table(model)


def write(table: Weights, out: Path, note: Sequence[str]) -> None:
    rows = [f"# {line}" for line in note]
    for name, w in sorted(table.signs.items()):
        rows.append(f"sign\t{name}\t{w.support:.3f}\t{w.attack:.3f}")
    for name, w in sorted(table.words.items()):
        numbers = (w.support, w.attack, w.near_support, w.near_attack)
        rows.append("\t".join(["word", name, *(f"{n:.2f}" for n in numbers)]))
    out.write_text("\n".join(rows) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("labelled", type=Path)
    parser.add_argument("--also", type=Path)
    parser.add_argument("--held-out", default="")
    parser.add_argument("--out", type=Path, default=watch.shipped() / FILE)
    given = parser.parse_args()
    reader = Reader()
    vectors = Vectors.of([reader.words(row["text"]) for row in lines(given.corpus)])
    rows = [r for r in lines(given.labelled) if _last(r["id"]) not in given.held_out]
    texts = [text for row in rows if (text := reader.labelled(row))]
    if given.also:
        more = [reader.labelled(row, ALSO) for row in lines(given.also)]
        texts += [text for text in more if text]
    digest = hashlib.sha256(given.labelled.read_bytes()).hexdigest()
    note = (
        "Weights of the second reading (docs/weights.md), written by tools/fit_weights.py.",
        "sign: support, attack. word: support, attack, and the same near the target's name.",
        f"Fitted on {len(texts)} labelled texts that name a target; {len(vectors.place)} words.",
        f"SHA-256 of the labelled file: {digest}; left out: {given.held_out or 'none'}.",
    )
    write(fit(texts, vectors), given.out, note)


def _last(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[-1]


if __name__ == "__main__":
    main()
