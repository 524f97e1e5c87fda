"""The plans of the queries behind the lists, for `scripts/bench --explain`."""

import contextlib
import json

from tools.env import ROOT
from tools.testing_odoo import LOG_DIR, shell

SCRIPT = 'import sys; sys.path.insert(0, {!r}); from tools import bench_queries; bench_queries.record(env)'
MARK = 'BENCH-QUERIES '
SEQUENTIAL = {
    'tickets': 'Seq Scan on customer_ticket ', 'customers': 'Seq Scan on res_partner ',
    'files': 'Seq Scan on customer_file ', 'orders': 'Seq Scan on sale_order ', 'returns': 'Seq Scan on customer_rma ',
    'tasks': 'Seq Scan on project_task '}


def explain(cluster, database):
    """Return lines: each query of the lists with its plan, at last which ones read all tickets."""
    log = shell(cluster, database, SCRIPT.format(str(ROOT)), LOG_DIR / 'bench_explain.log')
    [recorded] = [line for line in log.splitlines() if line.startswith(MARK)]
    lines, scans = [], {what: [] for what in SEQUENTIAL}
    with contextlib.closing(cluster.connect(database)) as connection, connection.cursor() as cursor:
        for title, query in json.loads(recorded.removeprefix(MARK)):
            for _round in range(2):  # the second one finds the pages in memory
                cursor.execute(f'EXPLAIN (ANALYZE, BUFFERS) {query}')
                plan = [row for row, in cursor.fetchall()]
            lines += ['', f'--- {title}: {" ".join(query.split())}', *plan]
            for what, text in SEQUENTIAL.items():
                if any(text in row for row in plan):
                    scans[what].append(title)
    return [*lines, '', *(f'reads all {what}: {", ".join(dict.fromkeys(scans[what])) or "no list"}'
                          for what in sorted(SEQUENTIAL))]
