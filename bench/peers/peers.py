"""Peers that are at home in Python: a child process of citadel-bench that answers one JSON object per line.

What it understands is told in bench/src/engine/child.rs. Each peer times itself, in the way that is fastest for it, on
one thread; it builds on as many as it is told.
"""

import json
import sys
import traceback

from rows import Rows


def introduce(session, suite):
    """The peers whose packages are installed, and the reasons of those that are not there."""
    engines, absent = [], []
    for module, make, names in SUITES[suite]:
        try:
            peers = getattr(__import__(module), make)(session)
        except Exception as error:
            absent += [{"name": name, "reason": str(error).split("\n")[0]} for name in names]
            continue
        for peer in peers:
            session.peers[peer.name] = peer
            engines.append({"name": peer.name, "version": peer.version, "params": peer.params})
    return {"engines": engines, "absent": absent}


SUITES = {
    "vector": [
        ("hnswlib_peer", "peers", ["hnswlib"]),
        ("faiss_peers", "peers", ["faiss-hnsw", "faiss-hnsw-sq8", "faiss-ivfpq", "faiss-flat"]),
        ("lancedb_peer", "peers", ["lancedb"]),
        ("pgvector_peer", "peers", ["pgvector"]),
    ],
    "lake": [
        ("lake_peers", "ailake", ["ailake"]),
        ("lake_peers", "lancedb", ["lancedb"]),
    ],
    "tpch": [("duckdb_peer", "peers", ["duckdb"])],
}


class Session:
    """The rows, the peers, and where they keep their files."""

    def __init__(self):
        self.peers = {}

    def answer(self, request):
        what = request["do"]
        if what == "hello":
            self.folder, self.threads = request["folder"], request["threads"]
            self.postgres = request.get("postgres")
            if request["suite"] != "tpch":
                self.rows = Rows(self.folder)
            return introduce(self, request["suite"])
        peer = self.peers[request["engine"]]
        if what == "load":
            return peer.load(request["tables"], request["files"])
        if what == "ask":
            return peer.ask(request["sql"])
        if what == "build":
            return peer.build()
        if what == "settings":
            return {"settings": peer.settings(request["filter"])}
        if what == "query":
            start, count = request["from"], request["count"]
            seconds, answers = peer.query(request["filter"], request["setting"], range(start, start + count))
            kept = [[int(i) for i in a if i >= 0] for a in answers] if request["answers"] else None
            return {"seconds": seconds, "answers": kept}
        if what == "update":
            return peer.update() or {}
        if what == "open":
            return {"ms": peer.open()}
        if what == "append":
            return peer.append(request["folder"], request["way"], request["commits"])
        if what == "search":
            start, count = request["from"], request["count"]
            return peer.timed(request["folder"], range(start, start + count))
        if what == "oneshot":
            return peer.oneshot(request["folder"], request["from"])
        if what == "drop":
            del self.peers[request["engine"]]
            return {}
        raise ValueError(f"what is {what!r}?")


def main():
    # Libraries may print; the answers have the real standard output for themselves.
    out, sys.stdout = sys.stdout, sys.stderr
    session = Session()
    for line in sys.stdin:
        try:
            answer = session.answer(json.loads(line))
        except Exception as error:
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=out, flush=True)


if __name__ == "__main__":
    main()
