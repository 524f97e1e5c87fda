"""Dates and amounts of pages with many of them."""
from datetime import datetime

import babel.dates
from markupsafe import Markup

from odoo import fields
from odoo.tools import babel_locale_parse, format_amount, get_lang, posix_to_ldml

TIME = Markup('<time datetime="%s">%s</time>')


def page_formats(env):
    """Return how dates and amounts are written for the user, as Odoo's widgets do; his language is looked up once.

    :return: dict with functions for templates, which write nothing of nothing: ``short_date`` of a date or a moment in
        UTC, ``short_datetime`` of a moment in UTC, without seconds, both as ``<time>``, and ``money`` of an amount and
        its currency
    """
    lang = get_lang(env)
    locale = babel_locale_parse(lang.code)
    date_pattern, moment_pattern = (
        posix_to_ldml(pattern, locale=locale).replace(':ss', '').replace(':s', '')
        for pattern in (lang.date_format, f'{lang.date_format} {lang.time_format}'))

    def local(value):
        return fields.Datetime.context_timestamp(env.user, value) if isinstance(value, datetime) else value

    def machine(value):
        return value.isoformat() + 'Z' if isinstance(value, datetime) else value.isoformat()

    def short_date(value):
        return TIME % (machine(value), babel.dates.format_date(local(value), date_pattern, locale=locale)) if value else ''

    def short_datetime(value):
        return TIME % (
            machine(value), babel.dates.format_datetime(local(value), moment_pattern, locale=locale)) if value else ''

    return {
        'short_date': short_date, 'short_datetime': short_datetime,
        'money': lambda amount, currency: format_amount(env, amount, currency, lang.code)}
