"""Access control: allowed hosts and origins, token, size of requests; security headers of responses."""

from __future__ import annotations

import hmac
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlencode, urlsplit

from fastapi import HTTPException
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from envgen.server.errors import error_response
from envgen.server.page import STYLE_HASH
from envgen.server.settings import LOOPBACK, MAX_BODY, ServerSettings

CSP = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "worker-src 'self' blob:",
        f"style-src 'self' {STYLE_HASH}",
        "img-src 'self' data: blob:",
        "connect-src 'self' blob: data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""Same origin only. WebAssembly needs `wasm-unsafe-eval`, workers made from code in the page need `blob:`."""
HEADERS = {
    "Content-Security-Policy": CSP,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class Guard:
    """Middleware that refuses other hosts (DNS rebinding), other origins, a missing token and large requests.

    Args:
        app: The application behind it.
        settings: Settings of the server.
    """

    def __init__(self, app: ASGIApp, settings: ServerSettings) -> None:
        self._app, self._settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = MutableHeaders(scope=message)
                for key, value in HEADERS.items():
                    own[key] = value
                # what Vite puts into assets/ has a hash of its content in its name
                lasting = scope["path"].startswith("/assets/") and message["status"] == 200
                own["Cache-Control"] = "max-age=31536000, immutable" if lasting else "no-cache"
            await send(message)

        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await self._refuse(refusal, scope, receive, send_with_headers)
            return
        if scope["type"] == "websocket":
            await self._app(scope, receive, send)
        else:
            await self._app(scope, _limit_body(receive), send_with_headers)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        host, origin = headers.get("host", ""), headers.get("origin")
        if self._settings.token is None and not _is_own_host(host, self._settings.port):
            return error_response(
                403,
                f"the host must be a name of this server, got {host[:80]!r}",
                f"Open http://127.0.0.1:{self._settings.port}/.",
            )
        if origin is not None and origin not in self._settings.origins and _host_of(origin) != host.lower():
            return error_response(
                403, f"{origin[:80]!r} may not talk to this server", "Open the page of the server itself."
            )
        if self._settings.token is not None and (refusal := self._without_token(scope, headers)):
            return refusal
        length = headers.get("content-length", "0")
        if length.isdigit() and int(length) <= MAX_BODY:
            return None
        return error_response(413, f"the request is over {MAX_BODY // 10**6} MB", "Send less.")

    def _without_token(self, scope: Scope, headers: Headers) -> Response | None:
        """Refuse a request without the token; redirect one with it in the address, with a cookie."""
        token, name = self._settings.token or "", f"envgen_{self._settings.port}"
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        try:
            cookie = SimpleCookie(headers.get("cookie", ""))
        except CookieError:
            cookie = SimpleCookie()
        kept = cookie[name].value if name in cookie else ""
        bearer = headers.get("authorization", "").removeprefix("Bearer ")
        if any(hmac.compare_digest(given.encode(), token.encode()) for given in (kept, bearer)):
            return None
        asked = query.pop("token", [""])[0]
        if not hmac.compare_digest(asked.encode(), token.encode()):
            return error_response(
                403, "the token is missing or wrong", "Open the address that `envgen serve` printed."
            )
        if scope["type"] != "http" or scope["method"] != "GET":
            return None
        # the address without the token: it is not to be seen in histories and on screenshots
        rest = f"?{urlencode(query, doseq=True)}" if query else ""
        response = RedirectResponse(f"/{scope['path'].lstrip('/')}{rest}", 303)
        response.set_cookie(name, token, httponly=True, samesite="strict")
        return response

    async def _refuse(self, response: Response, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await response(scope, receive, send)
            return
        await receive()  # the handshake
        await send({"type": "websocket.close", "code": 1008})


def _is_own_host(host: str, port: int) -> bool:
    try:
        parts = urlsplit(f"//{host}")
        return parts.hostname in LOOPBACK and (parts.port or 80) == port
    except ValueError:
        return False


def _host_of(origin: str) -> str:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return ""
    return parts.netloc.lower() if parts.scheme in ("http", "https") else ""


def _limit_body(receive: Receive) -> Receive:
    """Return a receiver that fails beyond `MAX_BODY` bytes, whatever the header said."""
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > MAX_BODY:
            raise HTTPException(413, f"the request is over {MAX_BODY // 10**6} MB")
        return message

    return bounded
