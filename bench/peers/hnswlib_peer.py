"""hnswlib. Its filter is a Python function called for each row, which would measure Python: it takes no filtered case."""

import importlib.metadata
import os
import time

import hnswlib

from rows import DIM, K

M, EF_CONSTRUCTION = 16, 200


def peers(session):
    return [Hnswlib(session)]


class Hnswlib:
    name = "hnswlib"
    params = f"M={M} efc={EF_CONSTRUCTION}"

    def __init__(self, session):
        self.session, self.rows = session, session.rows
        self.version = "hnswlib " + importlib.metadata.version("hnswlib")
        self.path = os.path.join(session.folder, "hnswlib.bin")

    def build(self):
        start = time.perf_counter()
        self.index = hnswlib.Index("l2", DIM)
        self.index.init_index(len(self.rows.base), M=M, ef_construction=EF_CONSTRUCTION, random_seed=100)
        self.index.add_items(self.rows.base, num_threads=self.session.threads)
        seconds = time.perf_counter() - start
        self.index.save_index(self.path)
        size = os.path.getsize(self.path)
        return {"seconds": seconds, "memory_bytes": size, "file_bytes": size}

    def settings(self, filter):
        if filter != "unfiltered":
            return []
        return [f"ef={ef}" for ef in (10, 14, 20, 28, 40, 56, 80, 112, 160, 224, 320, 480, 700)]

    def query(self, filter, setting, numbers):
        self.index.set_ef(int(setting[3:]))
        queries = self.rows.queries[numbers.start : numbers.stop]
        start = time.perf_counter()
        labels, _ = self.index.knn_query(queries, k=K, num_threads=1)
        return time.perf_counter() - start, labels

    def update(self):
        return None

    def open(self):
        start = time.perf_counter()
        index = hnswlib.Index("l2", DIM)
        index.load_index(self.path)
        index.knn_query(self.rows.queries[:1], k=K, num_threads=1)
        return (time.perf_counter() - start) * 1000
