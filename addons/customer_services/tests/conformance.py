"""Checks that every addon of the suite runs over its own models and routes, so that nothing new is born unguarded."""
import inspect

from odoo.http import Controller
from odoo.modules.module import get_manifest


class ConformanceMixin:
    """Mix into a ``TransactionCase`` of an addon and set :attr:`addon`.

    :cvar str addon: name of the addon
    :cvar frozenset public_methods: ``model.method`` that are API on purpose (no leading underscore)
    :cvar frozenset public_routes: addresses that may be opened without login on purpose
    """

    allow_inherited_tests_method = True  # else Odoo runs only the methods that stand in the class of the addon itself
    addon = ''
    public_methods = frozenset()
    public_routes = frozenset()

    # -- what there is ---------------------------------------------------

    def _own_models(self):
        """Return the models that the addon defines (not those that it extends)."""
        return [
            self.env[model.model] for model in self.env['ir.model'].search([])
            if model.model in self.env and self.env[model.model]._original_module == self.addon]

    def _documents(self):
        """Return the own models that are documents of customers."""
        names = self.env['customer.transaction.mixin']._customer_document_models()
        return [model for model in self._own_models() if model._name in names]

    def _own_routes(self):
        """Return ``(function, routing)`` of each HTTP route that the addon defines."""
        prefix = f'odoo.addons.{self.addon}.'
        for cls in subclasses(Controller):
            if cls.__module__.startswith(prefix):
                for function in vars(cls).values():
                    routing = getattr(function, 'original_routing', None)
                    if routing and routing.get('routes'):
                        yield function, routing

    # -- checks ------------------------------------------------------------

    def test_models_have_access_rights(self):
        """Issue 2.13: each model of the addon has an ACL, none lets everybody or the public write."""
        for model in self._own_models():
            if model._abstract or model._transient:
                continue
            acls = self.env['ir.model.access'].search([('model_id.model', '=', model._name)])
            self.assertTrue(acls, f'{model._name} has no ACL')
            outside = self.env.ref('base.group_public') | self.env.ref('base.group_portal')
            for acl in acls:
                if not acl.group_id or acl.group_id in outside:
                    self.assertFalse(
                        acl.perm_write or acl.perm_create or acl.perm_unlink,
                        f'{acl.name}: customers and visitors write through one entry only, never by ACL')

    def test_documents_have_rules(self):
        """Issue 2.13: each document repeats the global customer rule and the global company rule, for all modes."""
        for model in self._documents():
            rules = self.env['ir.rule'].search([('model_id.model', '=', model._name), ('groups', '=', False)])
            domains = {rule.domain_force.replace(' ', '').replace('"', "'") for rule in rules
                       if rule.perm_read and rule.perm_write and rule.perm_create and rule.perm_unlink}
            self.assertIn("[('customer_accessible','=',True)]", domains, model._name)
            self.assertIn("[('company_id','in',company_ids+[False])]", domains, model._name)

    def test_documents_have_indexed_owner(self):
        """Issue 2.13: the columns of the predicate are stored and indexed."""
        for model in self._documents():
            for name in ('commercial_partner_id', 'partner_id', 'company_id'):
                field = model._fields[name]
                self.assertTrue(field.store and field.index, f'{model._name}.{name}')

    def test_documents_hang_on_documents(self):
        """Issue 3.11: the fields by which a document hangs on others are indexed, lead to documents, never in a circle."""
        for model in self._documents():
            path, steps = [model._name], [model]
            while steps:
                current = steps.pop()
                for name in current._customer_origin_fields:
                    field = current._fields[name]
                    self.assertTrue(field.type == 'many2one' and field.store and field.index, f'{current._name}.{name}')
                    self.assertIn('customer_accessible', self.env[field.comodel_name]._fields)
                    self.assertNotEqual(field.comodel_name, model._name, path)
                    path.append(field.comodel_name)
                    self.assertLess(len(path), 50, path)
                    steps.append(self.env[field.comodel_name])

    def test_documents_whitelist_fields(self):
        """Issue 2.13: what a customer may give is a list of fields, and never the owner or a right."""
        forbidden = {
            'partner_id', 'commercial_partner_id', 'company_id', 'access_token', 'user_id', 'state', 'stage_id',
            'create_uid', 'message_follower_ids', 'active'}
        for model in self._documents():
            self.assertTrue(model._customer_fields <= set(model._fields), model._name)
            self.assertFalse(model._customer_fields & forbidden, model._name)

    def test_documents_have_portal_address(self):
        """Issue 2.13: each document has its page below ``/my``."""
        for model in self._documents():
            self.assertRegex(model._portal_url, r'^/my/[a-z]+$', model._name)

    def test_public_methods_are_listed(self):
        """Issue 2.13: a method without leading underscore is an API and has to be on the explicit list.

        It is listed once, with the model that defines it: mixins, not all that inherit them. What overrides a method of
        another addon is as public as that, and may be listed.
        """
        prefix, found = f'odoo.addons.{self.addon}.', set()
        for name in self.env.registry:
            classes = type(self.env[name]).mro()
            for index, cls in enumerate(classes):
                if not cls.__module__.startswith(prefix) or getattr(cls, '_name', name) != name:
                    continue
                others = [other for other in classes[index + 1:] if not other.__module__.startswith(prefix)]
                found.update(
                    f'{name}.{method}' for method, function in vars(cls).items()
                    if not method.startswith('_') and inspect.isfunction(inspect.unwrap(function))
                    and not getattr(function, '_api_private', False)
                    and not any(method in vars(other) for other in others))
        self.assertLessEqual(found, set(self.public_methods))
        for listed in self.public_methods:
            model, method = listed.rsplit('.', 1)
            self.assertTrue(hasattr(self.env[model], method), f'{listed} is no method any more')

    def test_routes_change_state_by_post_only(self):
        """Issue 2.13: a route that is not read-only takes POST only, with a CSRF token; GET changes nothing."""
        for function, routing in self._own_routes():
            address = routing['routes'][0]
            if routing.get('readonly') is True:
                continue
            self.assertEqual(set(routing.get('methods') or ['GET']), {'POST'}, f'{address} {function.__name__}')
            if routing.get('type', 'http') == 'http':
                self.assertIsNot(routing.get('csrf'), False, address)

    def test_routes_need_login(self):
        """Issue 2.13: a route without login is on the explicit list."""
        found = {
            address for _function, routing in self._own_routes() if routing.get('auth', 'user') != 'user'
            for address in routing['routes']}
        self.assertEqual(found, set(self.public_routes))

    def test_manifest(self):
        """Issue 2.13: licence, version and security files of the addon are in order."""
        manifest = get_manifest(self.addon)
        self.assertEqual(manifest['license'], 'LGPL-3')
        self.assertRegex(manifest['version'], r'^19\.0\.\d+\.\d+\.\d+$')
        data = manifest['data']
        security = [path for path in data if path.startswith('security/')]
        self.assertEqual(data[:len(security)], security, 'security comes first')


def subclasses(cls):
    """Yield all classes below a class."""
    for child in cls.__subclasses__():
        yield child
        yield from subclasses(child)
