"""Fewer queries for what a page shows: what the ORM reads one after the other is read together."""
from odoo.fields import Domain
from odoo.tools import SQL


def column_names(records):
    """Return the names of the columns that the ORM reads at once as soon as one of them is asked for."""
    return [name for name, field in records._fields.items()
            if field.prefetch is True and field.store and field.column_type and records._has_field_access(field, 'read')]


def fetch_lines(records, name, names=None):
    """Read a one2many with the columns of its lines in one query, where the ORM takes two.

    :param records: real records, with whose rights the lines are read
    :param str name: name of a one2many
    :param names: fields of the lines to read; default: what the ORM reads at once
    :return: the lines of all of ``records``
    """
    field = records._fields[name]
    known = field._get_cache(records.env)
    missing = records.filtered(lambda record: record.id not in known)
    if missing:
        comodel = records.env[field.comodel_name].with_context(**{'active_test': False, **field.context})
        lines = comodel.search_fetch(
            Domain(field.get_comodel_domain(records)) & Domain(field.inverse_name, 'in', missing.ids),
            [field.inverse_name, *(names or column_names(comodel))])
        ids = {}
        for line in lines:
            ids.setdefault(line[field.inverse_name].id, []).append(line.id)
        field._insert_cache(missing, [tuple(ids.get(number, ())) for number in missing.ids])
    return records[name]


def note_empty(*fields):
    """Find out with one query where there is nothing, so that the ORM does not ask for each field.

    :param fields: tuples of records and the name of one of their one2many or many2many fields; for fields of other
        kinds also the model and the domain of what they are made of, and their value if there is nothing of that.
        Tuples without records, and with fields of addons that are not installed, are left out.
    """
    queries, empty = [], {}
    for records, name, *made_of in fields:
        if not records or name not in records._fields:
            continue
        field, env = records._fields[name], records.env
        model, domain, value = made_of or (field.comodel_name, None, ())  # an x2many is made of its own lines
        if field.type == 'many2many':
            table, column = SQL.identifier(field.relation), SQL.identifier(field.column1)
            query = SQL('(SELECT FROM %s WHERE %s = ANY(%s))', table, column, records.ids)
        else:
            if domain is None:
                domain = Domain(field.get_comodel_domain(records)) & Domain(field.inverse_name, 'in', records.ids)
            query = env[model].sudo().with_context(active_test=False)._search(domain).subselect('1')
        queries.append(SQL('SELECT %s WHERE EXISTS%s', len(queries), query))
        empty[len(queries) - 1] = field, records, value if value == () else field.convert_to_cache(value, records)
    if queries:
        for (number,) in env.execute_query(SQL(' UNION ALL ').join(queries)):
            empty.pop(number)
    for field, records, value in empty.values():
        field._insert_cache(records, [value] * len(records))


def fetch_together(*parts):
    """Read records of one model with one query: what is known of one of them later need not be asked for again."""
    records = parts[0].union(*parts[1:])
    known = records._fields['create_date']._get_cache(records.env)  # read with all other columns
    missing = records.filtered(lambda record: record.id not in known)
    if len(missing) > 1:  # the ORM reads a single one itself, and only if it is asked for
        missing.fetch()
    return records


def fetch_view(env, template):
    """Read the view of a page in one query, where the layout of a website takes two: for its title, and for search engines.

    :param str template: XML id of the template that is about to be rendered
    """
    view_sudo = env['ir.ui.view'].sudo()  # the layout asks in sudo, too
    if 'website_meta_title' in view_sudo._fields:
        view_sudo = view_sudo.browse(view_sudo._get_cached_template_info(template)['id'])
        view_sudo.fetch([*column_names(view_sudo), *(
            name for name, field in view_sudo._fields.items() if field.prefetch == 'website_meta' and field.store)])
