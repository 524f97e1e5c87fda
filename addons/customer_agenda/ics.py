"""Calendar data by RFC 5545 and 5546: no database here."""
from datetime import datetime, timedelta, timezone

HOUR = timedelta(hours=1)
STAMP = '%Y%m%dT%H%M%S'


def escape(text):
    """Return a text as value of a property."""
    text = str(text or '').replace('\\', '\\\\').replace(';', '\\;').replace(',', '\\,')
    return text.replace('\r\n', '\n').replace('\r', '\n').replace('\n', '\\n')


def fold(line):
    """Return a line in pieces of at most 75 bytes, never cut within a character (RFC 5545, 3.1)."""
    pieces, size = [''], 0
    for char in line:
        length = len(char.encode())
        if size + length > 75:
            pieces.append(' ')
            size = 1
        pieces[-1] += char
        size += length
    return '\r\n'.join(pieces)


def _offset(delta):
    minutes = round(delta.total_seconds() / 60)
    sign = '-' if minutes < 0 else '+'
    return f'{sign}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}'


def transitions(tz, start, stop):
    """Return the instants (UTC, aware) at which the offset of ``tz`` changes between two instants."""
    found, at = [], start
    while at < stop:
        after = at + 24 * HOUR
        if at.astimezone(tz).utcoffset() != after.astimezone(tz).utcoffset():
            low, high = at, after
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
                if middle.astimezone(tz).utcoffset() == low.astimezone(tz).utcoffset():
                    low = middle
                else:
                    high = middle
            found.append(high)
        at = after
    return found


def timezone_lines(tz, first, last):
    """Return the lines of the VTIMEZONE that holds from the year of ``first`` to that of ``last`` (aware, timezone.utc).

    Each change of the clock is an observance of its own: zones that changed their rules come out right too.
    """
    start = datetime(first.year - 1, 1, 1, tzinfo=timezone.utc)
    lines = ['BEGIN:VTIMEZONE', f'TZID:{tz.key}']

    def observance(instant, before):
        local = instant.astimezone(tz)
        kind = 'DAYLIGHT' if local.dst() else 'STANDARD'
        wall = (instant + before).replace(tzinfo=None)
        return [f'BEGIN:{kind}', f'DTSTART:{wall:{STAMP}}', f'TZOFFSETFROM:{_offset(before)}',
                f'TZOFFSETTO:{_offset(local.utcoffset())}', f'TZNAME:{local.tzname()}', f'END:{kind}']

    lines += observance(start, start.astimezone(tz).utcoffset())
    for instant in transitions(tz, start, datetime(last.year + 2, 1, 1, tzinfo=timezone.utc)):
        lines += observance(instant, (instant - timedelta(seconds=1)).astimezone(tz).utcoffset())
    return [*lines, 'END:VTIMEZONE']


def event_lines(event, tz):
    """Return the lines of one VEVENT.

    :param dict event: ``uid``, ``sequence``, ``stamp``, ``start``, ``stop`` (naive timezone.utc), ``summary``, ``location``,
        ``description``, ``url``, ``status``, ``organizer`` and ``attendees`` as ``(name, address)``
    """
    def moment(instant):
        return instant.replace(tzinfo=timezone.utc).astimezone(tz).strftime(STAMP)

    def person(name, who, extra=''):
        common = str(who[0] or '').replace('"', "'").replace('\r', ' ').replace('\n', ' ')
        return f'{name};CN="{common}"{extra}:mailto:{who[1]}'

    lines = [
        'BEGIN:VEVENT', f'UID:{event["uid"]}', f'SEQUENCE:{event["sequence"]}', f'DTSTAMP:{event["stamp"]:{STAMP}}Z',
        f'DTSTART;TZID={tz.key}:{moment(event["start"])}', f'DTEND;TZID={tz.key}:{moment(event["stop"])}',
        f'SUMMARY:{escape(event["summary"])}', f'STATUS:{event["status"]}',
    ]
    lines += [f'{name.upper()}:{escape(event[name])}' for name in ('location', 'description') if event.get(name)]
    if event.get('url'):
        lines.append(f'URL:{event["url"]}')
    if event.get('organizer'):
        lines.append(person('ORGANIZER', event['organizer']))
    lines += [person('ATTENDEE', who, ';ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=FALSE')
              for who in event.get('attendees', ())]
    return [*lines, 'END:VEVENT']


def calendar(events, method, name=''):
    """Return calendar data as bytes.

    :param events: list of ``(event, zoneinfo)``, see :func:`event_lines`
    :param str method: ``REQUEST``, ``CANCEL`` (invitations) or ``PUBLISH`` (feeds, downloads)
    :param str name: name of the calendar, for feeds
    """
    lines = [
        'BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Customer Services//Agenda//EN', 'CALSCALE:GREGORIAN',
        f'METHOD:{method}']
    if name:
        lines.append(f'X-WR-CALNAME:{escape(name)}')
    spans = {}
    for event, tz in events:
        first, last = spans.get(tz.key, (tz, event['start'], event['stop']))[1:]
        spans[tz.key] = tz, min(first, event['start']), max(last, event['stop'])
    for tz, first, last in spans.values():
        lines += timezone_lines(tz, first.replace(tzinfo=timezone.utc), last.replace(tzinfo=timezone.utc))
    for event, tz in events:
        lines += event_lines(event, tz)
    lines.append('END:VCALENDAR')
    return ''.join(f'{fold(line)}\r\n' for line in lines).encode()
