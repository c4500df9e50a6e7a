"""A batch page of many rows: python benchmarks/batch_page.py [--rows 10000] [--reports 200] [--requests 20].

Rows that are done share ``--reports`` reports; every 20th failed. The page, the part that is fetched every two seconds while
a batch runs, and the exports are asked of a real server on loopback, the first time apart: then nothing is remembered yet.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

import httpx2

sys.path.insert(0, str(Path(__file__).parents[1]))

from analyzer import Options, analyze, as_document
from api.settings import Settings
from api.store import Store, open_store
from tests.api.conftest import settings_of
from tests.api.many_rows import key_and_batch
from tests.api.servers import Program, free_port, listens, wait_for
from tests.git_server import serve

ROOT = Path(__file__).parents[1]


def main() -> int:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--reports", type=int, default=200)
    parser.add_argument("--requests", type=int, default=20)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, serve(Path(name)) as hub:
        settings = settings_of(Path(name) / "data", hub, port=free_port(), executor="none")
        store = open_store(Settings(**settings).database)
        store.migrate()
        key, batch = _filled(store, arguments)
        server = Program("serve", settings, Path(name) / "log").start()
        try:
            wait_for("the service", lambda: listens(int(str(settings["port"]))))
            _measure(f"http://127.0.0.1:{settings['port']}", key, batch, arguments)
        finally:
            server.stop()
            store.close()
    return 0


def _filled(store: Store, arguments: argparse.Namespace) -> tuple[str, str]:
    document = as_document(analyze(str(ROOT / "fixtures" / "repos" / "exemplary"), Options(standalone=True)))
    return key_and_batch(store, document, rows=arguments.rows, reports=arguments.reports)


def _measure(base: str, key: str, batch: str, arguments: argparse.Namespace) -> None:
    page, results = f"/batches/{batch}", f"/api/v1/batches/{batch}/results"
    asked = {
        "page": (page, {}),
        "part of the page": (page, {"HX-Request": "true"}),
        "last page, by name, names hidden": (f"{page}?sort=-name&blind=1&page={arguments.rows // 100 - 10}", {}),
        "filtered by section": (f"{page}?section=monitoring&share=50&least=10", {}),
        "JSON lines": (f"{results}.jsonl", {}),
        "CSV": (f"{results}.csv", {}),
        "XLSX": (f"{results}.xlsx", {}),
    }
    print(f"batch of {arguments.rows:,} rows, {arguments.reports} reports")
    print("| | bytes | gzipped | first, ms | median, ms |\n|---|---:|---:|---:|---:|")
    with httpx2.Client(base_url=base, headers={"Authorization": f"Bearer {key}"}, timeout=300) as client:
        for name, (address, headers) in asked.items():
            times, size, packed = [], 0, 0
            for _ in range(arguments.requests if "page" in name or "section" in name else 3):
                begun = time.perf_counter()
                answer = client.get(address, headers=headers)
                times.append(time.perf_counter() - begun)
                answer.raise_for_status()
                size, packed = len(answer.content), answer.num_bytes_downloaded
            median = statistics.median(times[1:] or times)
            print(f"| {name} | {size:,} | {packed:,} | {times[0] * 1e3:.0f} | {median * 1e3:.0f} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
