"""Errors as HTTP responses: one line of cause, one of remedy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException

from envgen.core.errors import EnvgenError, InputError
from envgen.server.messages import MAX_STREAM


class Problem(BaseModel):
    """Cause and remedy of an error."""

    cause: str
    remedy: str


RESPONSES: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "The input is wrong."},
    403: {"model": Problem, "description": "Another site, host or a wrong token."},
    404: {"model": Problem, "description": "There is no such thing."},
    413: {"model": Problem, "description": "The request is too large."},
    422: {"model": Problem, "description": "The request is malformed."},
}
"""Error responses of every route, for the OpenAPI document."""
_FIELD_REMEDIES = {
    "count": f"Give a whole number of variants, 1 to {MAX_STREAM:,}.",
    "seed": "Give a whole number, 0 to 2^63 - 1.",
    "difficulty": "Give the least and the greatest, both 0 to 1.",
    "cfg": "Give an EnvCfg as an object: `envgen interpret` prints one.",
    "prompt": "Give a sentence of at most 20,000 characters.",
}
"""Remedies for fields that people write themselves, in a link for instance."""
_RELOAD = "Reload the page: it and the server may be of different versions."
_SEE_OPENAPI = "See /api/openapi.json for what it takes."
"""Remedy for a program that sends a request; the page itself sends none that is malformed."""
_BY_STATUS = {
    400: ("the request can't be read", "Send one JSON object that is not nested too deeply."),
    404: ("there is no such page", "See /api/openapi.json for what there is."),
    405: ("this address does not take that method", "See /api/openapi.json for what it takes."),
}


def error_response(status: int, cause: str, remedy: str) -> JSONResponse:
    """Return an error as a JSON response."""
    return JSONResponse({"cause": cause, "remedy": remedy}, status)


def explain_validation_error(error: ValidationError | RequestValidationError) -> tuple[str, str]:
    """Return cause and remedy of a message or request of the wrong shape."""
    first = error.errors()[0]
    path = [str(part) for part in first["loc"] if part != "body"]
    remedy = next((_FIELD_REMEDIES[part] for part in reversed(path) if part in _FIELD_REMEDIES), _RELOAD)
    return f"{'.'.join(path) or 'the message'}: {first['msg'][:200].lower()}", remedy


def install(app: FastAPI, redact: Callable[[str], str]) -> None:
    """Make an app return every error as cause and remedy.

    Args:
        app: The app.
        redact: Removes from a text what clients must not see, such as the path of the served folder.
    """

    @app.exception_handler(EnvgenError)
    async def _ours(_: Request, error: EnvgenError) -> JSONResponse:
        status = 400 if isinstance(error, InputError) else 500
        return error_response(status, redact(error.cause), redact(error.remedy))

    @app.exception_handler(RequestValidationError)
    async def _malformed(_: Request, error: RequestValidationError) -> JSONResponse:
        cause, remedy = explain_validation_error(error)
        if error.errors()[0]["type"] == "json_invalid":
            cause, remedy = "the request must be JSON", "Send one JSON object."
        return error_response(422, cause, _SEE_OPENAPI if remedy == _RELOAD else remedy)

    @app.exception_handler(HTTPException)
    async def _plain(_: Request, error: HTTPException) -> JSONResponse:
        cause, remedy = _BY_STATUS.get(error.status_code, (str(error.detail), "Send something else."))
        return error_response(error.status_code, cause, remedy)

    @app.exception_handler(Exception)
    async def _unexpected(_: Request, error: Exception) -> JSONResponse:
        cause = f"the server met an error of its own: {type(error).__name__}"
        return error_response(500, cause, "Its log says more; please report it.")
