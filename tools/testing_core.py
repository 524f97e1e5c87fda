"""`scripts/test --core`: Odoo's own tests without and with our addons; what fails only with ours is ours to mend."""

from concurrent.futures import ThreadPoolExecutor

from tools.env import Problem
from tools.testing_odoo import LOG_DIR, free_port, odoo_command, parse_log, run, tail
from tools.testing_templates import depends, own_addon_paths

TIMEOUT = 3600  # seconds
# run_tests also runs the at_install tests on the complete registry, so our overrides are in force for them as well
SCRIPT = """
from odoo.tests.shell import run_tests
# our demo data give the companies an address domain, which changes all senders: Odoo's tests count on none
if 'mail.alias.domain' in env:
    env['res.company'].search([]).alias_domain_id = False
    env.cr.commit()
run_tests(env, {tags!r}, {modules!r})
"""


def run_core(templates, specs):
    """Run Odoo's own tests on both databases, print the difference; return True if there is none.

    :param specs: names of Odoo's modules, or `module:Class` for the tests of one class
    """
    modules = sorted({spec.split(':')[0] for spec in specs})
    own = [name for name, path in own_addon_paths().items() if path.parent.name == 'addons']
    for name in modules:
        depends(name)  # Problem if there is no such addon
    stock = templates.stock([*own, *modules])
    ours = templates.get([*own, *modules], parent=stock)
    with ThreadPoolExecutor(2) as executor:
        without, with_ours = executor.map(lambda args: _run(templates, specs, *args), [
            (stock, 'core_without'), (ours, 'core_with')])
    only_ours = sorted((with_ours.failed | with_ours.skipped) - without.failed - without.skipped)
    lost = sorted(without.started - with_ours.started)
    print(f'without our addons: {without.passed} passed, {without.not_passed} failed or skipped')
    print(f'with our addons:    {with_ours.passed} passed, {with_ours.not_passed} failed or skipped')
    print('fails only with our addons:' if only_ours else 'nothing fails only with our addons')
    for test in only_ours:
        print(f'  {test}')
    for test in lost:
        print(f'  not run with our addons: {test}')
    return not only_ours and not lost


def _run(templates, specs, template, label):
    """Return the Outcome of the tests `specs` on a clone of `template`."""
    log_path = LOG_DIR / f'{label}.log'
    tags = ','.join(f'/{spec}' for spec in specs)
    modules = sorted({spec.split(':')[0] for spec in specs})
    with templates.clone(template, label) as database:
        argv = odoo_command(
            templates.cluster, database, f'--http-port={free_port()}', '--shell-interface=python', sub='shell',
            fast=False)
        run(argv, log_path, TIMEOUT, SCRIPT.format(tags=tags, modules=modules), templates.cluster.environ())
    outcome = parse_log(log_path.read_text(errors='replace').splitlines())
    if not outcome.closed or not outcome.started:
        raise Problem(f'no result of the tests of {", ".join(specs)}, see {log_path}\n{tail(log_path)}')
    return outcome
