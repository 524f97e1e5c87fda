"""What forms without login share: robots are kept away, and who sends too much is stopped.

A form is named by its addon and calls, in this order, :func:`form_stamp` for the page (which shows the template
``customer_services.visitor_guard``), :func:`check_person` when it is sent, and :func:`count_request` within
``_submit_once``.
"""
import uuid

from odoo.exceptions import UserError
from odoo.http import request

from .portal_list import clean_text


class TooManyRequests(UserError):
    """The caps are reached."""


def form_stamp(form, form_key='', stamp=''):
    """Return ``(form_key, stamp)`` for a form: those that came with it, new ones if they are used up.

    :param str form: name of the addon
    """
    Visit = request.env['customer.visit']
    form_key, stamp = clean_text(form_key)[:64], clean_text(stamp)
    if not form_key or Visit._check_stamp(form, form_key, stamp) == 'late':
        form_key = uuid.uuid4().hex
        stamp = Visit._new_stamp(form, form_key)
    return form_key, stamp


def check_person(form, form_key, params, captcha=''):
    """Refuse what no person sends.

    :param str form: name of the addon
    :param dict params: the form as it was sent, with ``stamp`` and ``home_page``, the field that people do not see
    :param str captcha: action by which Odoo's captcha knows the form; empty if its route names it
    :raises UserError: with what a person can do if he is taken for a robot
    """
    if params.get('home_page'):
        raise UserError(request.env._('A field was filled in that has to stay empty. It is empty now: please send again.'))
    problem = request.env['customer.visit']._check_stamp(
        form, clean_text(form_key)[:64], clean_text(params.get('stamp')))
    if problem == 'early':
        raise UserError(request.env._('That was very quick. Please check what you wrote and send it again.'))
    if problem:
        raise UserError(request.env._('The form was open for too long. Please send it again.'))
    if captcha:
        request.env['ir.http']._verify_request_recaptcha_token(captcha)


def count_request(form, email, form_key, caps):
    """Count a request of the visitor.

    :param str form: name of the addon
    :param str email: normalised
    :param dict caps: see ``customer.visit._take``
    :raises TooManyRequests: above the caps
    """
    if not request.env['customer.visit']._take(form, request.httprequest.remote_addr, email, form_key, caps):
        raise TooManyRequests(request.env._('There were too many requests. Please try again in an hour.'))
