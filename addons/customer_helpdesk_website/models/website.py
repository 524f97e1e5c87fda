from collections import Counter

from odoo import fields, models

from ..const import MAX_HITS, MAX_QUERY, MAX_SUGGESTIONS, MAX_WORDS, MIN_SCORE, MIN_WORD, SUGGESTED, TITLE_WEIGHT
from ..guard import split_words


class Website(models.Model):
    _inherit = 'website'

    def _suggest_answers(self, text):
        """Find published pages that may answer what somebody is typing, by Odoo's search on the website.

        Each of the words that say most is searched on its own. The fewer pages have a word, the more it counts; in the
        title it counts more than in the text.

        :param str text: what was typed so far
        :return: list of dicts ``title``, ``url``, ``kind`` (label); only of what the current user may read
        """
        self.ensure_one()
        scores = Counter()
        for word in split_words(text[:MAX_QUERY], MIN_WORD, MAX_WORDS):
            found = [record for search_type, with_text in SUGGESTED
                     for record in self._search_published(search_type, word, with_text)]
            for record in found:
                in_title = word.lower() in (record.name or '').lower()
                scores[record] += (TITLE_WEIGHT if in_title else 1) / len(found)
        least = max(scores.values(), default=0) * MIN_SCORE
        best = [record for record, score in scores.most_common(MAX_SUGGESTIONS) if score >= least]
        labels = {
            'forum.post': self.env._('Forum'), 'blog.post': self.env._('Blog'), 'product.template': self.env._('Product')}
        return [{
            'title': record.name or '', 'url': record.website_url, 'kind': labels.get(record._name, '')} for record in best]

    def _search_published(self, search_type, word, with_text):
        """Return the pages of one kind that match one word, as list of records of the current user.

        :param str search_type: of :meth:`_search_get_details`; the kinds of addons that are not installed are empty
        :param bool with_text: whether their text counts too, not only their title
        """
        options = {
            'displayDescription': with_text, 'displayDetail': False, 'displayExtraDetail': False,
            'displayExtraLink': False, 'displayImage': False, 'allowFuzzy': True}
        _count, details, _word = self._search_with_fuzzy(search_type, word, MAX_HITS, 'name asc, id desc', options)
        found = []
        for detail in details:
            # Odoo searches some models in sudo and shows more to designers: what counts here is what any reader sees
            readable = detail['results'].sudo(False)._filtered_access('read')
            found += readable.filtered(self._is_shown_to_everybody)
        return found

    def _is_shown_to_everybody(self, record):
        """Tell whether a page is published and no draft, nor planned for later."""
        fields_ = record._fields
        if 'post_date' in fields_ and record.post_date and record.post_date > fields.Datetime.now():
            return False
        if record._name == 'forum.post' and record.state != 'active':
            return False
        return all(record[name] for name in ('active', 'website_published') if name in fields_) and (
            'website_id' not in fields_ or record.website_id in (self, self.browse()))
