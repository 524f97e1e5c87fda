"""Returns in the databases of scripts/bench; runs inside Odoo's shell, after `tools/bench_sale.py`.

The probe has the same in every size, made by the ORM; the others have copies of one return.
"""

from tools.bench_agenda import _triggers_off
from tools.bench_rma_rows import RMAS
from tools.bench_sale import _copy, _orders


def make(env, others):
    """Make what the probe has, and `others` returns of the other customers."""
    env = env(context=dict(env.context, tracking_disable=True, mail_create_nosubscribe=True))
    probe = env['res.users'].search([('login', '=', 'bench_probe')]).partner_id
    product = env['product.product'].create({'name': 'Bench lamp', 'is_storable': True, 'list_price': 40})
    # an order that is there gets the goods: how many the probe has is another row's
    order = env['sale.order'].search([('partner_id', '=', probe.id), ('state', '=', 'sale')], limit=1)
    order.write({'order_line': [(0, 0, {'product_id': product.id, 'product_uom_qty': 10000})]})
    _request(env, probe, _deliver(order), RMAS)
    customers = env['res.partner'].search([
        ('is_company', '=', True), ('id', 'not in', (probe.commercial_partner_id | env.company.partner_id).ids)])
    if not customers:
        customers = env['res.partner'].create({'name': 'Others of returns', 'is_company': True})
    sold = _orders(env, product, customers[0], 1)
    sold.action_confirm()
    pattern = _request(env, customers[0], _deliver(sold), 1)
    env.flush_all()
    _triggers_off(env)
    base = _copy(env, pattern, others, customers.ids)
    for line in pattern.line_ids:
        _copy(env, line, others, None, rma_id=base)
    env.cr.commit()


def _deliver(order):
    """Return the first move by which the goods of an order were delivered."""
    moves = order.order_line.move_ids
    for move in moves:
        move.write({'quantity': move.product_uom_qty, 'picked': True})
    moves.picking_id.with_context(skip_backorder=True, skip_sms=True).button_validate()
    return moves[0]


def _request(env, partner, move, count):
    """Return that many returns of one piece each, half of them approved, without mails and transfers."""
    rmas = env['customer.rma'].create([{
        'partner_id': partner.id, 'line_ids': [(0, 0, {'move_id': move.id, 'quantity': 1})]} for _number in range(count)])
    rmas._move_to('review')
    rmas[::2]._move_to('approved')
    return rmas
