"""Writes tables with PyIceberg for `examples/interop_foreign.rs` to read, and says what it must find.

For each table `foreign.json` has the newest metadata file, the ids and texts of all rows, and the ids that are nearest to a query by cosine,
as numpy computes them.
"""

import datetime
import json
import sys
from pathlib import Path

import numpy
import pyarrow
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.expressions import In
from pyiceberg.transforms import BucketTransform, DayTransform
from pyiceberg.types import DoubleType

DIMENSION = 8
DRAWN = numpy.random.default_rng(1).normal(size=(4_000, DIMENSION)).astype("float32")

SCHEMA = pyarrow.schema(
    [
        pyarrow.field("id", pyarrow.int64(), nullable=False),
        pyarrow.field("text", pyarrow.string()),
        pyarrow.field("at", pyarrow.timestamp("us", tz="UTC")),
        pyarrow.field("emb", pyarrow.list_(pyarrow.float32())),
    ]
)


def rows(ids, text="row"):
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    columns = {
        "id": list(ids),
        "text": [None if i % 7 == 0 else f"{text} {i}" for i in ids],
        "at": [start + datetime.timedelta(hours=i) for i in ids],
        "emb": [None if i % 11 == 0 else DRAWN[i].tolist() for i in ids],
    }
    return pyarrow.Table.from_pydict(columns, schema=SCHEMA)


def expected(name, table):
    found = table.scan(selected_fields=("id", "label" if name == "evolved" else "text", "emb")).to_arrow()
    ids, texts, vectors = (found[i].to_pylist() for i in range(3))
    query = DRAWN[3_999]
    distances = []
    for row, vector in zip(ids, vectors):
        if vector is not None:
            vector = numpy.array(vector, dtype="float64")
            cosine = vector @ query / numpy.linalg.norm(vector) / numpy.linalg.norm(query)
            distances.append((1 - cosine, row))
    nearest = [row for _, row in sorted(distances)[:10]]
    return {
        "name": name,
        "metadata": table.metadata_location,
        "rows": sorted([row, text] for row, text in zip(ids, texts)),
        "query": query.tolist(),
        "nearest": nearest,
    }


def main(folder):
    warehouse = folder / "warehouse"
    warehouse.mkdir(parents=True)
    catalog = SqlCatalog("x", uri=f"sqlite:///{folder}/catalog.db", warehouse=f"file://{warehouse}")
    catalog.create_namespace("db")
    tables = {}

    table = catalog.create_table("db.plain", SCHEMA)
    table.append(rows(range(1_500)))
    table.append(rows(range(1_500, 2_000)))
    tables["plain"] = table

    table = catalog.create_table("db.deleted", SCHEMA)
    table.append(rows(range(500)))
    table.append(rows(range(500, 1_000)))
    table.delete("id < 40 or id = 700")
    table.overwrite(rows(range(800, 810), "other"), overwrite_filter=In("id", range(800, 820)))
    tables["deleted"] = table

    table = catalog.create_table("db.upserted", SCHEMA)
    table.append(rows(range(300)))
    table.upsert(rows(range(250, 350), "new"), join_cols=["id"])
    tables["upserted"] = table

    table = catalog.create_table("db.evolved", SCHEMA)
    table.append(rows(range(400)))
    with table.update_schema() as update:
        update.add_column("score", DoubleType())
        update.rename_column("text", "label")
    more = rows(range(400, 600)).rename_columns(["id", "label", "at", "emb"])
    table.append(more.append_column("score", pyarrow.array([0.5] * 200)))
    tables["evolved"] = table

    table = catalog.create_table("db.partitioned", SCHEMA)
    with table.update_spec() as update:
        update.add_field("at", DayTransform())
        update.add_field("id", BucketTransform(3))
    table.append(rows(range(200)))
    tables["partitioned"] = table

    made = [expected(name, catalog.load_table(f"db.{name}")) for name in tables]
    (folder / "foreign.json").write_text(json.dumps(made))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
