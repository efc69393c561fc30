"""Language-model agents as they are put on offer: an engine's prefix, and the settings of agent and engine together."""

from collections.abc import Callable

from arena.agents.language import openai, settings, transformers, vllm
from arena.agents.language.model import LanguageModel
from arena.core.agent import AgentFactory
from arena.core.values import Config
from arena.plugin.spec import RegisterAgent


def register_language_models(register: RegisterAgent) -> None:
    """Register each engine by its prefix. What is heavy is imported when an agent is made."""
    register(
        "openai:",
        _seated(openai.model_of),
        summary="a language model at any OpenAI-compatible endpoint: openai:MODEL@BASE_URL",
        options=(*settings.OPTIONS, *openai.OPTIONS),
    )
    register(
        "transformers:",
        _seated(transformers.model_of),
        summary="a language model in this process by Hugging Face transformers: transformers:DIR",
        options=(*settings.OPTIONS, *transformers.OPTIONS),
    )
    register(
        "vllm:",
        _seated(vllm.model_of),
        summary="a language model in this process on vLLM, for hundreds of seats: vllm:MODEL_OR_DIR",
        options=(*settings.OPTIONS, *vllm.OPTIONS),
    )


def _seated(model_of: Callable[[str, Config], LanguageModel]) -> Callable[[str, Config], AgentFactory]:
    def make(rest: str, options: Config) -> AgentFactory:
        from arena.agents.language.agent import player_of

        return player_of(model_of(rest, options), settings.Settings.of(options))

    return make
