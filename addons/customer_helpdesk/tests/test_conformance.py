from odoo.tests import TransactionCase, tagged

from odoo.addons.customer_services.tests.conformance import ConformanceMixin


@tagged('post_install', '-at_install')
class TestConformance(ConformanceMixin, TransactionCase):
    """Issue 2.13: tickets keep the rules of every document of customers."""

    addon = 'customer_helpdesk'
    public_methods = frozenset({
        'customer.ticket.about.mixin.action_open_customer_tickets',
        'customer.ticket.action_assign_to_me', 'customer.ticket.action_open_portal', 'customer.ticket.action_merge',
        'customer.ticket.action_split', 'customer.ticket.submit', 'customer.ticket.reply', 'customer.ticket.close',
        'customer.ticket.reopen', 'customer.ticket.customer_words_since', 'customer.ticket.desk_presence',
        'customer.ticket.fill_placeholders', 'customer.ticket.team.action_open_tickets',
        'customer.ticket.merge.wizard.action_merge', 'customer.ticket.split.wizard.line.action_split',
        'customer.ticket.delivery.action_resend', 'customer.ticket.suppression.action_release',
        'customer.ticket.cc.action_allow', 'customer.ticket.link.action_revoke', 'customer.ticket.link.action_rotate'})
    # a link opens the page and its files, one for answering also the form; without one visitors are sent to the login;
    # a rating needs the token of its mail
    public_routes = frozenset({
        '/my/tickets/<int:ticket_id>', '/my/tickets/<int:ticket_id>/files/<int:attachment_id>',
        '/my/tickets/<int:ticket_id>/reply', '/my/tickets/<int:ticket_id>/rating/<string:token>'})
