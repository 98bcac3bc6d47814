"""Writers of tables in a folder: the reference lake writer (its Python package) and lancedb.

Each appends the same rows in so many commits to a table of its own, with an index or with one that follows later, and
answers queries of it. What is not part of the append, such as making lists of the rows, is done before the clock runs.
"""

import importlib.metadata
import os
import time

# It warns at each query of what it will do otherwise in the future.
os.environ["LANCEDB_LOG"] = "error"

from rows import DIM, K


class Writer:
    """What both have in common."""

    def __init__(self, session):
        self.session, self.rows = session, session.rows

    def parts(self, commits):
        """The rows of each commit, as (first, last)."""
        count = len(self.rows.base)
        edges = [count * part // commits for part in range(commits + 1)]
        return list(zip(edges, edges[1:]))

    def timed(self, folder, numbers):
        searching = self.opened(folder)
        queries = [self.query(number) for number in numbers]
        start = time.perf_counter()
        answers = [searching(query) for query in queries]
        seconds = time.perf_counter() - start
        return {"seconds": seconds, "answers": [self.ids(answer) for answer in answers]}

    def oneshot(self, folder, number):
        query = self.query(number)
        start = time.perf_counter()
        self.opened(folder, anew=True)(query)
        return {"ms": (time.perf_counter() - start) * 1000}


class AiLake(Writer):
    name = "ailake"
    params = "HNSW m=16 efc=150, f16, as it is by default"

    def __init__(self, session):
        import ailake
        import pyarrow.parquet

        super().__init__(session)
        self.ailake, self.parquet = ailake, pyarrow.parquet
        self.version = "ailake " + importlib.metadata.version("ailake")
        self.files = {}
        self.lists = None

    def append(self, folder, way, commits):
        if self.lists is None:
            self.lists = [
                (self.rows.section[a:b], self.rows.base[a:b].tolist(), {"id": list(range(a, b))})
                for a, b in self.parts(commits)
            ]
        start = time.perf_counter()
        for texts, vectors, extra in self.lists:
            # A writer makes one commit; the package says so.
            table = self.ailake.TableWriter(folder, vector_column="emb", dim=DIM, metric="euclidean")
            if way == "deferred":
                table.write_batch_auto_deferred(texts, vectors, extra)
            else:
                table.write_batch(texts, vectors, extra)
            table.commit()
        seconds = time.perf_counter() - start
        if way == "deferred":
            self.settle()
        return {"seconds": seconds}

    def settle(self):
        """Until nothing is being built behind us: the package does not tell, but building costs time of ours."""
        spent = time.process_time()
        for _ in range(600):
            time.sleep(1)
            spent, before = time.process_time(), spent
            if spent - before < 0.05:
                return

    def query(self, number):
        return self.rows.queries[number].tolist()

    def opened(self, folder, anew=False):
        return lambda query: self.ailake._ailake.search(folder, query, K)

    def ids(self, answer):
        return [self.file(row["file"])[row["row_id"]] for row in answer]

    def file(self, path):
        if path not in self.files:
            self.files[path] = self.parquet.read_table(path.removeprefix("file://"), columns=["id"])["id"].to_pylist()
        return self.files[path]


class Lance(Writer):
    name = "lancedb"
    params = "indexed: added, then IVF_HNSW_SQ m=16 efc=200 over all of it; deferred: added alone"

    def __init__(self, session):
        import lancedb
        import pyarrow

        super().__init__(session)
        self.lancedb, self.arrow = lancedb, pyarrow
        self.version = "lancedb " + importlib.metadata.version("lancedb")
        self.tables = {}

    def batches(self, commits):
        arrow, rows = self.arrow, self.rows
        for a, b in self.parts(commits):
            flat = arrow.array(rows.base[a:b].reshape(-1))
            yield arrow.table(
                {
                    "id": arrow.array(range(a, b), arrow.int64()),
                    "section": rows.section[a:b],
                    "emb": arrow.FixedSizeListArray.from_arrays(flat, DIM),
                }
            )

    def append(self, folder, way, commits):
        batches = list(self.batches(commits))
        start = time.perf_counter()
        table = self.lancedb.connect(folder).create_table("rows", batches[0])
        for batch in batches[1:]:
            table.add(batch)
        if way == "indexed":
            table.create_index(
                metric="l2", vector_column_name="emb", index_type="IVF_HNSW_SQ", num_partitions=1, m=16, ef_construction=200
            )
        seconds = time.perf_counter() - start
        self.tables[folder] = table
        return {"seconds": seconds}

    def query(self, number):
        return self.rows.queries[number]

    def opened(self, folder, anew=False):
        table = self.lancedb.connect(folder).open_table("rows") if anew else self.tables[folder]
        search = lambda query: table.search(query, vector_column_name="emb").select(["id"]).limit(K)
        return lambda query: search(query).ef(80).refine_factor(2).to_arrow()

    def ids(self, answer):
        return answer["id"].to_pylist()


def ailake(session):
    return [AiLake(session)]


def lancedb(session):
    return [Lance(session)]
