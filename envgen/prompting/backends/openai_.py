"""A language model behind any OpenAI-compatible endpoint; the client is imported only when it is asked."""

from __future__ import annotations

from dataclasses import replace

from envgen.core.cfg import EnvCfg
from envgen.core.errors import InputError, WorkError
from envgen.prompting.base import BACKENDS, Interpretation
from envgen.prompting.llm.settings import Settings, from_environment


def read(prompt: str, base: EnvCfg | None, settings: Settings | None = None) -> Interpretation:
    """Ask a model for the EnvCfg of a prompt; send a wrong answer back with its error.

    Args:
        prompt: The prompt.
        base: The EnvCfg that a refinement changes, or None.
        settings: Settings of the endpoint; by default from the environment.

    Raises:
        InputError: No endpoint is configured.
        WorkError: It fails, or its answers stay wrong.
    """
    from envgen.prompting.llm import answer, instructions
    from envgen.prompting.llm.client import Chat

    chosen = settings or from_environment()
    if chosen is None:
        raise InputError(
            "no OpenAI-compatible endpoint is configured",
            "Set ENVGEN_MODEL, and OPENAI_BASE_URL or OPENAI_API_KEY; or use --backend offline.",
        )
    chat = Chat(chosen)
    chat.messages = [
        {"role": "system", "content": instructions.system_message(chosen.examples)},
        {"role": "user", "content": instructions.user_message(prompt, base)},
    ]
    problem = ""
    for _ in range(chosen.repairs + 1):
        text = chat.ask()
        try:
            meaning = answer.to_interpretation(answer.parse(text), prompt, base)
        except answer.WrongAnswer as error:
            problem = str(error)
            chat.messages.append({"role": "user", "content": instructions.repair_message(problem[:2000])})
            continue
        return replace(meaning, usage=chat.usage.to_json())
    raise WorkError(
        f"the model gave nothing usable in {chosen.repairs + 1} turns: {chosen.clean(problem)[:200]}",
        "Use a larger model, or --backend offline.",
    )


BACKENDS.add("openai", read)
