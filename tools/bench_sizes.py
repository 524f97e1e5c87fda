"""How many of what the databases of scripts/bench hold."""

from dataclasses import dataclass

PROBE, LARGE = 41, 2000  # tickets of the two customers that are measured, the same in every size
RARE = 20  # tickets with a word that no other has
MANAGED = 50  # customers whose administrator the specialist is, and tickets that he processes
FEW_CUSTOMERS, MANY_CUSTOMERS = 10, 30_000  # of two other specialists
TICKETS_PER_CUSTOMER = 20
# see tools/bench_project.py
FILES_PER_TICKET, FILES_PER_FOLDER, FOLDERS_PER_PROJECT, TICKETS_PER_TASK = 5, 10, 10, 4
PROBE_PROJECTS, PROBE_TASKS = 4, 40


@dataclass(frozen=True)
class Size:
    """How many tickets and companies the other customers have.

    A light one has one contact a company, and conversations of the measured customers only: for very many customers.
    """
    tickets: int
    customers: int
    light: bool = False

    @property
    def total(self):
        return self.tickets + PROBE + LARGE


def make_sizes(tickets, customers=None, light=False):
    """Return the list of Size for these numbers of tickets; `customers` is the number of the last one.

    :raise ValueError: the numbers do not grow, or one is below 1
    """
    if min(tickets) < 1 or tickets != sorted(set(tickets)) or (customers is not None and customers < 1):
        raise ValueError('numbers above 0, the smaller one first')
    per_customer = tickets[-1] / customers if customers else TICKETS_PER_CUSTOMER
    return [Size(count, max(1, round(count / per_customer)), light) for count in tickets]
