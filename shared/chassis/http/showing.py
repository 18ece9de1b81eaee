"""What a service shows to everybody: its description, to read and to try, and what its problems
mean. Nothing is loaded from outside: the scripts come with a package, and pages allow no other.
"""

from pathlib import Path

import fastapi_offline
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

from chassis import pages

FOLDER = Path(fastapi_offline.__file__).parent / "static"
FILES = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon.png": "image/png",
}
START = """SwaggerUIBundle({
  url: "openapi.json", dom_id: "#doors", deepLinking: true, docExpansion: "none",
  persistAuthorization: false, validatorUrl: null, tagsSorter: "alpha",
});
"""
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{service}</title>
<link rel="icon" href="docs/favicon.png"><link rel="stylesheet" href="docs/swagger-ui.css"></head>
<body><div id="doors"></div><noscript><p>This page needs scripts, all its own. The description is
<a href="openapi.json">openapi.json</a>.</p></noscript>
<script src="docs/swagger-ui-bundle.js"></script><script src="docs/start.js"></script></body></html>
"""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; connect-src 'self'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}
PATHS = ("/docs", "/docs/{name}", "/problems", "/problems/{code}")


def add_pages(app: FastAPI) -> None:
    """GET /docs and what it is made of, by relative links, so that it works behind any path; and
    GET /problems/{code}, which the `type` of a problem names.
    """

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return HTMLResponse(PAGE.format(service=app.title), headers=HEADERS)

    @app.get("/docs/{name}", include_in_schema=False)
    async def part(name: str) -> Response:
        if name == "start.js":
            return Response(START, media_type="text/javascript", headers=HEADERS)
        if name in FILES:
            return FileResponse(FOLDER / name, media_type=FILES[name], headers=HEADERS)
        raise HTTPException(404)

    @app.get("/problems", include_in_schema=False)
    async def problems(request: Request) -> Response:
        return pages.problems_page(request.headers.get("accept", ""))

    @app.get("/problems/{code}", include_in_schema=False)
    async def problem(request: Request, code: str) -> Response:
        page = pages.problem_page(code, request.headers.get("accept", ""))
        if page is None:
            raise HTTPException(404)
        return page
