"""Control by keyboard."""

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
        """Raise: the keyboard is read by the web page.

        Raises:
            InputError: Always.
        """
        raise InputError(
            "the policy 'keyboard' needs the web page", "Choose another policy, or drive in `envgen serve`."
        )

    def __call__(self, inputs: PolicyInput) -> NoReturn:
        """Raise: the keyboard is read by the web page."""
        raise InputError("the policy 'keyboard' needs the web page", "Drive in `envgen serve`.")
