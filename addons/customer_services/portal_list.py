"""The specification of one list in the portal, and how a visitor's choices are read: no database here."""
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from odoo.fields import Domain
from odoo.tools import escape_psql

MAX_SEARCH = 100


class Choice(NamedTuple):
    """One entry of a menu: what the visitor reads, and what it means.

    ``value`` is an order (sortings), a domain or a function without arguments that returns one (filters), a
    function from the search text to a domain (searches), or a field name or None (groupings).
    """

    label: Any
    value: Any


class Waiting(NamedTuple):
    """Documents that wait for the customer on his home page; only the first ones are shown.

    ``fields`` are read in one query; ``action`` is a function from a document to what is shown of it: a dict with
    ``title``, ``url``, ``label`` and ``date``.
    """

    model: str
    domain: Any
    fields: tuple
    order: str
    action: Callable


def contains(*names):
    """Return a search: a function from a text to the domain of what contains it, literally, in one of the fields."""
    return lambda text: Domain.OR(Domain(name, 'ilike', escape_psql(text)) for name in names)


@dataclass(frozen=True)
class PortalList:
    """A list in the portal.

    The first key of each menu is its default; an unknown key falls back to it.

    :param model: name of the model, read with the rights of the visitor
    :param url: address of the first page, for example ``/my/tickets``
    :param page_name: key of the breadcrumb
    :param title: heading (translatable, lazily)
    :param template: XML id of the template that renders the page
    :param fields: names of the fields that the template shows, fetched in one query
    :param empty: what the page says when there is nothing
    :param new_url: address of the form for a new document, if there is one
    :param new_label: text of the button to it
    """

    model: str
    url: str
    page_name: str
    title: Any
    template: str
    fields: tuple
    sortings: dict[str, Choice]
    filters: dict[str, Choice]
    searches: dict[str, Choice]
    groupings: dict[str, Choice] = field(default_factory=dict)
    empty: Any = ''
    new_url: str = ''
    new_label: Any = ''
    page_size: int = 80

    def choose(self, params):
        """Read the visitor's choices.

        :param dict params: query string of the request, keys and values as sent
        :return: dict ``sortby``, ``filterby``, ``search_in``, ``groupby`` (valid keys or ''), ``search`` (clean text)
        """
        def key(menu, name):
            return params.get(name) if params.get(name) in menu else next(iter(menu), '')

        return {
            'sortby': key(self.sortings, 'sortby'),
            'filterby': key(self.filters, 'filterby'),
            'search_in': key(self.searches, 'search_in'),
            'groupby': key(self.groupings, 'groupby'),
            'search': clean_text(params.get('search'))[:MAX_SEARCH].strip(),
        }

    def url_args(self, chosen):
        """Return the part of the choices that is not the default, for links and the pager."""
        default = self.choose({})
        return {name: value for name, value in chosen.items() if value != default[name]}

    def order(self, chosen):
        """Return the SQL order of the chosen sorting, with the grouping field first."""
        order = self.sortings[chosen['sortby']].value
        group = self.group_field(chosen)
        return f'{group}, {order}' if group else order

    def group_field(self, chosen):
        """Return the name of the field by which rows are grouped, or None."""
        grouping = self.groupings.get(chosen['groupby'])
        return grouping.value if grouping else None


def clean_text(text):
    """Return a text without characters that no database stores and no reader sees (NUL, controls, lone surrogates).

    Line ends and tabs stay. Anything that is not a text becomes an empty one.
    """
    if not isinstance(text, str):
        return ''
    text = text.replace('\r\n', '\n').replace('\r', '\n')
    return ''.join(char for char in text if char in '\n\t' or unicodedata.category(char) not in ('Cc', 'Cs'))


def split_groups(records: Any, key: Callable) -> list:
    """Split ordered records into runs of equal keys: ``[(key, [record, ...]), ...]``."""
    groups = []
    for record in records:
        value = key(record)
        if not groups or groups[-1][0] != value:
            groups.append((value, []))
        groups[-1][1].append(record)
    return groups
