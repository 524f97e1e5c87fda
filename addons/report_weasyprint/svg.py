"""Colours of drawings inside a page: WeasyPrint does not apply the page's style sheets to inline SVG. No database."""

import re

import cssselect2
import tinycss2

_RULE = re.compile(r'([^{}]*)\{([^{}]*)\}')
_PROPERTIES = frozenset({'fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-opacity', 'opacity'})


def shape_rules(css):
    """Return the rules of a style sheet (str) that colour shapes: list of (cssselect2 selector, 'name: value; ...')."""
    rules = []
    for selectors, block in _RULE.findall(css):
        if 'fill' not in block and 'stroke' not in block:
            continue  # most of a bundle; only the rest is parsed
        declarations = '; '.join(
            f'{item.name}: {tinycss2.serialize(item.value).strip()}'
            for item in tinycss2.parse_blocks_contents(block, skip_comments=True, skip_whitespace=True)
            if item.type == 'declaration' and item.name in _PROPERTIES)
        try:
            compiled = cssselect2.compile_selector_list(selectors)
        except cssselect2.SelectorError:
            continue
        if declarations:
            rules += [(selector, declarations) for selector in compiled if not selector.pseudo_element]
    return rules


def colour_shapes(wrapper, rules):
    """Write what the rules say of each shape in inline SVG into its style attribute; what is there already wins."""
    if not rules:
        return
    for shape in wrapper.query_all('svg *'):
        matches = [(selector.specificity, number) for number, (selector, _text) in enumerate(rules)
                   if selector.test(shape)]
        if matches:
            texts = [rules[number][1] for _specificity, number in sorted(matches)]
            element = shape.etree_element
            element.set('style', '; '.join([*texts, element.get('style', '')]))
