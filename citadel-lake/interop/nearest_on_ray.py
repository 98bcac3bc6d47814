"""The rows of a lake table that are nearest to a query, computed by Daft on a Ray cluster.

    pip install "daft[iceberg]" ray numpy
    python nearest_on_ray.py /lake/docs emb 0.1,0.2,0.3,…

Ray reads the data files side by side, on this machine or, with RAY_ADDRESS, on a cluster that reaches the folder. Nothing here knows who wrote
the table. It is a full scan: indexes are for those who search with Citadel.
"""

import sys
from pathlib import Path

import daft
from daft.functions import cosine_distance
from pyiceberg.table import StaticTable


def newest_metadata(table):
    """The state of a table that the file system keeps: the metadata file of the greatest version."""
    versions = Path(table, "metadata").glob("v*.metadata.json")
    return max(versions, key=lambda path: int(path.name[1:].split(".")[0]))


def nearest(table, column, query, k=10):
    """The `k` nearest rows by cosine, with their distances."""
    frame = daft.read_iceberg(StaticTable.from_metadata(str(newest_metadata(table))))
    kind = daft.DataType.embedding(daft.DataType.float32(), len(query))
    frame = frame.where(frame[column].not_null())
    distance = cosine_distance(frame[column].cast(kind), daft.lit(query).cast(kind))
    return frame.with_column("distance", distance).exclude(column).sort("distance").limit(k)


def main():
    table, column, query = sys.argv[1:4]
    daft.set_runner_ray()
    nearest(table, column, [float(part) for part in query.split(",")]).show(10)


if __name__ == "__main__":
    main()
