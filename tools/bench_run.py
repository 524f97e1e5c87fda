"""Servers and databases of scripts/bench, and the visits that are measured."""

import contextlib
from dataclasses import dataclass
from statistics import median

from tools.bench_client import Cost, Server, Visitor
from tools.bench_rows import HELLO, OURS, STOCK, Row
from tools.bench_seed import Seeds, read_facts
from tools.env import ROOT, Problem, addons_paths, odoo_argv, say
from tools.testing_odoo import DATA_DIR, free_port, odoo_command, stop

SLOW_MS, FEW_ROUNDS = 1000, 5  # a row that takes longer gets fewer rounds
# the log has one line a request (werkzeug's) and complaints; no mail server is reached
SERVER_OPTIONS = (
    '--workers=0', '--log-handler=:WARNING', '--log-handler=werkzeug:INFO',
    '--log-handler=odoo.addons.rpc.controllers.xmlrpc:ERROR',  # warns that XML-RPC ends with Odoo 20
    '--smtp=127.0.0.1', '--smtp-port=9',
)
SAME_MS = 2  # a difference that is noise on any machine


@dataclass(frozen=True)
class Result:
    """What a row cost: one list of Cost a round, in it one for each server, in the order of the sizes."""
    row: Row
    rounds: list
    problem: str = ''
    peer: 'Result | None' = None  # of the row against which this one is compared
    floor: 'Result | None' = None  # of the row that costs what every request of this kind does

    @property
    def costs(self):
        """The medians of all rounds, one Cost a server."""
        return [
            Cost(*(median(getattr(cost, name) for cost in costs) for name in ('ms', 'queries', 'db_ms', 'size')))
            for costs in zip(*self.rounds, strict=True)]

    @property
    def growth(self):
        """Median of the time at the largest size through the time at the smallest one just before; None if one size."""
        return median(costs[-1].ms / costs[0].ms for costs in self.rounds) if len(self.rounds[0]) > 1 else None

    @property
    def above_floor(self):
        """The ms at each size beyond those of the floor, measured in the same run; None without one."""
        if not self.floor or not self.floor.rounds:
            return None
        return [cost.ms - floor.ms for cost, floor in zip(self.costs, self.floor.costs, strict=True)]

    def misses(self):
        """Return what is above the target, as texts."""
        target, last = self.row.target, self.costs[-1]
        found = []
        if target.queries is not None and last.queries > target.queries:
            found.append(f'{last.queries:g} SQL')
        if target.ms is not None and last.ms > target.ms:
            found.append(f'{last.ms:.0f} ms')
        if (target.growth is not None and self.growth is not None and self.growth > target.growth
                and last.ms - self.costs[0].ms > SAME_MS):
            found.append(f'L/S {self.growth:.2f}')
        if target.constant and len({cost.queries for cost in self.costs}) > 1:
            found.append('SQL grows')
        if target.against and self.times_peer and self.times_peer > target.against[1]:
            found.append(f'{self.times_peer:.1f} times')
        return found

    @property
    def times_peer(self):
        """The ms at the largest size through those of the peer; None without one."""
        return self.costs[-1].ms / self.peer.costs[-1].ms if self.peer and self.peer.rounds else None


class Bench:
    """Servers on databases of their own, and the visitors who go there."""

    def __init__(self, templates, sizes, rounds, warm_up=2):
        """
        :param templates: the Templates of the tests
        :param sizes: list of Size, the smallest first
        :param rounds: measured visits of a row
        :param warm_up: visits before them
        """
        self.templates, self.sizes, self.rounds, self.warm_up = templates, sizes, rounds, warm_up
        self.cluster = templates.cluster
        self.seeds = Seeds(templates)
        self.databases = {}  # server -> name
        self._servers, self._visitors, self._results = {}, {}, {}

    @contextlib.contextmanager
    def serving(self, kinds, keep=False):
        """Serve what the rows on `kinds` (HELLO, STOCK, OURS) need, on fresh copies of the seeds.

        :param keep: store the databases at the end under names that no later run drops
        """
        with contextlib.ExitStack() as stack:
            if STOCK in kinds:
                self._clone(stack, STOCK, self.seeds.stock())
            for size in self.sizes if OURS in kinds else []:
                self._clone(stack, size, self.seeds.suite(size))
            try:
                for key, database in self.databases.items():
                    self._serve(key, lambda port, name=database: odoo_command(
                        self.cluster, name, f'--http-port={port}', *SERVER_OPTIONS, fast=False),
                        read_facts(self.cluster, database))
                if HELLO in kinds:
                    self._serve(HELLO, _hello_command)
                for server in self._servers.values():
                    server.wait()
                yield self
            finally:
                for server in self._servers.values():
                    stop(server.process)
            for database in self.databases.values() if keep else ():
                self.seeds.store(database, f'{database}_kept')
                say(f'kept: {database}_kept')

    def _clone(self, stack, key, seed):
        self.databases[key] = stack.enter_context(self.templates.clone(seed, 'bench'))

    def _serve(self, key, command, facts=None):
        port = free_port()
        label = key if isinstance(key, str) else f'{key.tickets}'
        self._servers[key] = Server(label, command(port), port, self.cluster.environ(), facts)

    def visitor(self, key, user):
        """Return the Visitor of a server (HELLO, STOCK or a Size) who is logged in as `user`."""
        if (key, user) not in self._visitors:
            visitor = Visitor(self._servers[key], self.databases.get(key))
            if user:
                visitor.login(user)
            self._visitors[key, user] = visitor
        return self._visitors[key, user]

    def measure(self, row):
        """Visit the row on each of its servers by turns; return the Result."""
        try:
            visitors = [self.visitor(key, row.user) for key in (self.sizes if row.server == OURS else [row.server])]
            warm = [_visit(row, visitor) for _round in range(self.warm_up) for visitor in visitors]
            slow = any(cost.ms > SLOW_MS for cost in warm[-len(visitors):])
            rounds = min(self.rounds, FEW_ROUNDS) if slow else self.rounds
            peer = self._results.get(row.target.against[0]) if row.target.against else None
            result = Result(row, [[_visit(row, visitor) for visitor in visitors] for _round in range(rounds)], peer=peer,
                            floor=self._results.get(row.floor))
            self._results[row.name] = result
            return result
        except Problem as problem:
            return Result(row, [], str(problem))


def _visit(row, visitor):
    """Return the Cost of one visit."""
    prepared = row.prepare(visitor)
    visitor.cost = Cost()
    row.visit(visitor, prepared)
    return visitor.cost


def _hello_command(port):
    """Return the argv of Odoo's server with nothing of Odoo behind it."""
    paths = ','.join(map(str, [*addons_paths(), ROOT / 'tools/bench_addons']))
    return odoo_argv(f'--addons-path={paths}', '--load=base,web,bench_hello', f'--data-dir={DATA_DIR}',
                     '--http-interface=127.0.0.1', f'--http-port={port}', '--max-cron-threads=0', *SERVER_OPTIONS)
