"""Reads the tables that `examples/interop_tables.rs`, or `interop_embedded.rs` of citadel-sql, wrote with other engines, and compares.

PyIceberg loads each table from its metadata and must see the expected rows, the snapshots, and true statistics of every file. Polars and Daft
scan the same tables, and Daft orders the vectors by cosine. DuckDB opens the data files, sees vectors as lists of floats and orders them by cosine as numpy does.
"""

import base64
import json
import sys
from pathlib import Path

import daft
import duckdb
import numpy
import polars
import pyarrow
import pyarrow.compute
import pyarrow.parquet
import pyarrow.parquet.encryption
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from daft.functions import cosine_distance
from pyiceberg.table import StaticTable
from pyiceberg.types import ListType, FloatType

FAILURES = []
QUERY = [1.0, -2.0, 0.5, 3.0, 1.0, -1.0, 2.0, 0.25]


def check(name, what, holds, detail=""):
    if not holds:
        FAILURES.append(f"{name}: {what} {detail}")


def plain(value):
    """A value as every engine gives it: no tuples of pairs for maps, floats as they print."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if isinstance(value, float):
        return repr(value)
    return value


def by_id(table):
    rows = table.to_pylist()
    return sorted(([plain(row[key]) for key in row] for row in rows), key=lambda row: row[0])


def statistics(name, table):
    """What manifests say of each data file is true of its rows."""
    for task in table.scan().plan_files():
        path = task.file.file_path.removeprefix("file://")
        rows = pyarrow.parquet.read_table(path)
        check(name, "record count", task.file.record_count == rows.num_rows, path)
        check(name, "file size", task.file.file_size_in_bytes == Path(path).stat().st_size, path)
        for field in table.schema().fields:
            if field.field_type.is_primitive and field.name in rows.column_names:
                metadata = rows.schema.field(field.name).metadata
                if int(metadata[b"PARQUET:field_id"]) != field.field_id:
                    continue  # a dropped column of the same name
                nulls = task.file.null_value_counts.get(field.field_id)
                check(name, f"nulls of {field.name}", nulls == rows[field.name].null_count, path)


def pyiceberg(entry, expected):
    name = entry["name"]
    table = StaticTable.from_metadata(entry["metadata"])
    check(name, "snapshots", len(table.snapshots()) == entry["snapshots"])
    found = table.scan().to_arrow()
    check(name, "columns", found.column_names == expected.column_names, found.column_names)
    mine, theirs = by_id(found), by_id(expected)
    first = next((pair for pair in zip(mine, theirs) if pair[0] != pair[1]), None)
    check(name, "rows", mine == theirs, f"{len(mine)} of {len(theirs)}; {first}")
    statistics(name, table)
    if "emb" in found.column_names:
        kind = table.schema().find_field("emb").field_type
        is_list = isinstance(kind, ListType) and isinstance(kind.element_type, FloatType)
        check(name, "vectors are list<float>", is_list, kind)
    for condition in ["id < 60", "id = 149", "id > 100000000000"]:
        pruned = table.scan(row_filter=condition).to_arrow()
        limit = int(condition.split()[2])
        holds = {"<": lambda i: i < limit, "=": lambda i: i == limit, ">": lambda i: i > limit}
        wanted = [row for row in theirs if holds[condition.split()[1]](row[0])]
        check(name, f"rows with {condition}", by_id(pruned) == wanted, f"{pruned.num_rows} of {len(wanted)}")
    return table


class TableKey(pyarrow.parquet.encryption.KmsClient):
    """Unwraps the keys of files by the key of their table."""

    def __init__(self, config):
        pyarrow.parquet.encryption.KmsClient.__init__(self)
        self.key = AESGCM(bytes.fromhex(config.custom_kms_conf["key"]))

    def wrap_key(self, key_bytes, master_key_identifier):
        raise NotImplementedError

    def unwrap_key(self, wrapped_key, master_key_identifier):
        sealed = base64.b64decode(wrapped_key)
        return self.key.decrypt(sealed[:12], sealed[12:], master_key_identifier.encode())


def encrypted(entry, expected):
    """PyIceberg finds the files, PyArrow reads them with the key; without it nobody does."""
    name = entry["name"]
    table = StaticTable.from_metadata(entry["metadata"])
    check(name, "snapshots", len(table.snapshots()) == entry["snapshots"])
    config = pyarrow.parquet.encryption.KmsConnectionConfig(custom_kms_conf={"key": entry["key"]})
    factory = pyarrow.parquet.encryption.CryptoFactory(TableKey)
    found = []
    for task in table.scan().plan_files():
        path = task.file.file_path.removeprefix("file://")
        properties = factory.file_decryption_properties(config)
        found.append(pyarrow.parquet.ParquetFile(path, decryption_properties=properties).read())
        check(name, "record count", task.file.record_count == found[-1].num_rows, path)
        check(name, "bounds", not task.file.lower_bounds and not task.file.upper_bounds, path)
        try:
            pyarrow.parquet.read_table(path)
            check(name, "read without a key", False, path)
        except OSError:
            pass
    found = pyarrow.concat_tables(found).select(expected.column_names)
    check(name, "rows", by_id(found) == by_id(expected), f"{found.num_rows} of {expected.num_rows}")


def with_polars(entry, expected):
    found = polars.scan_iceberg(entry["metadata"]).select("id").collect()["id"].sort().to_list()
    check(entry["name"], "polars: ids", found == sorted(expected["id"].to_pylist()), len(found))


def with_duckdb(table, expected):
    files = [task.file.file_path.removeprefix("file://") for task in table.scan().plan_files()]
    kind = duckdb.sql(f"SELECT typeof(emb) FROM read_parquet({files}) LIMIT 1").fetchall()[0][0]
    check("vectors", "duckdb: type of vectors", kind == "FLOAT[]", kind)
    # As arrays: DuckDB's functions on lists refuse a file with a null list, whoever wrote it, even behind IS NOT NULL.
    ordered = duckdb.sql(
        f"SELECT id FROM read_parquet({files}) WHERE emb IS NOT NULL "
        f"ORDER BY array_cosine_similarity(emb::FLOAT[8], {QUERY}::FLOAT[8]) DESC, id LIMIT 20"
    ).fetchall()
    by_cosine("duckdb", [row[0] for row in ordered], expected)


def with_daft(table, expected, name):
    """The ids, and where there are vectors the nearest of them: in the engine, on the lists as they are."""
    frame = daft.read_iceberg(table)
    found = frame.select("id").sort("id").to_pydict()["id"]
    check(name, "daft: ids", found == sorted(expected["id"].to_pylist()), len(found))
    if name == "vectors":
        kind = daft.DataType.embedding(daft.DataType.float32(), len(QUERY))
        frame = frame.where(frame["emb"].not_null())
        distance = cosine_distance(frame["emb"].cast(kind), daft.lit(QUERY).cast(kind))
        nearest = frame.select(frame["id"], distance.alias("distance")).sort(["distance", "id"]).limit(20)
        by_cosine("daft", nearest.to_pydict()["id"], expected)


def by_cosine(engine, ids, expected):
    """Whether these are the nearest rows in their order, as numpy computes it."""
    rows = [row for row in expected.to_pylist() if row["emb"] is not None]
    vectors = numpy.array([row["emb"] for row in rows])
    similar = vectors @ QUERY / numpy.linalg.norm(vectors, axis=1) / numpy.linalg.norm(QUERY)
    best = numpy.sort(similar)[::-1][:20]
    found = {row["id"]: value for row, value in zip(rows, similar)}
    check("vectors", f"{engine}: order by cosine", numpy.allclose([found[i] for i in ids], best, atol=1e-6), ids)


def main(folder):
    entries = json.loads((folder / "tables.json").read_text())
    for entry in entries:
        expected = pyarrow.parquet.read_table(folder / f"{entry['name']}.expected.parquet")
        try:
            if "key" in entry:
                encrypted(entry, expected)
                continue
            table = pyiceberg(entry, expected)
            with_polars(entry, expected)
            with_daft(table, expected, entry["name"])
            if entry["name"] == "vectors":
                with_duckdb(table, expected)
        except Exception as error:  # every engine has its own
            FAILURES.append(f"{entry['name']}: {type(error).__name__}: {error}")
    for failure in FAILURES:
        print(failure)
    print(f"{len(entries)} tables, {len(FAILURES)} failures")
    return 1 if FAILURES or not entries else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
