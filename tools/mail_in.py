"""`scripts/mail-in`: hands one message to the mail gateway of the running scripts/run. Standard library only."""

import http.client
import json
import sys

from tools.env import LOCAL, database_name, guarded

OK, USAGE, REFUSED, LATER = 0, 64, 65, 75  # sysexits.h; an MTA tries again at 75 only


def fail(code, text):
    print(f'error: {text}', file=sys.stderr)
    return code


def main():
    message = sys.stdin.buffer.read()
    if not message.strip():
        return fail(USAGE, 'there is no message on standard input: scripts/mail-in < message.eml')
    name = database_name()
    try:
        run = json.loads((LOCAL / f'run/{name}.json').read_text())
        connection = http.client.HTTPConnection(run['host'], run['port'], timeout=120)
        connection.request('POST', '/customer_local/mail-in', message, {
            'Content-Type': 'message/rfc822', 'X-Local-Key': run['key']})
        answer = connection.getresponse()
        text = ' '.join(answer.read().decode('utf-8', 'replace').split())[:300]
    except FileNotFoundError:
        return fail(LATER, f'no scripts/run serves the database {name}')
    except (OSError, http.client.HTTPException) as error:
        return fail(LATER, f'the running Odoo does not answer: {error}')
    if answer.status == 200:
        return OK
    if answer.status == 422:
        return fail(REFUSED, text)
    return fail(LATER, f'the running Odoo could not take the message (status {answer.status}), see its log')


if __name__ == '__main__':
    sys.exit(guarded(main))
