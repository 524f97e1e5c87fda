"""What the rules decide about the lines of returns."""
from odoo import api, models

from ..policy import decide, wanted_facts


class CustomerRmaLine(models.Model):
    _inherit = 'customer.rma.line'

    @api.model
    def _with_known(self, vals_list):
        """Let the rules decide about the lines of new requests: what they decided is stored with them."""
        facts, decided = {}, []
        # sudo: decisions are the system's; whose goods these are is checked by the constraints
        Move_sudo, Rma_sudo = self.env['stock.move'].sudo(), self.env['customer.rma'].sudo()
        for vals in super()._with_known(vals_list):
            rma, move = (
                Model.browse(vals[name] if isinstance(vals.get(name), int) else [])
                for Model, name in ((Rma_sudo, 'rma_id'), (Move_sudo, 'move_id')))
            if rma.state == 'requested' and move.sale_line_id and 'decision' not in vals:
                if rma not in facts:
                    facts[rma] = PolicyFacts(rma, self.env['customer.rma.rule']._rules_of(rma.company_id))
                line = {**self.default_get(['quantity', 'resolution']), **vals}
                vals = {**vals, **self._decide(line, move, facts[rma])}
            decided.append(vals)
        return decided

    def _apply_policy(self):
        """Let the rules decide about each line, and note how they did."""
        facts = PolicyFacts(self.rma_id, self.env['customer.rma.rule']._rules_of(self.rma_id.company_id[:1]))
        for line in self:
            line.write(self._decide({
                'quantity': line.quantity, 'resolution': line.resolution, 'reason_id': line.reason_id.id,
            }, line.move_id, facts))

    @api.model
    def _decide(self, line, move, facts):
        """Return what the rules decide about a line, as values for it.

        :param dict line: ``quantity``, ``resolution`` and ``reason_id`` of the line
        :param move: the delivered ``stock.move``, in sudo
        :param facts: :class:`PolicyFacts` of the return
        """
        estimate = move.sale_line_id._refund_estimate() * float(line['quantity'])  # programs may send it as text
        reason = self.env['customer.rma.reason'].browse(line.get('reason_id'))
        verdict = decide(facts.plain, facts.rmas._policy_item(move, facts.rmas.kind, estimate, facts, reason))
        rule = facts.rules.browse(verdict.rule.id) if verdict.rule else facts.rules.browse()
        return {
            'rule_id': rule.id, 'decision': verdict.decision, 'deadline': verdict.deadline,
            'policy_trace': self._explain_verdict(verdict),
            'restocking_percent': rule.restocking_percent, 'shipping_fee': rule.shipping_fee,
            'paid_percent': move.sale_line_id.order_id._paid_percent(),
            'is_kept': bool(rule.keep_amount) and verdict.decision == 'approve' and estimate <= rule.keep_amount}

    @api.model
    def _explain_verdict(self, verdict):
        """Return the trace of a decision as text, one rule a line."""
        names = {
            'company': self.env._('another company'), 'kind': self.env._('another kind'),
            'groups': self.env._('not in its user groups'), 'tags': self.env._('customer without its tags'),
            'products': self.env._('another product'), 'categories': self.env._('another product category'),
            'reasons': self.env._('another reason'), 'countries': self.env._('another country'),
            'amount': self.env._('another value'), 'age': self.env._('another age')}
        why = {
            'late': self.env._('fits, but its time ended on %s', verdict.deadline),
            'velocity': self.env._('fits, but the customer returned often in the last 30 days'),
            'reduced': self.env._('fits, but discounts or gift cards took something off the order'),
        }.get(verdict.why) or self.env._('fits: %s', dict(
            self._fields['decision']._description_selection(self.env))[verdict.decision])
        lines = [f'{name}: {names[reason] if reason else why}' for _id, name, reason in verdict.trace]
        if not verdict.rule:
            lines.append(self.env._('No rule fits: staff decide.'))
        return '\n'.join(lines)


class PolicyFacts:
    """What several items of the policy share: which facts the rules ask for at all, and what is known of customers."""

    def __init__(self, rmas, rules):
        """
        :param rmas: ``customer.rma``
        :param rules: ``customer.rma.rule``
        """
        self.rmas, self.rules, self.plain, self._customers = rmas, rules, rules._to_policy(), {}
        self.wanted = wanted_facts(self.plain)

    def of_customer(self, customer):
        """Return the facts of a customer, see ``_customer_facts``."""
        if customer not in self._customers:
            self._customers[customer] = self.rmas._customer_facts(customer, self.wanted)
        return self._customers[customer]
