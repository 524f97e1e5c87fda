from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.customer_services.const import GROUP_SPECIALIST

from .common import RmaHttpCommon


@tagged('post_install', '-at_install')
class TestRmaAccess(RmaHttpCommon):
    """Who sees which return, on every channel."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rma_a1, cls.rma_a2, cls.rma_b1 = (
            cls.env['customer.rma'].with_user(user)._create_from_customer({
                'description': f'Secret of {user.login}',
                'line_ids': [{'move_id': cls._move(order).id, 'quantity': 1}]}).with_user(cls.env.user)
            for user, order in (
                (cls.user_a1, cls.sold_a1), (cls.user_a2, cls.sold_a2), (cls.user_b1, cls.sold_b1)))
        cls.rmas = cls.rma_a1 | cls.rma_a2 | cls.rma_b1
        cls.rmas._run_jobs()

    def test_rpc(self):
        """Issue 7.4: by RPC everybody sees exactly his returns and their lines, jobs only staff."""
        none = self.rmas.browse()
        processor = self._create_staff('rma_processor', GROUP_SPECIALIST)
        self.env['customer.processor'].create({
            'user_id': processor.id, 'res_model': 'customer.rma', 'res_id': self.rma_b1.id})
        for user, expected in (
            (self.user_a1, self.rma_a1 | self.rma_a2), (self.user_a2, self.rma_a2), (self.user_b1, self.rma_b1),
            (self.user_b2, none), (self.revoked, none), (self.specialist, self.rma_a1 | self.rma_a2),
            (processor, self.rma_b1), (self.agent, self.rmas), (self.manager, self.rmas),
            (self.other_company_agent, none),
        ):
            self.env.flush_all()
            self.env.invalidate_all()
            env = self.env(user=user, context=dict(self.env.context, allowed_company_ids=user.company_ids.ids))
            self.assertEqual(env['customer.rma'].search([('id', 'in', self.rmas.ids)]).ids,
                             expected.sorted('id', reverse=True).ids, user.login)
            lines = env['customer.rma.line'].search([('rma_id', 'in', self.rmas.ids)])
            self.assertEqual(lines.rma_id.ids, sorted(expected.ids), user.login)
            for rma in self.rmas - expected:
                with self.assertRaises(AccessError, msg=user.login):
                    rma.with_env(env).read(['number'])
                with self.assertRaises(AccessError, msg=user.login):
                    rma.line_ids.with_env(env).read(['quantity'])
        for user in (self.user_a1, self.employee, self.visitor):
            with self.assertRaises(AccessError):
                self.env['customer.rma.job'].with_user(user).search([])
            with self.assertRaises(AccessError):
                self.env['customer.rma.rule'].with_user(user).search([])
        with self.assertRaises(AccessError):
            self.rmas.with_user(self.employee).read(['number'])

    def test_end_users_write_nothing(self):
        """Issue 7.4: Issue 7.16: end users, employees and specialists change no return, not even their own, by RPC."""
        for user in (self.user_a1, self.employee, self.specialist, self.visitor, self.revoked):
            rma, line = self.rma_a1.with_user(user), self.rma_a1.line_ids.with_user(user)
            for attempt in (
                lambda rma=rma: rma.write({'description': 'x'}), lambda line=line: line.write({'quantity': 2}),
                lambda line=line: line.unlink(), lambda rma=rma: rma.unlink(),
                lambda rma=rma: rma.create({'partner_id': self.user_a1.partner_id.id}),
                lambda line=line: line.create({'rma_id': self.rma_a1.id, 'move_id': self._move(self.sold_a1).id}),
            ):
                with self.assertRaises(AccessError, msg=user.login), self.env.cr.savepoint():
                    attempt()
        self.env.invalidate_all()
        self.assertEqual((self.rma_a1.description, self.rma_a1.line_ids.quantity), ('Secret of test_a1', 1))

    def test_pages(self):
        """Issue 7.4: A never gets B's return, slip or photo: 404 by login and by token; the own token opens the own only."""
        message = self.rma_b1.with_user(self.user_b1).message_post(body='see', attachments=[('photo.png', b'\x89PNG1')])
        file = message.sudo().attachment_ids
        url = f'/my/rmas/{self.rma_b1.id}'
        token_a, token_b = (rma._portal_ensure_token() for rma in (self.rma_a1, self.rma_b1))
        pages = (url, f'{url}/files/{file.id}', f'{url}/slip')
        for user in (self.user_a1, self.user_a2, self.user_b2, self.revoked, self.specialist, self.employee):
            self.authenticate(user.login, user.login)
            for page in pages:
                for query in ('', f'?access_token={token_a}', '?access_token=x'):
                    response = self.url_open(page + query)
                    self.assertEqual(response.status_code, 404, f'{user.login} {page}{query}')
                    self.assertNotIn('Secret of test_b1', response.text)
            for action in ('cancel', 'tracking', 'reply'):
                self.assertEqual(
                    self.post_form(f'{url}/{action}', {'tracking_ref': 'x', 'body': 'x'}).status_code, 404)
        # a file of one return is not reached by another one
        self.authenticate('test_a1', 'test_a1')
        self.assertEqual(self.url_open(f'/my/rmas/{self.rma_a1.id}/files/{file.id}').status_code, 404)
        self.authenticate(None, None)
        for page in pages:
            self.assertEqual(self.url_open(f'{page}?access_token={token_b}').status_code, 200)
            self.assertEqual(self.url_open(f'{page}?access_token={token_a}').status_code, 404)
            self.assertIn('/web/login', self.url_open(page, allow_redirects=False).headers.get('Location', ''))
        self.env.invalidate_all()
        self.assertEqual((self.rma_b1.state, self.rma_b1.tracking_ref), ('approved', False))
