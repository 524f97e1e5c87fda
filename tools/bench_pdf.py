"""`scripts/bench --pdf`: how fast reports are printed by WeasyPrint, and by wkhtmltopdf if it is on PATH.

Both print the same documents in the same Odoo process, by turns. CPU counts that process and the programs it runs.
Memory is the highest that the worker had while it printed, and how much that was above what it had before; wkhtmltopdf's
own memory is not in it.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

from tools.env import Problem, say
from tools.postgres import cluster
from tools.testing_odoo import LOG_DIR, free_port, odoo_command, run
from tools.testing_templates import Templates

MODULES = ('report_weasyprint', 'sale_management', 'stock')
SCRIPT = Path(__file__).with_name('bench_pdf_rows.py')
HEAD = ('what', 'by', 's', 'CPU s', 'peak MB', 'of it new MB', 'kB')
WANTED = 2.0  # times as fast as wkhtmltopdf for one invoice
TIMEOUT = 1800  # seconds


def measure(templates):
    """Return the results: lists of title, engine, seconds, CPU seconds, MB, MB, bytes; or title, engine, error."""
    log_path = LOG_DIR / 'bench_pdf.log'
    with templates.clone(templates.get(MODULES), 'bench_pdf') as database:
        argv = odoo_command(
            templates.cluster, database, f'--http-port={free_port()}', '--shell-interface=python', sub='shell',
            fast=False)
        run(argv, log_path, TIMEOUT, SCRIPT.read_text(), templates.cluster.environ())
    lines = log_path.read_text(errors='replace').splitlines()
    results = [json.loads(line.split('RESULT ', 1)[1]) for line in lines if 'RESULT ' in line]
    if not results:
        raise Problem(f'nothing was printed, see {log_path}')
    return results


def table(results):
    """Return the results as lines of a Markdown table."""
    lines = [HEAD, ('---', '---', *['---:'] * 5)]
    for title, engine, *numbers in results:
        if len(numbers) == 1:
            lines.append((title, engine, f'failed: {numbers[0]}', '', '', '', ''))
        else:
            took, cpu, peak, new, size = numbers
            lines.append((title, engine, f'{took:.2f}', f'{cpu:.2f}', f'{peak:.0f}', f'{new:.0f}', f'{size / 1000:.0f}'))
    return [f'| {" | ".join(line)} |' for line in lines]


def verdict(results):
    """Return the line that says whether one invoice is printed as fast as wanted."""
    times = {engine: numbers[0] for title, engine, *numbers in results if title == 'one invoice' and len(numbers) > 1}
    if len(times) < 2:
        return 'wkhtmltopdf is not on PATH: nothing to compare with'
    ratio = times['wkhtmltopdf'] / times['weasyprint']
    return f'one invoice: {ratio:.1f} times as fast as wkhtmltopdf, wanted {WANTED:g}: {"met" if ratio >= WANTED else "not met"}'


def run_pdf():
    """Measure and print the table and the verdict; return the exit code."""
    with cluster() as server:
        load = os.getloadavg()[0]
        results = measure(Templates(server))
    version = subprocess.run(['wkhtmltopdf', '--version'], capture_output=True, text=True, check=False).stdout.strip() \
        if shutil.which('wkhtmltopdf') else 'no wkhtmltopdf'
    say(f'\n{os.cpu_count()} cores, load average {load:.1f} before the run; {version}\n')
    for line in (*table(results), '', verdict(results)):
        say(line)
    return 1 if any(engine == 'weasyprint' and len(numbers) == 1 for _title, engine, *numbers in results) else 0
