from odoo.fields import Command, Datetime
from odoo.tests import TransactionCase, tagged

from ..fetching import fetch_lines, note_empty
from ..formats import page_formats

PIXEL = b'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='


@tagged('post_install', '-at_install')
class TestFetching(TransactionCase):
    """What pages read together, and how they write it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tag = cls.env['res.partner.category'].create({'name': 'Tag'})
        cls.firm = cls.env['res.partner'].create({
            'name': 'Firm', 'is_company': True, 'category_id': [Command.link(tag.id)],
            'child_ids': [Command.create({'name': 'Ann'})]})
        cls.single = cls.env['res.partner'].create({'name': 'Single'})
        cls.env.flush_all()

    def setUp(self):
        super().setUp()
        self.env.invalidate_all()

    def test_lines(self):
        """Issue 7.4: the lines of records and what is wanted of them are read with one query."""
        firms = self.firm | self.single
        with self.assertQueryCount(1):
            fetch_lines(firms, 'child_ids', ['name'])
            self.assertEqual(self.firm.child_ids.mapped('name'), ['Ann'])
            self.assertFalse(self.single.child_ids)

    def test_empty(self):
        """Issue 7.4: one query tells where there is nothing; what is there is read as ever."""
        def note(records):
            note_empty(
                (records, 'child_ids'), (records, 'category_id'), (records, 'no_such_field'), (records.browse(), 'bank_ids'),
                (records, 'image_1920', 'ir.attachment', [
                    ('res_model', '=', 'res.partner'), ('res_field', '=', 'image_1920'), ('res_id', 'in', records.ids)],
                 False))

        self.single.image_1920 = PIXEL
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(1):
            note(self.firm)
        with self.assertQueryCount(0):
            self.assertFalse(self.firm.image_1920)
        self.assertEqual((len(self.firm.child_ids), self.firm.category_id.name), (1, 'Tag'))
        note(self.single)
        with self.assertQueryCount(0):
            self.assertFalse(self.single.child_ids or self.single.category_id)
        self.assertTrue(self.single.image_1920)

    def test_formats(self):
        """Issue 7.4: dates and amounts are written as by Odoo's widgets, in the language and time zone of the user."""
        self.env['res.lang']._activate_lang('de_DE')
        euro = self.env.ref('base.EUR')
        moment, day = Datetime.to_datetime('2026-12-31 23:30:15'), Datetime.to_datetime('2027-01-05').date()
        for lang in ('en_US', 'de_DE'):
            env = self.env(context={'lang': lang, 'tz': 'Europe/Berlin'})
            formats = page_formats(env)
            view = env['ir.ui.view'].create({'type': 'qweb', 'arch': """<t t-name="x"><t t-out="moment" t-options="{'widget':
                'date'}"/>|<t t-out="day" t-options="{'widget': 'date'}"/>|<t t-out="moment" t-options="{'widget':
                'datetime', 'hide_seconds': True}"/>|<t t-out="1234.5" t-options="{'widget': 'monetary',
                'display_currency': euro}"/></t>"""})
            shown = env['ir.qweb']._render(view.id, {'moment': moment, 'day': day, 'euro': euro}).striptags().split('|')
            written = [formats['short_date'](moment), formats['short_date'](day), formats['short_datetime'](moment)]
            self.assertEqual([text.striptags() for text in written] + [
                formats['money'](1234.5, euro).replace('\xa0', ' ')], shown)
            self.assertIn('datetime="2026-12-31T23:30:15Z"', written[0])
            self.assertEqual((formats['short_date'](False), formats['short_datetime'](None)), ('', ''))
            if lang == 'de_DE':
                self.assertEqual(written[0].striptags(), '01.01.2027')
