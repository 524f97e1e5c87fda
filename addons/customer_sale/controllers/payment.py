from odoo.http import request

from odoo.addons.payment.controllers.portal import PaymentPortal


class CustomerPaymentPortal(PaymentPortal):
    """Every payment by the website starts here, whatever page it comes from."""

    def _create_transaction(self, *args, amount=None, custom_create_values=None, **kwargs):
        """Refuse to start a payment of what is not open, see ``payment.transaction._check_payable``."""
        values = custom_create_values or {}
        # sudo: whoever called has checked the access to the documents, by right or by token
        env = request.env(su=True)
        orders, invoices = (
            env[model].browse(id_ for command in values.get(name) or () for id_ in _ids_of(command))
            for name, model in (('sale_order_ids', 'sale.order'), ('invoice_ids', 'account.move')))
        if amount is not None and (orders or invoices):
            env['payment.transaction']._check_payable(orders, invoices, amount)
        return super()._create_transaction(
            *args, amount=amount, custom_create_values=custom_create_values, **kwargs)


def _ids_of(command):
    """Return the ids that a command for a relation links."""
    return command[2] if command[0] == 6 else [command[1]] if command[0] == 4 else []
