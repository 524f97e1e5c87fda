"""How many of what the databases of scripts/bench hold."""

from dataclasses import dataclass

PROBE, LARGE = 41, 2000  # tickets of the two customers that are measured, the same in every size
RARE = 20  # tickets with a word that no other has
MANAGED = 50  # customers whose administrator the specialist is, and tickets that he processes
TICKETS_PER_CUSTOMER = 20


@dataclass(frozen=True)
class Size:
    """How many tickets and companies the other customers have."""
    tickets: int
    customers: int

    @property
    def total(self):
        return self.tickets + PROBE + LARGE


def make_sizes(tickets, customers=None):
    """Return the list of Size for these numbers of tickets; `customers` is the number of the last one.

    :raise ValueError: the numbers do not grow, or one is below 1
    """
    if min(tickets) < 1 or tickets != sorted(set(tickets)) or (customers is not None and customers < 1):
        raise ValueError('numbers above 0, the smaller one first')
    per_customer = tickets[-1] / customers if customers else TICKETS_PER_CUSTOMER
    return [Size(count, max(1, round(count / per_customer))) for count in tickets]
