"""Fewer queries for what a page shows: what the ORM reads one after the other is read together."""
from odoo.fields import Domain
from odoo.tools import SQL


def column_names(records):
    """Return the names of the columns that the ORM reads at once as soon as one of them is asked for."""
    return [name for name, field in records._fields.items()
            if field.prefetch is True and field.store and field.column_type and records._has_field_access(field, 'read')]


def fetch_lines(records, name):
    """Read a one2many with the columns of its lines in one query, where the ORM takes two.

    :param records: real records, with whose rights the lines are read
    :param str name: name of a one2many
    :return: the lines of all of ``records``
    """
    field = records._fields[name]
    known = field._get_cache(records.env)
    missing = records.filtered(lambda record: record.id not in known)
    if missing:
        comodel = records.env[field.comodel_name].with_context(**{'active_test': False, **field.context})
        lines = comodel.search_fetch(
            Domain(field.get_comodel_domain(records)) & Domain(field.inverse_name, 'in', missing.ids), column_names(comodel))
        ids = {}
        for line in lines:
            ids.setdefault(line[field.inverse_name].id, []).append(line.id)
        field._insert_cache(missing, [tuple(ids.get(number, ())) for number in missing.ids])
    return records[name]


def note_empty(*relations):
    """Find out with one query in which relations there is nothing, so that the ORM does not ask for each of them.

    :param relations: pairs of records and the name of one of their one2many or many2many fields
    """
    queries = []
    for records, name in relations:
        field = records._fields[name]
        if field.type == 'one2many':
            comodel = records.env[field.comodel_name]
            comodel.flush_model([field.inverse_name])
            table, column = comodel._table, field.inverse_name
        else:
            table, column = field.relation, field.column1
        queries.append(SQL(
            'SELECT %s WHERE EXISTS(SELECT FROM %s WHERE %s = ANY(%s))', f'{records._name}.{name}', SQL.identifier(table),
            SQL.identifier(column), records.ids))
    there = {name for name, in relations[0][0].env.execute_query(SQL(' UNION ALL ').join(queries))}
    for records, name in relations:
        if f'{records._name}.{name}' not in there:
            records._fields[name]._insert_cache(records, [()] * len(records))


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
