"""faiss: HNSW, HNSW over 8-bit codes, inverted lists of 4-bit codes with exact rerank, and the flat scan.

Unfiltered HNSW answers a round as one batch, which helps it (one call, one table of visited nodes). The others are asked
query by query through the C interface: a batch would be another algorithm there, which shares work between queries.
"""

import os
import time

import faiss
import numpy as np

from rows import DIM, K

M, EF_CONSTRUCTION = 16, 200
EFS = (10, 14, 20, 28, 40, 56, 80, 112, 160, 224, 320, 480, 700)


def peers(session):
    return [
        Hnsw(session, "faiss-hnsw", lambda: faiss.IndexHNSWFlat(DIM, M)),
        Hnsw(session, "faiss-hnsw-sq8", lambda: faiss.IndexHNSWSQ(DIM, faiss.ScalarQuantizer.QT_8bit, M)),
        IvfPq(session),
        Flat(session),
    ]


class Faiss:
    version = "faiss-cpu " + faiss.__version__

    def __init__(self, session, name):
        self.session, self.rows, self.name = session, session.rows, name
        self.path = os.path.join(session.folder, f"{name}.faiss")
        self.selectors = {}

    def build(self):
        faiss.omp_set_num_threads(self.session.threads)
        start = time.perf_counter()
        self.index = self.made()
        seconds = time.perf_counter() - start
        faiss.omp_set_num_threads(1)
        faiss.write_index(self.index, self.path)
        size = os.path.getsize(self.path)
        return {"seconds": seconds, "memory_bytes": size, "file_bytes": size}

    def selector(self, filter, query):
        if filter in ("unfiltered", "exact"):
            return None
        key, mask = self.rows.mask(filter, query)
        if key not in self.selectors:
            bits = np.packbits(mask, bitorder="little")
            # The bits live as long as the selector that points to them.
            self.selectors[key] = (faiss.IDSelectorBitmap(bits), bits)
        return self.selectors[key][0]

    def one_by_one(self, filter, setting, numbers):
        index = self.index
        count = len(numbers)
        # C++ classes to call, not the wrapped methods: those check and allocate for each call.
        labels = np.empty((count, K), np.int64)
        distances = np.empty((count, K), np.float32)
        made, calls = {}, []
        for at, query in enumerate(numbers):
            selector = self.selector(filter, query)
            if id(selector) not in made:
                made[id(selector)] = self.search_parameters(setting, selector)
            calls.append(
                (
                    faiss.swig_ptr(self.rows.queries[query]),
                    faiss.swig_ptr(distances[at]),
                    faiss.swig_ptr(labels[at]),
                    made[id(selector)],
                )
            )
        search = index.search_c
        start = time.perf_counter()
        for vector, near, found, parameters in calls:
            search(1, vector, K, near, found, parameters)
        return time.perf_counter() - start, labels

    query = one_by_one

    def update(self):
        return None

    def open(self):
        start = time.perf_counter()
        faiss.read_index(self.path).search(self.rows.queries[:1], K)
        return (time.perf_counter() - start) * 1000


class Hnsw(Faiss):
    params = f"M={M} efc={EF_CONSTRUCTION}"

    def __init__(self, session, name, new):
        super().__init__(session, name)
        self.new = new

    def made(self):
        index = self.new()
        index.hnsw.efConstruction = EF_CONSTRUCTION
        index.train(self.rows.base)
        index.add(self.rows.base)
        return index

    def settings(self, filter):
        return [] if filter == "exact" else [f"ef={ef}" for ef in EFS]

    def search_parameters(self, setting, selector):
        return faiss.SearchParametersHNSW(efSearch=int(setting[3:]), sel=selector)

    def query(self, filter, setting, numbers):
        if filter != "unfiltered":
            return self.one_by_one(filter, setting, numbers)
        parameters = self.search_parameters(setting, None)
        queries = self.rows.queries[numbers.start : numbers.stop]
        start = time.perf_counter()
        _, labels = self.index.search(queries, K, params=parameters)
        return time.perf_counter() - start, labels


class IvfPq(Faiss):
    params = "PQ192x4fs, exact rerank"

    def __init__(self, session):
        super().__init__(session, "faiss-ivfpq")

    def made(self):
        # Longer lists than usual: a scan of 4-bit codes is so fast that finding the lists weighs more.
        self.lists = 64 if len(self.rows.base) < 200_000 else 256
        index = faiss.index_factory(DIM, f"IVF{self.lists},PQ192x4fs,RFlat")
        index.train(self.rows.base)
        index.add(self.rows.base)
        return index

    def settings(self, filter):
        if filter == "exact":
            return []
        if filter == "f3_rare":
            return [f"nprobe={self.lists} rerank={factor}" for factor in (2, 4, 10)]
        parts = (1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 28, 32)
        return [f"nprobe={self.lists * part // 32} rerank={3 if part < 12 else 6}" for part in parts]

    def search_parameters(self, setting, selector):
        probes, factor = (int(part.split("=")[1]) for part in setting.split())
        lists = faiss.SearchParametersIVF(nprobe=probes, sel=selector)
        return faiss.IndexRefineSearchParameters(k_factor=factor, base_index_params=lists, sel=selector)


class Flat(Faiss):
    params = "f32"

    def __init__(self, session):
        super().__init__(session, "faiss-flat")

    def made(self):
        index = faiss.IndexFlatL2(DIM)
        index.add(self.rows.base)
        return index

    def settings(self, filter):
        return [] if filter == "unfiltered" else ["exact"]

    def search_parameters(self, setting, selector):
        return faiss.SearchParameters(sel=selector)
