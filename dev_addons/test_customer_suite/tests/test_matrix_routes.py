from odoo.http import Controller, Request
from odoo.tests import HttpCase, tagged

from odoo.addons.customer_services.tests.conformance import subclasses

from .common import SUITE, MatrixFixture, addon_records, read_matrix


@tagged('post_install', '-at_install')
class TestMatrixRoutes(MatrixFixture, HttpCase):
    """What every role gets at every address of the suite."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.matrix = read_matrix('routes.csv')
        cls.names = {}
        for records in addon_records():
            names = records.names(cls)
            assert not cls.names.keys() & names.keys(), f'{records.__name__}: {cls.names.keys() & names.keys()} taken'
            cls.names.update(names)

    def _routes(self):
        """Return ``{address: methods}`` of all routes of the suite."""
        found = {}
        for cls in subclasses(Controller):
            if cls.__module__.split('.')[2:3] and cls.__module__.split('.')[2] in SUITE:
                for function in vars(cls).values():
                    routing = getattr(function, 'original_routing', None) or {}
                    for address in routing.get('routes', ()):
                        found.setdefault(address, set()).update(routing.get('methods') or ['GET'])
        return found

    def test_every_route_has_a_row(self):
        """Issue 3.13: a route of the suite without a row fails, for each of its methods."""
        listed = {(row['route'], row['method']) for row in self.matrix}
        for address, methods in self._routes().items():
            for method in methods:
                self.assertIn((address, method), listed)

    def test_every_cell(self):
        """Issue 3.13: each role gets what the file says, and what is refused says nothing of the record."""
        for role, user in self.roles.items():
            if role not in self.matrix[0]:
                continue
            self.authenticate(*(None, None) if role == 'visitor' else (user.login, user.login))
            for row in self.matrix:
                with self.subTest(role=role, method=row['method'], url=row['url']):
                    self.assertEqual(self._answer(row), row[role].strip())

    def _answer(self, row):
        url = row['url'].strip().format(**self.names)
        data = {'csrf_token': Request.csrf_token(self)} if row['method'] == 'POST' else None
        response = self.url_open(url, data=data, allow_redirects=False)
        if response.status_code in (302, 303) and '/web/login' in response.headers['Location']:
            return 'login'
        if response.status_code >= 400:
            self.assertNotIn('matrix', response.text)
        return str(response.status_code)

    def test_get_changes_nothing(self):
        """Issue 3.13: an address that takes POST only refuses a GET."""
        routes = self._routes()  # those of Odoo's that the file lists are Odoo's to test
        self.authenticate(self.user_a1.login, self.user_a1.login)
        for row in self.matrix:
            if row['method'] == 'POST' and 'GET' not in routes.get(row['route'], ['GET']):
                response = self.url_open(row['url'].strip().format(**self.names), allow_redirects=False)
                self.assertIn(response.status_code, (404, 405), row['url'])
