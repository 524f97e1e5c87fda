import base64
import io
import json
import zipfile

from odoo.tests import tagged

from .common import HTML, PDF, PNG, FileHttpCommon


@tagged('post_install', '-at_install')
class TestPortal(FileHttpCommon):
    """The pages of files as a customer uses them."""

    def _get(self, url, status=200, **headers):
        response = self.url_open(url, allow_redirects=False, headers=headers or None)
        self.assertEqual(response.status_code, status, url)
        return response

    def test_lists_and_page(self):
        """Issue 9.2: all files, folders of a project, search, versions and preview; hidden names are nowhere."""
        self.file.content = base64.b64encode(PDF + b'2')
        self.authenticate('test_a1', 'test_a1')
        hidden = ('margin', 'Secret', 'tower', 'Beta')
        url = f'/my/projects/{self.project_a.id}/files'
        for address in ('/my', '/my/files', '/my/files?search=pdf&groupby=project', url, f'{url}?folder={self.folder.id}',
                        f'{url}?search=p', f'{url}?search=margin', '/my/projects', f'/my/projects/{self.project_a.id}'):
            text = self._get(address).text
            for name in hidden:
                self.assertNotIn(name, text.replace('search=margin', '').replace('value="margin"', ''), address)
        self.assertIn('plan.pdf', self._get('/my/files?search=PLAN').text)
        self.assertNotIn('plan.pdf', self._get('/my/files?search=salary').text)
        page = self._get(f'/my/files/{self.file.id}').text
        self.assertIn(f'/my/files/{self.file.id}/preview', page)
        self.assertIn('download?version=1', page)
        old = self._get(f'/my/files/{self.file.id}/download?version=1')
        self.assertEqual(old.content, PDF)
        for address in (
                f'/my/files/{self.file_internal.id}', f'/my/files/{self.file_b.id}', '/my/files/999999999',
                f'/my/files/{self.file_internal.id}/download', f'/my/files/{self.file_b.id}/preview',
                f'/my/files/{self.file.id}/download?version=9', f'{url}?folder={self.folder_internal.id}',
                f'/my/projects/{self.project_b.id}/files', f'/my/projects/{self.project_b.id}/files/zip',
                f'{url}/zip?folder={self.folder_internal.id}', f'{url}?folder=x', '/my/files/zip?ids='):
            answer = self._get(address, 404)
            for name in hidden:
                self.assertNotIn(name, answer.text, address)

    def test_download_and_ranges(self):
        """Issue 9.6: a download answers ranges, names its file, and lets nothing run."""
        self.authenticate('test_a1', 'test_a1')
        url = f'/my/files/{self.file.id}/download'
        whole = self._get(url)
        self.assertEqual(whole.content, PDF)
        self.assertIn('attachment', whole.headers['Content-Disposition'])
        self.assertEqual(whole.headers['X-Content-Type-Options'], 'nosniff')
        part = self._get(url, 206, Range='bytes=5-9')
        self.assertEqual(part.content, PDF[5:10])
        self.assertEqual(part.headers['Content-Range'], f'bytes 5-9/{len(PDF)}')
        self._get(url, 416, Range='bytes=999999-')
        inline = self._get(f'/my/files/{self.file.id}/preview')
        self.assertEqual(inline.headers['Content-Type'], 'application/pdf')
        self.assertNotIn('attachment', inline.headers.get('Content-Disposition', ''))
        receipts = {receipt.kind: receipt.count for receipt in self.file.receipt_ids}
        self.assertEqual(receipts, {'download': 1, 'read': 1}, 'a later range is the same download')

    def test_html_never_inline(self):
        """Issue 9.6: HTML of staff is sent as a download, also where a preview is asked for."""
        file = self._create_file(self.project_a, 'page.html', HTML)
        self.authenticate('test_a1', 'test_a1')
        answer = self._get(f'/my/files/{file.id}/preview')
        self.assertIn('attachment', answer.headers['Content-Disposition'])
        self.assertEqual(answer.headers['Content-Type'], 'application/octet-stream')
        self.assertIn("default-src 'none'", answer.headers['Content-Security-Policy'])

    def test_zip_of_database(self):
        """Issue 9.10: files that are stored in the database are sent, alone and in a ZIP, as those on disk."""
        self.env['ir.config_parameter'].set_param('ir_attachment.location', 'db')
        file = self._create_file(self.project_a, 'stored.pdf', PDF + b'in the database')
        self.authenticate('test_a1', 'test_a1')
        self.assertEqual(self._get(f'/my/files/{file.id}/download').content, PDF + b'in the database')
        archive = zipfile.ZipFile(io.BytesIO(self._get(f'/my/files/zip?ids={file.id},{self.file.id}').content))
        self.assertEqual({name: archive.read(name) for name in archive.namelist()}, {
            'stored.pdf': PDF + b'in the database', 'Plans/plan.pdf': PDF})

    def test_zip(self):
        """Issue 9.2: folders and chosen files come as one streamed ZIP of what the visitor may see."""
        deep = self._create_folder(self.project_a, 'Photos', parent_id=self.folder.id)
        self._create_file(self.project_a, 'a.png', PNG, folder_id=deep.id)
        self._create_file(self.project_a, 'plan.pdf', PDF + b'2', folder_id=self.folder.id)
        self.authenticate('test_a1', 'test_a1')
        answer = self._get(f'/my/projects/{self.project_a.id}/files/zip')
        self.assertNotIn('Content-Length', answer.headers)
        archive = zipfile.ZipFile(io.BytesIO(answer.content))
        self.assertEqual(sorted(archive.namelist()), [
            'For the boss/salary.pdf', 'Plans/Photos/a.png', 'Plans/plan (2).pdf', 'Plans/plan.pdf', 'top.pdf'])
        self.assertIsNone(archive.testzip())
        archive = zipfile.ZipFile(io.BytesIO(
            self._get(f'/my/projects/{self.project_a.id}/files/zip?folder={self.folder.id}').content))
        self.assertEqual(sorted(archive.namelist()), ['Photos/a.png', 'plan (2).pdf', 'plan.pdf'])
        wanted = f'{self.file.id},{self.file_internal.id},{self.file_b.id},{self.file_own.id}'
        archive = zipfile.ZipFile(io.BytesIO(self._get(f'/my/files/zip?ids={wanted}').content))
        self.assertEqual(sorted(archive.namelist()), ['Alpha house/Plans/plan.pdf', 'Alpha shed/shed.pdf'])
        self.assertEqual(self.file.receipt_ids.filtered(lambda receipt: receipt.kind == 'download').count, 3)

    def test_form_upload(self):
        """Issue 9.2: without script the form takes several files; one that is refused leaves nothing behind."""
        self.authenticate('test_a1', 'test_a1')
        url = f'/my/projects/{self.project_a.id}/files/upload'
        two = [('files', ('one.pdf', PDF)), ('files', ('two.png', PNG))]
        answer = self.post_form(url, {'folder': self.folder.id}, two)
        self.assertEqual(answer.status_code, 303)
        self.assertEqual(set((self.folder.file_ids - self.file).mapped('name')), {'one.pdf', 'two.png'})
        before = self.env['customer.file'].search([])
        bad = [('files', ('three.pdf', PDF)), ('files', ('evil.png', HTML))]
        answer = self.post_form(url, {'folder': self.folder.id}, bad)
        self.assertIn('not accepted', answer.text)
        self.assertEqual(self.env['customer.file'].search([]), before)
        for folder in (self.folder_internal.id, self.folder_chosen.id, ''):
            self.assertEqual(self.post_form(url, {'folder': folder}, two).status_code, 404)
        self.assertEqual(self.env['customer.file'].search([]), before)
        with self.assertLogs('odoo.http', 'WARNING'):
            answer = self.url_open(url, data={'folder': self.folder.id}, files=two)
        self.assertEqual(answer.status_code, 400, 'no CSRF token, no upload')

    def test_new_version_by_customer(self):
        """Issue 9.2: customers add versions to files that came from them, to no others."""
        self.authenticate('test_a1', 'test_a1')
        mine = self.env['customer.file'].with_user(self.user_a1)._create_by_upload(
            self.folder.with_user(self.user_a1), self._temporary(), 'mine.pdf')
        one = [('files', ('mine.pdf', PDF + b'2'))]
        self.assertEqual(self.post_form(f'/my/files/{mine.id}/upload', files=one).status_code, 303)
        self.assertEqual(mine.sudo().version_number, 2)
        self.assertEqual(self.post_form(f'/my/files/{self.file.id}/upload', files=one).status_code, 404)
        self.assertEqual(len(self.file.version_ids), 1)

    def _post_json(self, url, **data):
        answer = self.post_form(url, data)
        return answer.status_code, json.loads(answer.text) if answer.status_code in (200, 422) else None

    def test_upload_in_pieces(self):
        """Issue 9.6: the route for pieces goes on after an interruption, and makes one file."""
        self.authenticate('test_a1', 'test_a1')
        start = {'kind': 'folder', 'target': self.folder.id, 'name': 'big.pdf', 'size': len(PDF)}
        status, answer = self._post_json('/my/files/uploads', **start)
        self.assertEqual(status, 200)
        url = f'/my/files/uploads/{answer["key"]}'

        def piece(offset, content):
            return self.url_open(
                f'{url}/piece?offset={offset}&csrf_token={self.csrf_token()}', data=content,
                headers={'Content-Type': 'application/octet-stream'}).json()

        self.assertEqual(piece(0, PDF[:20]), {'received': 20})
        self.assertEqual(self._post_json(f'{url}/finish')[0], 422)
        self.assertEqual(piece(0, PDF[:20]), {'received': 20})
        self.assertEqual(piece(20, PDF[20:]), {'received': len(PDF)})
        status, answer = self._post_json(f'{url}/finish')
        self.assertEqual(status, 200)
        file = self.folder.file_ids - self.file
        self.assertEqual((answer['url'], file.version_id.attachment_id.raw), (file.access_url, PDF))
        self.assertEqual(self._post_json(f'{url}/finish')[0], 404)
        self.assertEqual(self._post_json('/my/files/uploads', **dict(start, size=0))[0], 422)
        for changes in ({'target': self.folder_internal.id}, {'kind': 'partner'}, {'target': 'x'},
                        {'kind': 'project', 'target': self.project_a.id}, {'kind': 'file', 'target': self.file.id}):
            self.assertEqual(self._post_json('/my/files/uploads', **dict(start, **changes))[0], 404, changes)
        status, answer = self._post_json('/my/files/uploads', **start)
        self.authenticate('test_b1', 'test_b1')
        for verb in ('piece', 'finish', 'cancel'):
            self.assertEqual(self._post_json(f'/my/files/uploads/{answer["key"]}/{verb}')[0], 404)
        self.authenticate('test_a1', 'test_a1')
        self.assertEqual(self._post_json(f'/my/files/uploads/{answer["key"]}/cancel')[0], 200)
        self.assertFalse(self.env['customer.file.upload'].search([]))

    def test_confirm(self):
        """Issue 9.4: a customer confirms the receipt on the page; GET does not."""
        self.file.needs_confirmation = True
        self.authenticate('test_a1', 'test_a1')
        self._get(f'/my/files/{self.file.id}/confirm', 405)
        self.assertIn('plan.pdf', self._get('/my').text)
        self.assertEqual(self.post_form(f'/my/files/{self.file.id}/confirm').status_code, 303)
        self.assertTrue(self.file.is_confirmed)
        self.assertIn('You confirmed the receipt', self._get(f'/my/files/{self.file.id}').text)

    def test_staff_upload_large_files_here(self):
        """Issue 9.1: staff use the same page; they upload to the top of a project too, and leave no receipts."""
        self.authenticate('test_specialist', 'test_specialist')
        url = f'/my/projects/{self.project_a.id}/files'
        self.assertIn('Secret margin', self._get(url).text)
        self.assertEqual(self.post_form(f'{url}/upload', files=[('files', ('x.pdf', PDF))]).status_code, 303)
        self._get(f'/my/files/{self.file.id}/download')
        self.assertFalse(self.file.receipt_ids)
        self._get(f'/my/projects/{self.project_b.id}/files', 404)

    def test_hostile_parameters(self):
        """Issue 9.2: nonsense in the address is a page or a 404, never an error."""
        self.authenticate('test_a1', 'test_a1')
        for address in ('/my/files?sortby=x&filterby=%00&search=%25_\\', '/my/files/page/99999999999999999999',
                        f'/my/projects/{self.project_a.id}/files?search=%00%ff&page=x', '/my/requests?groupby=id',
                        f'/my/projects/{self.project_a.id}/files/page/999999'):
            self.assertIn(self.url_open(address).status_code, (200, 404), address)
        for address in (f'/my/projects/{2 ** 40}/files', f'/my/files/{2 ** 40}', f'/my/requests/{2 ** 40}',
                        f'/my/projects/{self.project_a.id}/files?folder={2 ** 40}'):
            self._get(address, 404)
