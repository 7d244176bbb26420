"""Turns the text pieces of notebooks into HTML with nbconvert's own filters.

Reads {"pieces": [{"kind": "markdown" | "code" | "ansi", "text": ..., "language"?: ..., "attachments"?: ...}]} on
standard input and writes {"nbconvert": version, "html": [...]} on standard output, in the same order. One process
renders every notebook of an export: starting nbconvert costs a second, rendering a notebook a few milliseconds.

The HTML is *not* safe to show: Markdown may hold raw HTML. The caller sanitises it (src/export/sanitize.ts).
"""

import json
import sys

from nbconvert import __version__
from nbconvert.filters.ansi import ansi2html
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath


def render(piece):
    text = piece["text"]
    if piece["kind"] == "markdown":
        # A missing attachment becomes a missing picture, which the export reports; nbconvert would stop.
        attachments = Attachments(piece.get("attachments") or {})
        renderer = IPythonRenderer(escape=False, exclude_anchor_links=True, attachments=attachments)
        return MarkdownWithMath(renderer=renderer).render(text)
    if piece["kind"] == "code":
        return Highlight2HTML(pygments_lexer=piece.get("language") or "typescript")(text)
    return ansi2html(text)


class Attachments(dict):
    def __contains__(self, name):
        return True

    def __missing__(self, name):
        return {"missing": name}


if __name__ == "__main__":
    sys.stdin.reconfigure(encoding="utf-8")
    sys.stdout.reconfigure(encoding="utf-8")
    pieces = json.load(sys.stdin)["pieces"]
    json.dump({"nbconvert": __version__, "html": [render(piece) for piece in pieces]}, sys.stdout)
