"""`scripts/bench`: how fast the portal, the backend and the APIs are, at two sizes of the same data.

Two databases with our addons (the larger one has ten times the customers and tickets), one without them and a bare
"hello world" are served by Odoo's own server on 127.0.0.1, and visited by one client, by turns. Every number is a
median. `SQL`, `DB ms` and `ms` are queries, time in the database and time until the client has the whole answer; of two
sizes the table shows smaller / larger. `floor +` is the time beyond that of a request of the same kind with nothing in
it. L/S says how the time grows with the data: the measured customer has the same 41 tickets in both, so 1 is perfect.
Milliseconds belong to the machine and the hour; compare within one run.
"""

import argparse
import os
import signal
import sys

from tools.bench_rows import OURS, ROWS
from tools.bench_sizes import TICKETS_PER_CUSTOMER, make_sizes
from tools.env import Problem, guarded, say
from tools.testing_odoo import stop_all


def table(results):
    """Return the results as lines of a Markdown table."""
    head = ['what', 'SQL', 'DB ms', 'ms', 'floor +', 'L/S', 'kB', 'target', 'result']
    lines = [head, ['---', *['---:'] * 6, '---', '---'], *map(_cells, results)]
    widths = [max(len(line[index]) for line in lines) for index in range(len(head))]
    align = [str.ljust, *[str.rjust] * 6, str.ljust, str.ljust]
    rows = [[adjust(cell, width) for adjust, cell, width in zip(align, line, widths, strict=True)] for line in lines]
    return [f'| {" | ".join(cells)} |' for cells in rows]


def _cells(result):
    """Return the texts of one line."""
    if result.problem:
        return [result.row.title, *[''] * 7, 'failed']

    def numbers(form, values):
        texts = [format(value, form) for value in values]
        return texts[0] if len(set(texts)) == 1 else ' / '.join(texts)

    costs, target = result.costs, result.row.target
    wanted = [f'{value:g}{unit}' if unit else f'L/S {value:g}' for value, unit in (
        (target.queries, ' SQL'), (target.ms, ' ms'), (target.growth, '')) if value is not None]
    if target.against:
        wanted.append(f'{target.against[1]:g} times {target.against[0]}')
    misses = result.misses()
    verdict = f'not met: {", ".join(misses)}' if misses else 'met'
    if not misses and result.times_peer:
        verdict += f': {result.times_peer:.1f} times'
    return [
        result.row.title, numbers('.0f', [cost.queries for cost in costs]),
        numbers('.0f', [cost.db_ms for cost in costs]), numbers('.1f', [cost.ms for cost in costs]),
        numbers('.1f', result.above_floor) if result.above_floor else '',
        f'{result.growth:.2f}' if result.growth else '', f'{costs[-1].size / 1000:.1f}',
        f'<= {", ".join(wanted)}' if wanted else 'constant SQL' if target.constant else '',
        verdict if wanted or target.constant else '']


def headline(args, load):
    """Return the line above the table: what was measured, on what; `load` is the machine's before the run."""
    sizes = ' / '.join(f'{size.tickets:,} tickets of {size.customers:,} customers' for size in args.sizes)
    return f'{sizes}; median of {args.rounds}; {os.cpu_count()} cores, load average {load:.1f} before the run'


def choose_rows(names):
    """Return the rows with these names (comma separated text), all without."""
    known = {row.name: row for row in ROWS}
    wanted = names.split(',') if names else list(known)
    if unknown := sorted(set(wanted) - set(known)):
        raise Problem(f'no row named {", ".join(unknown)}; there are: {", ".join(known)}')
    return [row for row in ROWS if row.name in wanted]


def parse_args(argv=None):
    parser = argparse.ArgumentParser(
        prog='scripts/bench', description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog='Examples: scripts/bench; scripts/bench --sizes 20000,200000; scripts/bench --rows my,list --rounds 30; '
               'scripts/bench --explain --rows list; scripts/bench --pdf. Seeded databases are kept until the addons change.')
    sizes = parser.add_mutually_exclusive_group()
    sizes.add_argument('--sizes', metavar='S,L', default='2000,20000',
                       help='tickets of the two databases (one number: one database); default %(default)s')
    sizes.add_argument('--tickets', type=int, metavar='N', help='the same as --sizes N/10,N')
    parser.add_argument('--customers', type=int, metavar='N', help=(
        'companies of the larger database, the other one has them in proportion; '
        f'default: one for {TICKETS_PER_CUSTOMER} tickets'))
    parser.add_argument('--light', action='store_true', help=(
        'one contact a customer, conversations of the measured customers only: for very many customers, as in '
        '--sizes 1000,1000000 --customers 1000000 --light'))
    parser.add_argument('--rounds', type=int, default=15, metavar='K',
                        help='measured visits of a row, default %(default)s')
    parser.add_argument('--rows', metavar='name,...', help=f'only these rows: {", ".join(row.name for row in ROWS)}')
    parser.add_argument('--explain', action='store_true',
                        help='also print the plans of the queries of the lists, and which scan all tickets')
    parser.add_argument('--pdf', action='store_true', help=(
        'print an invoice, 50 invoices, an order of 2,000 lines and 500 labels instead, by WeasyPrint and by the '
        'wkhtmltopdf on PATH'))
    parser.add_argument('--keep', action='store_true', help='keep the databases as they are at the end')
    args = parser.parse_args(argv)
    try:
        tickets = [args.tickets // 10, args.tickets] if args.tickets else [int(part) for part in args.sizes.split(',')]
        args.sizes = make_sizes(tickets, args.customers, args.light)
    except ValueError as error:
        parser.error(f'--sizes: {error}')
    if args.rounds < 1:
        parser.error('--rounds must be 1 or more')
    return args


def run(args):
    """Measure and print the table; return the exit code: 0, whatever is met (time is no test), 1 if a row failed."""
    # not needed for --help, which works before there is a virtual environment
    from tools.bench_explain import explain
    from tools.bench_run import Bench
    from tools.postgres import cluster
    from tools.testing_templates import Templates
    if args.pdf:
        from tools.bench_pdf import run_pdf
        return run_pdf()
    rows, load = choose_rows(args.rows), os.getloadavg()[0]
    with cluster() as server:
        templates = Templates(server)
        templates.drop_clones()
        bench = Bench(templates, args.sizes, args.rounds)
        with bench.serving({row.server for row in rows} | ({OURS} if args.explain else set()), args.keep):
            results = []
            for row in rows:
                say(f'measuring {row.title}')
                results.append(bench.measure(row))
            say(f'\n{headline(args, load)}\n')
            say('\n'.join(table(results)))
            if args.explain:
                say('\n'.join(explain(server, bench.databases[args.sizes[-1]])))
    failed = [result for result in results if result.problem]
    for result in failed:
        say(f'error: row {result.row.name}: {result.problem}')
    return 1 if failed else 0


def main():
    args = parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):  # shells ignore SIGINT in background jobs, and so would we
        signal.signal(number, signal.default_int_handler)
    try:
        return run(args)
    finally:
        stop_all()


if __name__ == '__main__':
    sys.exit(guarded(main))
