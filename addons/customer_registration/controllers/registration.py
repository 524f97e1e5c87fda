import re

from werkzeug.exceptions import NotFound

from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.http import Response, request, route

from odoo.addons.auth_signup.controllers.main import AuthSignupHome
from odoo.addons.customer_services.controllers.invitation import PRIVATE_HEADERS
from odoo.addons.customer_services.controllers.portal import CustomerServicesPortal
from odoo.addons.customer_services.models.customer_invitation import MIN_PASSWORD
from odoo.addons.customer_services.portal_list import clean_text

from ..const import LIMITS, MAX_TEXT

BAD_PATH = re.compile(r'[\\\s\x00-\x1f]')
OPTIONS = {'type': 'http', 'auth': 'public', 'website': True, 'sitemap': False}


def local_path(text):
    """Return the path on this server that a parameter ``redirect`` names, or an empty text; never another server."""
    path = '/' + clean_text(text).strip()[:200].lstrip('/')
    return '' if path == '/' or BAD_PATH.search(path) else path


class CustomerRegistrationPortal(CustomerServicesPortal):
    """Pages of those who are no customers yet."""

    # ------------------------------------------------------------------
    # Form
    # ------------------------------------------------------------------

    @route('/register/<string:code>', methods=['GET'], readonly=True, **OPTIONS)
    def registration_form(self, code, **params):
        """Show the form of a policy."""
        return self._render_form(self._find_policy(code), values={'redirect': local_path(params.get('redirect'))})

    @route('/register/<string:code>/send', methods=['POST'], **OPTIONS)
    def registration_send(self, code, **params):
        """Note a registration: the page that follows is the same whether the address is known or not."""
        network = request.httprequest.remote_addr
        if refusal := request.env['customer.registration']._too_many(network):
            # nothing is read or rendered for a flood
            return Response(
                refusal, status=429, headers={'Retry-After': '3600'}, content_type='text/plain; charset=utf-8')
        policy_sudo = self._find_policy(code)
        errors, values = self._read_form(policy_sudo, params)
        if not errors:
            try:
                with request.env.cr.savepoint():
                    registration_sudo = request.env['customer.registration']._begin(
                        policy_sudo, values, network)
                return request.render('customer_registration.sent', {
                    'policy_sudo': policy_sudo, 'email': values['email'], 'waits': registration_sudo.state == 'admin'})
            except UserError as error:
                errors[''] = error.args[0]
        return self._render_form(policy_sudo, errors, params)

    def _find_policy(self, code):
        # sudo: what a form asks is for everybody who opens it
        Policy = request.env['customer.registration.policy'].sudo()
        policy_sudo = Policy.search(Policy._place_domain() & Domain('code', '=', code), limit=1)
        if not policy_sudo:
            raise NotFound
        return policy_sudo

    def _read_form(self, policy_sudo, params):
        """Return ``(errors by input, values of a registration)`` of what was sent; unknown inputs are ignored."""
        errors = {}

        def text(name):
            return self._read_text(params, name, errors)
        is_company = policy_sudo.kinds == 'company' or policy_sudo.kinds == 'both' and text('kind') == 'company'
        email = request.env['customer.registration']._normalise(text('email'))
        values = {
            'name': text('name'), 'email': email, 'is_company': is_company, 'phone': text('phone'),
            'company_name': text('company_name') if is_company else '', 'lang': request.env.lang, 'answers': {},
            'files': {}, 'back_path': local_path(params.get('redirect'))}
        if not values['name']:
            errors['name'] = request.env._('Please enter your name.')
        if is_company and not values['company_name']:
            errors['company_name'] = request.env._('Please enter the name of the company.')
        if not email and 'email' not in errors:
            errors['email'] = request.env._('Please enter a valid e-mail address.')
        elif email and not policy_sudo._is_domain_allowed(email):
            errors['email'] = request.env._('Registration is open to some mail domains only, and yours is not among them.')
        if 'phone' in policy_sudo.proofs and not values['phone']:
            errors['phone'] = request.env._('Please enter your mobile number.')
        if policy_sudo.terms and not params.get('terms'):
            errors['terms'] = request.env._('Please accept the terms.')
        for field_sudo in policy_sudo.field_ids:
            try:
                self._read_field(field_sudo, values, text(field_sudo._key()))
            except UserError as error:
                errors[field_sudo._key()] = error.args[0]
        return errors, values

    def _read_text(self, params, name, errors):
        """Return what was typed into an input; what is too long is an error, nothing is cut silently."""
        text, limit = clean_text(params.get(name)).strip(), LIMITS.get(name, MAX_TEXT)
        if len(text) > limit:
            errors[name] = request.env._('The text is too long: at most %s characters.', limit)
        return text[:limit]

    def _read_field(self, field_sudo, values, text):
        """Add to the values what was sent for a field of the form.

        :raises UserError: with what is wrong with it
        """
        key, is_company = str(field_sudo.id), values['is_company']
        if field_sudo.kind == 'file':
            files = self._read_uploads(field_sudo._key())
            field_sudo._check_given(files, is_company)
            if files:
                values['files'][key] = files[0]
        else:
            values['answers'][key] = field_sudo._read(text, is_company)

    def _render_form(self, policy_sudo, errors=None, values=None):
        return request.render('customer_registration.form', {
            'policy_sudo': policy_sudo, 'errors': errors or {}, 'values': values or {},
            'limits': LIMITS, 'with_phone': 'phone' in policy_sudo.proofs, 'uploads': self._upload_hints(),
        }, headers={'Content-Security-Policy': "frame-ancestors 'none'"})

    # ------------------------------------------------------------------
    # Proofs
    # ------------------------------------------------------------------

    @route('/register/link/<string:token>', methods=['GET'], readonly=True, multilang=False, **OPTIONS)
    def registration_link(self, token, **params):
        """Show the page behind a link: a password to choose, or a code to type. Nothing is changed by opening it."""
        return self._render_proof(token)

    @route('/register/link/<string:token>/password', methods=['POST'], multilang=False, **OPTIONS)
    def registration_password(self, token, password='', confirm_password='', **params):
        """Prove the address, with the password of the login to come."""
        registration_sudo = self._find(token, ['email'])
        if not registration_sudo:
            return self._render_proof(token)
        # what is no text, a file, is no password
        password, confirm_password = (text if isinstance(text, str) else '' for text in (password, confirm_password))
        try:
            self._check_password(registration_sudo, password, confirm_password)
            with request.env.cr.savepoint():
                next_token = registration_sudo._confirm_email(password)
        except UserError as error:
            return self._render_proof(token, error.args[0])
        if next_token:
            return request.redirect(f'/register/link/{next_token}')
        return self._finish(registration_sudo, password)

    @route('/register/link/<string:token>/code', methods=['POST'], multilang=False, **OPTIONS)
    def registration_code(self, token, code='', **params):
        """Prove the phone."""
        registration_sudo = self._find(token, ['phone'])
        if not registration_sudo:
            return self._render_proof(token)
        outcome = registration_sudo._try_code(clean_text(code))
        if outcome != 'right':
            return self._render_proof(token, request.env._(
                'This code is wrong.') if outcome == 'wrong' else request.env._('This code does not work any more.'))
        try:
            with request.env.cr.savepoint():
                registration_sudo.token_hash = False
                registration_sudo._advance()
        except UserError as error:
            return self._render_proof(token, error.args[0])
        return self._finish(registration_sudo)

    @route('/register/link/<string:token>/resend', methods=['POST'], multilang=False, **OPTIONS)
    def registration_resend(self, token, **params):
        """Send a new code."""
        registration_sudo = self._find(token, ['phone'])
        try:
            if registration_sudo:
                registration_sudo._send_code()
        except UserError as error:
            return self._render_proof(token, error.args[0])
        return self._render_proof(token)

    def _find(self, token, states=('email', 'phone')):
        return request.env['customer.registration']._find(token, list(states))

    def _check_password(self, registration_sudo, password, repeated):
        """Refuse a password that is too short, mistyped, or too easy by the rules of other addons.

        :raises UserError: with a message for the one who chose it
        """
        if len(password) < MIN_PASSWORD:
            raise UserError(request.env._('Please choose a password of at least %s characters.', MIN_PASSWORD))
        if len(password) > 1000:
            raise UserError(request.env._('This password is too long.'))
        if password.lower() in (registration_sudo.email, registration_sudo.name.lower()):
            raise UserError(request.env._('Please choose a password that is neither your name nor your e-mail address.'))
        # sudo: the rules are for everybody who chooses a password
        request.env['res.users'].sudo()._check_new_password(password)
        if password != repeated:
            raise UserError(request.env._('The two passwords are not the same.'))

    def _finish(self, registration_sudo, password=None):
        """Log the new customer in if his password is at hand, else say what comes next."""
        if registration_sudo.state == 'active' and password:
            request.session.authenticate(
                request.env, {'type': 'password', 'login': registration_sudo.email, 'password': password})
            return request.redirect(registration_sudo.back_path or '/my')
        return self._private(request.render('customer_registration.done', {'registration_sudo': registration_sudo}))

    def _render_proof(self, token, error=None):
        registration_sudo = self._find(token)
        if not registration_sudo:
            return self._private(request.render('customer_registration.gone', {}, status=404))
        return self._private(request.render('customer_registration.proof', {
            'registration_sudo': registration_sudo, 'address': f'/register/link/{token}', 'error': error,
            'min_password': MIN_PASSWORD}))

    def _private(self, response):
        response.headers.update(PRIVATE_HEADERS)
        return response


class CustomerRegistrationSignup(AuthSignupHome):
    """The policy of the sign-up page governs Odoo's own address of it."""

    @route()
    def web_auth_signup(self, *args, **kw):
        path = local_path(request.params.get('redirect'))
        policy_sudo = request.env['customer.registration.policy']._signup_policy(path)
        if policy_sudo and not (request.params.get('token') or request.session.get('auth_signup_token')):
            return request.redirect_query(f'/register/{policy_sudo.code}', {'redirect': path} if path else None, 303)
        return super().web_auth_signup(*args, **kw)

    def get_auth_signup_config(self):
        """Show the link on the login page if there is a policy for it."""
        config = super().get_auth_signup_config()
        if not config['signup_enabled'] and request.env['customer.registration.policy']._signup_policy(
                local_path(request.params.get('redirect'))):
            config['signup_enabled'] = True
        return config
