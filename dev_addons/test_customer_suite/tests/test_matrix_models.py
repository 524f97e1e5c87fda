from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from .common import SUITE, MatrixFixture, read_matrix

#: relations of a document to the roles: (customer, requester, company)
DOCUMENTS = {
    'of colleague': ('user_a2', 'company'),
    'of customer': ('user_a1', 'company'),
    'processed': ('user_b2', 'company'),
    'of outsider': ('user_b1', 'company'),
    'other company': ('user_a1', 'company_2'),
}


@tagged('post_install', '-at_install')
class TestMatrixModels(MatrixFixture, TransactionCase):
    """Every right of every role on every model of the suite, on the level that RPC reaches."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.matrix = read_matrix('models.csv')
        cls.env['customer.ticket.team'].search([]).company_id = False

    # -- records of the rows -------------------------------------------------

    def _values(self, model, relation):
        """Return values to create a record of the row."""
        if relation in DOCUMENTS:
            user, company = (getattr(self, name) for name in DOCUMENTS[relation])
            return {'name': 'matrix', 'partner_id': user.partner_id.id, 'company_id': company.id}
        of_a = relation == 'of customer a'
        customer = self.customer_a if of_a else self.customer_b
        build = getattr(self, '_values_' + model.replace('.', '_'))
        return build(customer, of_a)

    def _values_customer_access(self, customer, of_a):
        contact = self.env['res.partner'].create({'name': f'Matrix {self._next()}', 'parent_id': customer.id})
        return {'customer_id': customer.id, 'partner_id': contact.id}

    def _values_customer_invitation(self, customer, of_a):
        access = self.env['customer.access'].create(self._values_customer_access(customer, of_a))
        return {'access_id': access.id, 'email': 'matrix@example.com', 'expiry': '2030-01-01',
                'token_hash': f'matrix{self._next()}'}

    def _values_customer_group(self, customer, of_a):
        return {'name': f'Matrix {self._next()}'}

    def _values_customer_administrator(self, customer, of_a):
        user = self.specialist if of_a and self._next() == 1 else self._create_staff(
            f'matrix{self._next()}', 'base.group_user')
        return {'customer_id': customer.id, 'user_id': user.id}

    def _values_customer_processor(self, customer, of_a):
        document = self.env['customer.ticket'].create({'name': 'matrix', 'partner_id': customer.id})
        return {'user_id': self.manager.id, 'res_model': document._name, 'res_id': document.id}

    def _values_customer_authorisation(self, customer, of_a):
        return self._values_customer_access(customer, of_a)

    def _create(self, model, values):
        """Create the record of a row; authorisations are a view, whose rows are accesses among others."""
        if model != 'customer.authorisation':
            return self.env[model].create(values)
        access = self.env['customer.access'].create(values)
        return self.env[model].search([('access_id', '=', access.id)])

    def _values_customer_submission(self, customer, of_a):
        return {'user_id': self.user_a1.id, 'key': f'matrix{self._next()}'}

    def _values_customer_ticket_team(self, customer, of_a):
        return {'name': f'Matrix {self._next()}'}

    def _values_customer_ticket_stage(self, customer, of_a):
        return {'name': f'Matrix {self._next()}', 'state': 'open'}

    def _next(self):
        self.__dict__['counter'] = self.__dict__.get('counter', 1) + 1
        return self.counter

    # -- tests ------------------------------------------------------------------

    def test_every_model_has_its_rows(self):
        """Issue 3.13: a model of the suite without a row fails; documents have a row for each relation."""
        listed = {}
        for row in self.matrix:
            listed.setdefault(row['model'], set()).add(row['relation'])
        documents = self.env['customer.document.mixin']._customer_document_models()
        for model in self.env['ir.model'].search([]):
            Model = self.env.get(model.model)
            if Model is None or Model._original_module not in SUITE or Model._abstract or Model._transient:
                continue
            if not Model._auto:
                continue  # a view over models with rows of their own: its rights are tested with it
            self.assertIn(model.model, listed)
            if model.model in documents:
                self.assertEqual(listed[model.model], set(DOCUMENTS), model.model)

    def test_every_cell(self):
        """Issue 3.13: read, find, write, create and unlink of each role on each relation are as the file says."""
        for row in self.matrix:
            record = self._create(row['model'], self._values(row['model'], row['relation']))
            if row['relation'] == 'processed':
                self.env['customer.processor'].create(
                    {'user_id': self.processor.id, 'res_model': record._name, 'res_id': record.id})
            values = self._values(row['model'], row['relation'])
            for role, user in self.roles.items():
                with self.subTest(model=row['model'], relation=row['relation'], role=role):
                    self.assertEqual(self._rights(record, user, values), row[role].strip())

    def _rights(self, record, user, values):
        """Return the letters of what the user really can do; every attempt is undone."""
        self.env.flush_all()
        self.env.invalidate_all()
        mine = record.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
        attempts = {
            'r': lambda: self._read(mine),
            'w': lambda: mine.write({self._harmless(record): record[self._harmless(record)]}),
            'c': lambda: mine.browse().create(dict(values)),
            'u': mine.unlink,
        }
        rights = ''.join(letter for letter, attempt in attempts.items() if self._succeeds(attempt))
        self.assertTrue(record.exists())
        return rights or '-'

    def _read(self, record):
        found = record.search([('id', '=', record.id)])
        try:
            record.read(['display_name'])
        except AccessError:
            self.assertFalse(found, 'found by a search, but not readable')
            raise
        self.assertEqual(found, record, 'readable, but not found by a search')

    def _succeeds(self, attempt):
        try:
            with mute_logger('odoo.sql_db'), self.env.cr.savepoint() as savepoint:
                attempt()
                self.env.flush_all()
                savepoint.rollback()
        except AccessError:
            return False
        finally:
            self.env.invalidate_all(flush=False)
        return True

    def _harmless(self, record):
        """Return the name of a plain stored field that can be written with its own value."""
        return next(
            name for name in ('scope', 'name', 'date_end', 'key', 'sequence', 'email') if name in record._fields)
