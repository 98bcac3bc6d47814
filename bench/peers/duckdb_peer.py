"""DuckDB, for the suite tpch: a file, one thread, rows as Python's own values."""

import os
import time
from decimal import Decimal

import duckdb


class DuckDb:
    name = "duckdb"
    params = "a file, one thread"

    def __init__(self, session):
        self.version = "DuckDB " + duckdb.__version__
        self.connection = duckdb.connect(os.path.join(session.folder, "duckdb"))
        self.connection.execute("SET threads = 1")

    def load(self, tables, files):
        for sql in tables:
            self.connection.execute(sql)
        for table, path in files:
            self.connection.execute(f"COPY {table} FROM '{path}' (HEADER false)")
        return {}

    def ask(self, sql):
        start = time.perf_counter()
        rows = self.connection.execute(sql).fetchall()
        seconds = time.perf_counter() - start
        return {"seconds": seconds, "rows": [[plain(value) for value in row] for row in rows]}


def plain(value):
    return float(value) if isinstance(value, Decimal) else value


def peers(session):
    return [DuckDb(session)]
