from werkzeug.exceptions import HTTPException, NotFound

from odoo.tests import TransactionCase, tagged

from odoo.addons.customer_services.controllers.portal import CustomerServicesPortal
from odoo.addons.http_routing.tests.common import MockRequest

from .common import DocumentFixture


@tagged('post_install', '-at_install')
class TestPortalHelpers(DocumentFixture, TransactionCase):
    """The helpers behind every page, with a request that is played."""

    def _open(self, user, document_id, token=None):
        with MockRequest(self.env(user=user)) as request:
            request.env = self.env(user=user, su=False)
            return CustomerServicesPortal()._get_portal_document(self.doc_a1._name, document_id, token)

    def test_document_by_right(self):
        """Issue 2.13: who may read the document gets it with his own rights."""
        document = self._open(self.user_a1, self.doc_a2.id)
        self.assertEqual((document.id, document.env.su), (self.doc_a2.id, False))

    def test_document_by_token(self):
        """Issue 2.13: the right token opens the document, in sudo, for a visitor and for another customer."""
        token = self.doc_a1._portal_ensure_token()
        for user in (self.visitor, self.user_b1):
            document = self._open(user, self.doc_a1.id, token)
            self.assertEqual((document.id, document.env.su), (self.doc_a1.id, True))

    def test_one_answer(self):
        """Issue 2.15: missing, foreign, too large ids and broken tokens give the same 404."""
        token = self.doc_a1._portal_ensure_token()
        missing = self.doc_company_2.id + 1000
        for user in (self.user_b1, self.revoked, self.visitor):
            for document_id, wrong in (
                (self.doc_a1.id, token[:-1]), (self.doc_a1.id, 'é中'), (self.doc_b1.id, token), (missing, token),
                (10 ** 12, token),
            ):
                if (user, document_id) == (self.user_b1, self.doc_b1.id):
                    continue
                with self.subTest(user=user.login, id=document_id, token=wrong), self.assertRaises(NotFound):
                    self._open(user, document_id, wrong)
        with self.assertRaises(NotFound):
            self._open(self.user_b1, self.doc_a1.id)

    def test_visitor_is_asked_to_log_in(self):
        """Issue 2.13: a visitor without token is sent to the login, whether the document exists or not."""
        for document_id in (self.doc_a1.id, 10 ** 8):
            with self.assertRaises(HTTPException) as caught:
                self._open(self.visitor, document_id)
            self.assertEqual(caught.exception.response.status_code, 303)
