from odoo.exceptions import AccessDenied, UserError
from odoo.http import request, route

from odoo.addons.customer_services.controllers.invitation import PRIVATE_HEADERS
from odoo.addons.customer_services.controllers.portal import CustomerServicesPortal

from .invitation import count_wrong_link

PAGE = '/my/security'
#: what the page says after a form was sent
NOTICES = ('device', 'email', 'password', 'many', 'address', 'same')


class CustomerLoginPortal(CustomerServicesPortal):
    """The page *Connection & Security*: devices, e-mail address; passwords behind the guard."""

    @route()
    def security(self, **post):
        post = {name: post.get(name) or '' for name in ('old', 'new1', 'new2', 'notice')}
        response = super().security(**post)
        # sudo: portal users have no rights on devices; these are his own
        devices_sudo = request.env['res.device'].sudo().search([('user_id', '=', request.env.uid)])
        response.qcontext.update(
            devices_sudo=devices_sudo, notice=post['notice'] if post['notice'] in NOTICES else '')
        return response

    def _update_password(self, old, new1, new2):
        try:
            with request.env['customer.login.guard']._guarded('identity', request.env.user.login):
                values = super()._update_password(old, new1, new2)
                if 'old' in (values.get('errors', {}).get('password') or {}):
                    raise WrongPassword(values)
                return values
        except WrongPassword as error:
            return error.values
        except AccessDenied as error:
            return {'errors': {'password': {'old': str(error)}}}

    @route('/my/security/devices', type='http', auth='user', website=True, methods=['POST'])
    def portal_sign_out_device(self, device='', password='', **params):
        """Sign out one device of the visitor, who proves to be himself by his password."""
        if notice := self._wrong_password(password):
            return request.redirect(f'{PAGE}?notice={notice}#customer_devices')
        device_id = int(device) if device.isdecimal() and len(device) < 10 else 0
        # sudo: portal users have no rights on devices; found by the user's own id
        device_sudo = request.env['res.device'].sudo().search(
            [('id', '=', device_id), ('user_id', '=', request.env.uid)])
        device_sudo._revoke()
        return request.redirect(f'{PAGE}?notice=device#customer_devices' if request.session.uid else '/web/login')

    @route('/my/security/email', type='http', auth='user', website=True, methods=['POST'])
    def portal_change_email(self, email='', password='', **params):
        """Send a link to the new address of the visitor, who proves to be himself by his password."""
        if notice := self._wrong_password(password):
            return request.redirect(f'{PAGE}?notice={notice}#customer_email')
        try:
            with request.env.cr.savepoint():
                request.env['customer.email.change']._issue(email)
        except UserError:
            same = email.strip().lower() == (request.env.user.email or '').lower()
            return request.redirect(f'{PAGE}?notice={"same" if same else "address"}#customer_email')
        return request.redirect(f'{PAGE}?notice=email#customer_email')

    def _wrong_password(self, password):
        """Return the notice about a wrong password of the visitor, empty if it is right."""
        user = request.env.user
        try:
            with request.env['customer.login.guard']._guarded('identity', user.login):
                user._check_credentials(
                    {'login': user.login, 'password': password, 'type': 'password'}, {'interactive': True})
        except AccessDenied:
            return 'many' if getattr(request, 'customer_login_refused', None) else 'password'
        return ''

    @route()
    def deactivate_account(self, validation='', password='', **post):
        """Close one's own login; a wrong password counts."""
        guard = request.env['customer.login.guard']
        attempt = guard._begin('identity', request.env.user.login)
        response = super().deactivate_account(validation, password, **post)
        if not getattr(response, 'qcontext', {}).get('errors'):
            guard._succeed(attempt)
        return response

    def _validate_address_values(self, address_values, partner_sudo, *args, **kwargs):
        """An address that belongs to a login is changed by its confirmation only."""
        invalid, missing, messages = super()._validate_address_values(address_values, partner_sudo, *args, **kwargs)
        changed = partner_sudo and partner_sudo.email and partner_sudo.user_ids and (
            'email' in address_values and address_values['email'] != partner_sudo.email)
        if changed and 'email' not in invalid:
            invalid.add('email')
            messages.append(request.env._('Change your e-mail address on the page “Connection & Security”.'))
        return invalid, missing, messages

    # ------------------------------------------------------------------
    # Link in the mail to the new address
    # ------------------------------------------------------------------

    @route('/my/email/<string:token>', type='http', auth='public', website=True, multilang=False, sitemap=False,
           methods=['GET'], readonly=True)
    def portal_confirm_email(self, token, **params):
        """Show the button that confirms a new address: opening the link changes nothing."""
        # not counted as a guess: the route only reads, and one more guess at 32 random bytes is nothing
        return self._render_email_change(request.env['customer.email.change']._find(token), token)

    @route('/my/email/<string:token>/confirm', type='http', auth='public', website=True, multilang=False,
           sitemap=False, methods=['POST'])
    def portal_confirm_email_post(self, token, **params):
        """Change the address."""
        change_sudo = request.env['customer.email.change']._find(token)
        if not change_sudo:
            count_wrong_link()
        else:
            try:
                with request.env.cr.savepoint():
                    change_sudo._confirm()
            except UserError:
                change_sudo = change_sudo.browse()
        return self._render_email_change(change_sudo, token, is_done=bool(change_sudo))

    def _render_email_change(self, change_sudo, token, is_done=False):
        if not change_sudo:
            response = request.render('customer_login.link_gone', {}, status=404)
        else:
            response = request.render('customer_login.email_change', {
                'change_sudo': change_sudo, 'address': f'/my/email/{token}/confirm', 'is_done': is_done})
        response.headers.update(PRIVATE_HEADERS)
        return response


class WrongPassword(AccessDenied):
    """The password of the session's owner was wrong; ``values`` are for the page."""

    def __init__(self, values):
        super().__init__()
        self.values = values
