"""Who gets which policy: `gait`, `ant_0=gait`, `team:red=random`, `walk.onnx@30%`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from envgen.core.errors import InputError, nearest

if TYPE_CHECKING:
    from envgen.browser.session import Session

FORMS = "Write POLICY, AGENT=POLICY, team:TEAM=POLICY, and @30% behind it for a share."
_TEAM = "team:"


@dataclass(frozen=True)
class Choice:
    """One policy for some agents.

    Attributes:
        policy: Name of a policy of the page, or the path of an .onnx file.
        agent: Agent id, or None.
        team: Team, or None.
        share: Share of those agents that get it, 0 to 1.
    """

    policy: str
    agent: str | None = None
    team: str | None = None
    share: float = 1.0

    @classmethod
    def parse(cls, text: str) -> Choice:
        """Read one from the command line.

        Raises:
            InputError: It is of none of the forms, or names a file that is not there.
        """
        who, equals, rest = text.rpartition("=")
        policy, at, percent = rest.partition("@")
        share = _share(percent, text) if at else 1.0
        if not policy or (equals and not who):
            raise InputError(f"{text!r} names no policy", FORMS)
        if policy.endswith(".onnx") and not Path(policy).is_file():
            raise InputError(f"there is no file {policy}", "Give the path of an .onnx file.")
        if who.startswith(_TEAM):
            return cls(policy, team=who.removeprefix(_TEAM), share=share)
        return cls(policy, agent=who or None, share=share)

    def apply(self, page: Session) -> list[dict[str, Any]]:
        """Give the policy to its agents.

        Returns:
            Who refused it: a line per robot and reason, with `policy`, `robot`, `agents` and `why`.

        Raises:
            InputError: The policy is unknown, there is no such agent, or it fits none.
        """
        key = page.add_onnx(Path(self.policy)) if self.policy.endswith(".onnx") else self._key(page)
        to: dict[str, Any] = {}
        if self.share < 1:
            to["share"] = self.share
        if self.team is not None:
            to["team"] = self.team
        if self.agent is not None:
            ids = {agent["id"]: agent["agent"] for agent in page.agents()}
            if self.agent not in ids:
                raise InputError(f"there is no agent {self.agent!r}", f"Known: {', '.join(sorted(ids))}.")
            to["agents"] = [ids[self.agent]]
        result = page.set_policy(key, to)
        if not result["agents"]:
            cause, remedy = page.problem() if result["refused"] else ("no agent is meant by it", FORMS)
            raise InputError(f"the policy {self.policy!r} drives nobody: {cause}", remedy)
        return [{"policy": self.policy, **reason} for reason in result["reasons"]]

    def _key(self, page: Session) -> str:
        known = {row["name"]: row["key"] for row in page.policies()}
        known |= {key: key for key in known.values()}
        if self.policy not in known:
            near = nearest(self.policy, known)
            hint = f"Did you mean {near!r}? " if near else ""
            raise InputError(
                f"there is no policy {self.policy!r}",
                f"{hint}Known: {', '.join(sorted(known))}, or the path of an .onnx file.",
            )
        return str(known[self.policy])


def _share(text: str, whole: str) -> float:
    try:
        value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        value = -1.0
    if not 0 < value <= 1:
        raise InputError(f"{whole!r} has no share such as @30%", FORMS)
    return value
