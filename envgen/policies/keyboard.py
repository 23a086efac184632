"""Driving by hand."""

from __future__ import annotations

from typing import ClassVar, NoReturn

from envgen.core.errors import InputError
from envgen.policies.base import AgentInterface, Policy, PolicyInput, register


@register
class Keyboard(Policy):
    """By hand: the keys of the web page drive the focused agent. Only in a browser."""

    kind: ClassVar[str] = "keyboard"
    browser: ClassVar[bool] = True

    @classmethod
    def bind(cls, interface: AgentInterface, argument: str, seed: int) -> NoReturn:
        """Refused: there is no keyboard here.

        Raises:
            InputError: Always.
        """
        raise InputError(
            "the policy 'keyboard' needs the web page", "Choose another, or drive in `envgen serve`."
        )

    def __call__(self, moment: PolicyInput) -> NoReturn:
        """Refused, as there is none to call."""
        raise InputError("the policy 'keyboard' needs the web page", "Drive in `envgen serve`.")
