"""lancedb, through its own Python interface. Its threads are its own: it is given more than the one of the others."""

import importlib.metadata
import os
import time

# It warns at each query of what it will do otherwise in the future.
os.environ["LANCEDB_LOG"] = "error"

import lancedb
import pyarrow

from rows import DIM, K


def peers(session):
    return [Lance(session)]


class Lance:
    name = "lancedb"
    params = "IVF_HNSW_SQ m=16 efc=200, scalar indexes, its own threads"

    def __init__(self, session):
        self.session, self.rows = session, session.rows
        self.version = "lancedb " + importlib.metadata.version("lancedb")
        self.path = os.path.join(session.folder, "lancedb")

    def build(self):
        rows = self.rows
        flat = pyarrow.array(rows.base.reshape(-1))
        table = pyarrow.table(
            {
                "id": pyarrow.array(range(len(rows.base)), pyarrow.int64()),
                "section": rows.section,
                "priority": rows.priority,
                "installed_size": pyarrow.array(rows.size, pyarrow.int64()),
                "emb": pyarrow.FixedSizeListArray.from_arrays(flat, DIM),
            }
        )
        start = time.perf_counter()
        self.table = lancedb.connect(self.path).create_table("pkgs", table)
        load_seconds = time.perf_counter() - start
        start = time.perf_counter()
        self.partitions = 1 if len(rows.base) < 200_000 else 8
        self.table.create_index(
            metric="l2",
            vector_column_name="emb",
            index_type="IVF_HNSW_SQ",
            num_partitions=self.partitions,
            m=16,
            ef_construction=200,
        )
        seconds = time.perf_counter() - start
        self.table.create_scalar_index("id")
        self.table.create_scalar_index("section", index_type="BITMAP")
        self.table.create_scalar_index("priority", index_type="BITMAP")
        self.table.create_scalar_index("installed_size", index_type="BTREE")
        size = sum(os.path.getsize(os.path.join(d, f)) for d, _, files in os.walk(self.path) for f in files)
        return {"load_seconds": load_seconds, "seconds": seconds, "memory_bytes": None, "file_bytes": size}

    def settings(self, filter):
        if filter == "exact":
            return ["exact"]
        if filter == "f3_rare":
            return ["exact", "ef=40"]
        return [f"ef={ef}" for ef in (20, 40, 80, 160, 320, 640)]

    def where(self, filter, query):
        if filter == "f1_ownsection":
            return "section = '" + self.rows.query_section[query].replace("'", "''") + "'"
        if filter == "f2_optional_small":
            return "priority = 'optional' AND installed_size < 200"
        if filter == "f3_rare":
            return "section IN ('xfce', 'gnustep')"
        return None

    def search(self, table, filter, setting, query):
        search = table.search(self.rows.queries[query], vector_column_name="emb").select(["id"]).limit(K)
        where = self.where(filter, query)
        if where:
            search = search.where(where, prefilter=True)
        if setting == "exact":
            search = search.bypass_vector_index()
        else:
            search = search.ef(int(setting[3:])).nprobes(self.partitions).refine_factor(2)
        return search.to_arrow()["id"].to_pylist()

    def query(self, filter, setting, numbers):
        start = time.perf_counter()
        answers = [self.search(self.table, filter, setting, query) for query in numbers]
        return time.perf_counter() - start, answers

    def update(self):
        before = []
        for query in range(5):
            start = time.perf_counter()
            self.search(self.table, "unfiltered", "ef=40", query)
            before.append((time.perf_counter() - start) * 1000)
        self.table.update(where="id = 7", values={"emb": self.rows.queries[9].tolist()})
        start = time.perf_counter()
        answer = self.search(self.table, "unfiltered", "ef=40", 9)
        after = (time.perf_counter() - start) * 1000
        if 7 not in answer:
            raise RuntimeError("the first answer after an update did not know of it")
        return {"before_ms": sorted(before)[2], "after_ms": after}

    def open(self):
        start = time.perf_counter()
        table = lancedb.connect(self.path).open_table("pkgs")
        self.search(table, "unfiltered", "ef=40", 0)
        return (time.perf_counter() - start) * 1000
