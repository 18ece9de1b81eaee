"""Pages that everybody may read: what a problem means and what to do. No script, nothing from
elsewhere.
"""

import base64
import hashlib
import html
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from starlette.responses import HTMLResponse, JSONResponse, Response

import contracts

PATH = "/problems"
CATALOG = Path(contracts.__file__).parent / "problems.json"
STYLE = "body{font:1rem/1.5 sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}"
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; frame-ancestors 'none'"
HEADERS = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff"}


@cache
def catalog() -> Mapping[str, Mapping[str, str | int]]:
    """Every code of the suite: status, title, what it means, what to do."""
    told: Mapping[str, Mapping[str, str | int]] = json.loads(CATALOG.read_text(encoding="utf-8"))
    return told


def problems_page(accept: str) -> Response:
    """All codes, by status."""
    if "text/html" not in accept:
        return JSONResponse({code: _whole(code) for code in catalog()}, headers=HEADERS)
    rows = (
        f'<li>{told["status"]} <a href="{PATH}/{code}">{code}</a>: {_text(told["title"])}</li>'
        for code, told in catalog().items()
    )
    return _page("Problem codes", f"<ul>{''.join(rows)}</ul>")


def problem_page(code: str, accept: str) -> Response | None:
    """One code, for a person or a program. None: no such code."""
    if code not in catalog():
        return None
    if "text/html" not in accept:
        return JSONResponse(_whole(code), headers=HEADERS)
    told = catalog()[code]
    lines = [
        f"<p>{told['status']} · {_text(told['title'])}</p>",
        f"<h2>What it means</h2><p>{_text(told['means'])}</p>",
        f"<h2>What to do</h2><p>{_text(told['do'])}</p>",
        f'<p><a href="{PATH}">All codes</a></p>',
    ]
    return _page(code, "".join(lines))


def _whole(code: str) -> dict[str, str | int]:
    return {"type": f"{PATH}/{code}", "code": code, **catalog()[code]}


def _page(title: str, body: str) -> Response:
    head = f'<meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
    page = f'<!doctype html><html lang="en"><head>{head}</head><body><h1>{title}</h1>{body}</body>'
    return HTMLResponse(page + "</html>", headers=HEADERS)


def _text(said: str | int) -> str:
    return html.escape(str(said))
