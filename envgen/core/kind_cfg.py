"""Base classes of the EnvCfg: closed models, and kinds of a family with their parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    ValidationError,
    field_validator,
    model_serializer,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from envgen.core import dist
from envgen.core.errors import InputError
from envgen.core.params import Param, ParamError, check, specs
from envgen.core.registry import Registry


class ClosedModel(BaseModel):
    """A frozen config that refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, strict=False)


def lookup(registry: Registry[Any], kind: Any) -> Any:
    """Return the registered kind.

    Raises:
        PydanticCustomError: There is none; its remedy names the nearest.
    """
    if not isinstance(kind, str):
        given = repr(kind)[:60]
        remedy = f"Known: {', '.join(registry.names())}."
        raise PydanticCustomError(
            "kind", "{cause}", {"cause": f"a kind must be a text, got {given}", "remedy": remedy}
        )
    try:
        return registry.get(kind)
    except InputError as error:
        raise PydanticCustomError("kind", "{cause}", {"cause": error.cause, "remedy": error.remedy}) from None


class KindCfg(BaseModel):
    """A kind of a family with its parameters, which the registry knows."""

    model_config = ConfigDict(frozen=True, extra="allow")
    registry: ClassVar[Registry[Any]]

    kind: str

    @field_validator("kind", mode="before")
    @classmethod
    def _known(cls, kind: Any) -> Any:
        lookup(cls.registry, kind)
        return kind

    @model_validator(mode="after")
    def _parameters(self) -> Self:
        extra = self.__pydantic_extra__ or {}
        known = specs(self.registry.get(self.kind))
        parsed = check_params(type(self).__name__, known, extra, f"{self.registry.family} {self.kind!r}")
        extra.clear()
        extra.update(parsed)
        return self

    @property
    def params(self) -> dict[str, dist.Dist]:
        """The given parameters, parsed."""
        return dict(self.__pydantic_extra__ or {})

    @model_serializer
    def _serialise(self) -> dict[str, Any]:
        own = {name: getattr(self, name) for name in type(self).model_fields}
        values = {**own, **self.params}
        return {k: dist.to_plain(v) for k, v in values.items() if v is not None or k not in _OPTIONAL}


_OPTIONAL = {"density", "count"}


def check_params(
    title: str, known: Mapping[str, Param], given: Mapping[str, Any], owner: str, *path: str
) -> dict[str, dist.Dist]:
    """Parse parameters that lie at `path` in the model.

    Raises:
        ValidationError: One is unknown or not allowed.
    """
    try:
        return check(known, given, owner)
    except ParamError as error:
        detail = InitErrorDetails(
            type=PydanticCustomError("param", "{cause}", {"cause": error.cause, "remedy": error.remedy}),
            loc=(*path, error.key),
            input=given.get(error.key),
        )
        raise ValidationError.from_exception_data(title, [detail]) from None
