"""The rows and queries, from the folder that citadel-bench wrote."""

import os

import numpy as np

DIM = 384
K = 10


class Rows:
    """Vectors, attributes, queries."""

    def __init__(self, folder):
        self.base = np.fromfile(os.path.join(folder, "base.f32"), np.float32).reshape(-1, DIM)
        self.queries = np.fromfile(os.path.join(folder, "queries.f32"), np.float32).reshape(-1, DIM)
        with open(os.path.join(folder, "attributes.tsv"), encoding="utf-8") as file:
            fields = [line.rstrip("\n").split("\t") for line in file]
        self.section = [f[0] for f in fields]
        self.priority = [f[1] for f in fields]
        self.size = [int(f[2]) for f in fields]
        with open(os.path.join(folder, "query_sections.txt"), encoding="utf-8") as file:
            self.query_section = [line.rstrip("\n") for line in file]
        self._masks = {}

    def mask(self, name, query):
        """Which rows pass, as booleans, with a key that says what it depends on."""
        key = (name, self.query_section[query] if name == "f1_ownsection" else None)
        if key not in self._masks:
            self._masks[key] = self._mask(*key)
        return key, self._masks[key]

    def _mask(self, name, section):
        if name == "f1_ownsection":
            return np.array([s == section for s in self.section])
        if name == "f2_optional_small":
            return np.array([p == "optional" and n < 200 for p, n in zip(self.priority, self.size)])
        if name == "f3_rare":
            return np.array([s in ("xfce", "gnustep") for s in self.section])
        raise ValueError(f"no filter {name!r}")
