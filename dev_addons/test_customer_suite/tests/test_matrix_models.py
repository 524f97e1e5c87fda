from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from .common import SUITE, MatrixFixture, find_in_addons, read_matrix

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
            values = {'partner_id': user.partner_id.id, 'company_id': company.id}
            build = find_in_addons('DOCUMENTS', model)
            return dict(values, **build(self, values))
        of_a = relation == 'of customer a'
        return find_in_addons('VALUES', model)(self, self.customer_a if of_a else self.customer_b, of_a)

    def _create(self, model, values):
        """Create the record of a row; authorisations are a view, whose rows are accesses among others."""
        if model != 'customer.authorisation':
            return self.env[model].create(values)
        access = self.env['customer.access'].create(values)
        return self.env[model].search([('access_id', '=', access.id)])

    def _next(self):
        self.__dict__['counter'] = self.__dict__.get('counter', 1) + 1
        return self.counter

    # -- tests ------------------------------------------------------------------

    def test_every_model_has_its_rows(self):
        """Issue 3.13: a model of the suite without a row fails; documents have a row for each relation."""
        listed = {}
        for row in self.matrix:
            listed.setdefault(row['model'], set()).add(row['relation'])
        documents = self.env['customer.transaction.mixin']._customer_document_models()
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
            name for name in (
                'scope', 'name', 'date_end', 'key', 'sequence', 'email', 'level', 'turn', 'is_answering', 'login',
                'tries', 'subject', 'note', 'address', 'reminded', 'mode', 'kind', 'used', 'hours', 'token_hash',
                'label', 'network')
            if name in record._fields)
