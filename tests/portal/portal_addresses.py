"""Addresses on a page."""

import html
import re


def hrefs(page, start):
    """The different addresses on a page that begin like this, in their order."""
    found = (html.unescape(href) for href in re.findall(r'href="([^"]+)"', page.content.decode()))
    return list(dict.fromkeys(href for href in found if href.startswith(start)))
