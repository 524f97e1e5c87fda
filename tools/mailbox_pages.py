"""The HTML of the mailbox pages; each function returns bytes. All text of messages goes through `escape`."""

from html import escape
from urllib.parse import quote

STYLE = """
:root { color-scheme: light dark; --line: #c9cdd3; --soft: #5a6270; --link: #714b67; --back: #f6f7f9; --card: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --line: #454b55; --soft: #a9b0bb; --link: #d9a9ca; --back: #16181c; --card: #1f2227; }
}
* { box-sizing: border-box; }
body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; background: var(--back); overflow-wrap: anywhere; }
header, main { max-width: 60rem; margin: auto; padding: .75rem 1rem; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline; }
h1 { font-size: 1.35rem; margin: .25rem 0; }
h2 { font-size: 1.05rem; margin: 1.25rem 0 .5rem; }
a { color: var(--link); } a:hover { text-decoration-thickness: 2px; }
a:focus-visible, summary:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.soft { color: var(--soft); }
.mails { list-style: none; margin: 0; padding: 0; border: 1px solid var(--line); border-radius: .5rem;
  background: var(--card); }
.mails li { padding: .6rem .9rem; } .mails li + li { border-top: 1px solid var(--line); }
.mails a { font-weight: 600; display: inline-block; min-height: 1.5rem; }
.mails p { margin: 0; font-size: .9rem; }
dl { display: grid; grid-template-columns: minmax(5rem, max-content) 1fr; gap: .1rem 1rem; margin: 0; padding: .75rem
  .9rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); }
dt { color: var(--soft); } dd { margin: 0; }
pre { white-space: pre-wrap; margin: 0; padding: .75rem .9rem; border: 1px solid var(--line); border-radius: .5rem;
  background: var(--card); font: .9rem/1.45 ui-monospace, monospace; }
iframe { width: 100%; height: 60vh; border: 1px solid var(--line); border-radius: .5rem; background: #fff; }
details { margin-top: 1rem; } details pre { margin-top: .5rem; }
nav { display: flex; gap: 1rem; margin-top: 1rem; }
@media (max-width: 36rem) { dl { display: block; } dd { margin-bottom: .35rem; } }
"""


def _page(title, main):
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>{STYLE}</style>
</head>
<body>
<main>
{main}
</main>
</body>
</html>
""".encode('utf-8', 'replace')


def listing(mails, total, page, last):
    """Return the list of `mails`, [(key, {header: text})], page `page` of `last` of `total` mails."""
    items = '\n'.join(
        f'<li><a href="/message/{quote(key, safe="")}">{escape(head["Subject"] or "(no subject)")}</a>\n'
        f'<p>{escape(head["From"])} to {escape(head["To"] or "undisclosed recipients")}</p>\n'
        f'<p class="soft">{escape(head["Date"])}</p></li>'
        for key, head in mails)
    around = [f'<a href="/?page={number}">{label}</a>' for number, label in ((page - 1, 'Newer'), (page + 1, 'Older'))
              if 1 <= number <= last]
    steps = f'<nav aria-label="Pages">{" ".join(around)}<span>Page {page} of {last}</span></nav>' if around else ''
    count = '1 message' if total == 1 else f'{total} messages'
    body = f'<ol class="mails" reversed>\n{items}\n</ol>{steps}' if items else '<p>No mail was sent yet.</p>'
    return _page(f'Mailbox ({total})', (
        f'<h1>Mailbox of the local run</h1>\n<p>{count}, newest first. Sent by this computer&#8217;s Odoo, kept here, '
        f'delivered to nobody. <a href="/?page={page}">Refresh</a></p>\n{body}'))


def message(key, mail):
    """Return the page of one `Message`."""
    base = f'/message/{quote(key, safe="")}'
    rows = '\n'.join(
        f'<dt>{name}</dt><dd>{escape(mail.header(name))}</dd>'
        for name in ('From', 'To', 'Cc', 'Reply-To', 'Date') if mail.header(name))
    parts = [f'<p><a href="/">All messages</a></p>\n<h1>{escape(mail.header("Subject") or "(no subject)")}</h1>',
             f'<dl>\n{rows}\n</dl>' if rows else '']
    if mail.html:
        parts.append(f'<h2>HTML</h2>\n<iframe src="{base}/html" title="HTML part of the message" '
                     'sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>')
    if mail.text is not None:
        parts.append(f'<h2>Text</h2>\n<pre tabindex="0">{escape(mail.text)}</pre>')
    if mail.files:
        files = '\n'.join(
            f'<li><a href="{base}/file/{number}" download>{escape(file.name)}</a> '
            f'<span class="soft">{escape(file.kind)}, {len(file.content):,} bytes</span></li>'
            for number, file in enumerate(mail.files))
        parts.append(f'<h2>Files</h2>\n<ul>\n{files}\n</ul>')
    heads = escape('\n'.join(f'{name}: {text}' for name, text in mail.headers))
    parts.append(f'<details><summary>All headers</summary>\n<pre>{heads}</pre></details>\n'
                 f'<p><a href="{base}/raw" download>Download the message</a></p>')
    return _page(mail.header('Subject') or 'Message', '\n'.join(parts))


def framed(html):
    """Return the HTML of a message for the sandboxed frame; its links open in a new tab."""
    return f'<!DOCTYPE html><meta charset="utf-8"><base target="_blank">{html}'.encode('utf-8', 'replace')


def not_found():
    """Return the page for an address that there is not."""
    return _page('Not found', '<h1>There is no such message</h1>\n<p><a href="/">All messages</a></p>')
