"""pgvector, in the Postgres cluster that citadel-bench started: prepared statements, binary vectors, a local socket."""

import struct
import time

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

from rows import DIM, K

M, EF_CONSTRUCTION = 16, 200


def peers(session):
    if not session.postgres:
        raise RuntimeError("no Postgres with pgvector was found")
    return [Pgvector(session)]


class Vector:
    """A vector in pgvector's binary form, made before the clock runs."""

    def __init__(self, row):
        self.bytes = struct.pack(">HH", DIM, 0) + row.astype(">f4").tobytes()


class VectorDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj):
        return obj.bytes


class Pgvector:
    name = "pgvector"
    params = f"HNSW m={M} efc={EF_CONSTRUCTION}, btrees on section and (priority, installed_size)"

    def __init__(self, session):
        self.session, self.rows = session, session.rows
        self.connection = psycopg.connect(session.postgres, autocommit=True, prepare_threshold=0)
        cursor = self.connection.cursor()
        cursor.execute("CREATE EXTENSION IF NOT EXISTS vector")
        version = cursor.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'").fetchone()[0]
        server = cursor.execute("SHOW server_version").fetchone()[0]
        self.version = f"pgvector {version}, PostgreSQL {server}"
        oid = cursor.execute("SELECT 'vector'::regtype::oid").fetchone()[0]
        dumper = type("PgVectorDumper", (VectorDumper,), {"oid": oid})
        self.connection.adapters.register_dumper(Vector, dumper)
        self.cursor = self.connection.cursor(binary=True)
        self.vectors = [Vector(row) for row in self.rows.queries]

    def build(self):
        rows, run = self.rows, self.connection.execute
        run(
            "CREATE TABLE pkgs (id integer PRIMARY KEY, section text, priority text, installed_size integer, "
            f"emb vector({DIM}))"
        )
        run("ALTER TABLE pkgs ALTER COLUMN emb SET STORAGE PLAIN")
        encoded = [b"PGCOPY\n\xff\r\n\0" + bytes(8), *map(self.encoded, range(len(rows.base))), b"\xff\xff"]
        # Large pieces: the peer is to be measured, not the calls.
        pieces = [b"".join(encoded[at : at + 512]) for at in range(0, len(encoded), 512)]
        del encoded
        start = time.perf_counter()
        with self.connection.cursor() as cursor, cursor.copy("COPY pkgs FROM STDIN (FORMAT BINARY)") as copy:
            for piece in pieces:
                copy.write(piece)
        load_seconds = time.perf_counter() - start
        run(f"SET max_parallel_maintenance_workers = {self.session.threads - 1}")
        start = time.perf_counter()
        run(f"CREATE INDEX pkgs_emb ON pkgs USING hnsw (emb vector_l2_ops) WITH (m = {M}, ef_construction = {EF_CONSTRUCTION})")
        seconds = time.perf_counter() - start
        run("CREATE INDEX pkgs_section ON pkgs (section)")
        run("CREATE INDEX pkgs_priority ON pkgs (priority, installed_size)")
        run("VACUUM ANALYZE pkgs")
        size = run("SELECT pg_total_relation_size('pkgs')").fetchone()[0]
        index = run("SELECT pg_relation_size('pkgs_emb')").fetchone()[0]
        return {"load_seconds": load_seconds, "seconds": seconds, "memory_bytes": index, "file_bytes": size}

    def encoded(self, at):
        """A row in the binary form of COPY."""
        rows = self.rows
        section, priority = rows.section[at].encode(), rows.priority[at].encode()
        vector = Vector(rows.base[at]).bytes
        return b"".join(
            (
                struct.pack(">hii", 5, 4, at),
                struct.pack(">i", len(section)) + section,
                struct.pack(">i", len(priority)) + priority,
                struct.pack(">ii", 4, rows.size[at]),
                struct.pack(">i", len(vector)) + vector,
            )
        )

    def settings(self, filter):
        if filter == "exact":
            return ["exact"]
        walks = [f"ef={ef}" for ef in (10, 20, 40, 60, 80, 120, 200, 320, 500)]
        if filter == "unfiltered":
            return walks
        # By the other indexes and a sort, and by the walk that goes on until enough rows pass.
        return ["exact"] + (walks if filter != "f3_rare" else [])

    def prepare(self, filter, setting):
        run = self.connection.execute
        if setting != "exact":
            run(f"SET hnsw.ef_search = {int(setting[3:])}")
        run("SET hnsw.iterative_scan = relaxed_order" if filter != "unfiltered" else "SET hnsw.iterative_scan = off")
        condition = {
            "f1_ownsection": " WHERE section = %s",
            "f2_optional_small": " WHERE priority = 'optional' AND installed_size < 200",
            "f3_rare": " WHERE section IN ('xfce', 'gnustep')",
        }.get(filter, "")
        # The vector's index serves the bare distance only.
        order = "(emb <-> %s) + 0" if setting == "exact" else "emb <-> %s"
        run("SET enable_sort = " + ("on" if setting == "exact" else "off"))
        return f"SELECT id FROM pkgs{condition} ORDER BY {order} LIMIT {K}"

    def query(self, filter, setting, numbers):
        text = self.prepare(filter, setting)
        own = filter == "f1_ownsection"
        calls = [(self.rows.query_section[q], self.vectors[q]) if own else (self.vectors[q],) for q in numbers]
        execute, fetch, answers = self.cursor.execute, self.cursor.fetchall, []
        start = time.perf_counter()
        for call in calls:
            execute(text, call)
            answers.append(fetch())
        seconds = time.perf_counter() - start
        return seconds, [[row[0] for row in answer] for answer in answers]

    def update(self):
        text = self.prepare("unfiltered", "ef=40")
        before = []
        for query in range(8):
            start = time.perf_counter()
            self.cursor.execute(text, (self.vectors[query],)).fetchall()
            before.append((time.perf_counter() - start) * 1000)
        self.connection.execute("UPDATE pkgs SET emb = %s WHERE id = 7", (self.vectors[9],))
        start = time.perf_counter()
        answer = self.cursor.execute(text, (self.vectors[9],)).fetchall()
        after = (time.perf_counter() - start) * 1000
        if (7,) not in answer:
            raise RuntimeError("the first answer after an update did not know of it")
        return {"before_ms": sorted(before)[4], "after_ms": after}

    def open(self):
        return None
