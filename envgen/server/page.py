"""The built page (in the wheel or web/dist of a checkout), or else a page that says how to build it."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, Response
from fastapi.staticfiles import StaticFiles

_STYLE = """
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
  main { max-width: 40rem; margin: 15vh auto; padding: 0 1.5rem }
  pre { padding: 1rem; border-radius: 8px; background: #8882; overflow-x: auto }
"""
STYLE_HASH = "'sha256-" + base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode() + "'"
"""Hash of the one inline style, for the content-security policy."""
_MISSING = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>envgen: the page is not built</title>
<style>@style@</style>
<main>
<h1>The page is not built</h1>
<p>The server runs, but this installation has no page to show: it is built with Node 20 or newer, which was
not there when envgen was installed.</p>
<p>Install Node from nodejs.org or your system, then, in a checkout:</p>
<pre>scripts/setup</pre>
<p>or, without one:</p>
<pre>pip install --force-reinstall --no-deps envgen</pre>
<p>and start <code>envgen serve</code> again.</p>
</main>
"""


def install(app: FastAPI, folder: Path | None) -> None:
    """Serve the page at /, after all other routes."""

    @app.get("/site.json", include_in_schema=False)
    async def site() -> Response:
        """Return no content: this is no static site. An error would show in the page's console."""
        return Response(status_code=204)

    if folder is not None:
        app.mount("/", StaticFiles(directory=folder, html=True), name="page")
        return

    @app.get("/", include_in_schema=False)
    async def missing() -> HTMLResponse:
        return HTMLResponse(_MISSING.replace("@style@", _STYLE), 503)
