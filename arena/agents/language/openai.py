"""`openai:MODEL@BASE_URL`: any endpoint that speaks OpenAI's chat completions, through the official client.

How answers are held to their form is found out once: vLLM's own way, a JSON schema, or not at all; then it is asked
in words, and its answer is read by the common conventions.
"""

import asyncio
import base64
import json
import logging
import os
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any, Final, Literal, cast
from urllib.parse import urlsplit

import numpy as np

from arena.agents.language.model import (
    Ask,
    Completion,
    Grammar,
    JsonOf,
    LanguageModel,
    Message,
    ModelUnavailable,
    OneOf,
)
from arena.agents.language.openai_errors import Endpoint, refuses_form, told
from arena.agents.language.reading import closed
from arena.core.errors import BadOption, BadRequest, UnknownAgent
from arena.core.options import Option
from arena.core.values import Config, Media

OPTIONS: Final = (
    Option(name="key_env", default="", help="the environment variable with the key; by default OPENAI_API_KEY"),
)
DEFAULT_URL: Final = "https://api.openai.com/v1"
DEFAULT_KEY: Final = "OPENAI_API_KEY"
_LOOK_SECONDS: Final = 10.0
_NO_KEY: Final = "none"
"""The client wants one, and local servers do not look at it."""
_ANSWER: Final = "answer"
"""The key that an answer stands under: a schema's root must be an object."""

Way = Literal["vllm", "strict", "loose", "free"]
"""How a completion is held to a grammar: vLLM's parameter, a strict JSON schema, one that is a wish, words alone."""

log = logging.getLogger(__name__)


class OpenAIModel(LanguageModel):
    """A `LanguageModel` behind a URL. The key is read from the environment, and is in no log and no message.

    Raises:
        BadRequest: the extra is not installed.
        BadOption: the environment variable `key_env` is not set.
    """

    def __init__(self, model: str, base_url: str, *, key_env: str = "") -> None:
        if find_spec("openai") is None:
            raise BadRequest("openai:MODEL@BASE_URL needs the official client; pip install 'arena[openai]'")
        if key_env and key_env not in os.environ:
            raise BadOption(f"option key_env: there is no environment variable {key_env}; set it to the endpoint's key")
        key = os.environ.get(key_env or DEFAULT_KEY, "").strip()
        self._model = model
        self._endpoint = Endpoint(base_url, model, key, key_env or DEFAULT_KEY)
        self._client: Any = None
        self._ways: dict[type, list[Way]] = {form: ["strict", "loose", "free"] for form in (OneOf, JsonOf)}
        self._is_vllm = False
        self._limit_key = "max_tokens"
        self._starting = asyncio.Lock()

    @property
    def constrains(self) -> bool:  # type: ignore[override]  # found out while it runs
        """Whether every form is one that the server holds completions to, as far as is known."""
        return all(ways[0] != "free" for ways in self._ways.values())

    async def start(self) -> None:
        """Look what serves there. An endpoint that is not there yet may still come.

        Raises:
            ModelFault: the key is refused.
        """
        async with self._starting:
            if self._client is None:
                from openai import AsyncOpenAI

                key = self._endpoint.key or _NO_KEY
                self._client = AsyncOpenAI(base_url=self._endpoint.url, api_key=key, max_retries=0)
                try:
                    await self._look()
                except ModelUnavailable as error:
                    log.warning("%s", error)

    async def complete(self, ask: Ask) -> Completion:
        """See `LanguageModel`."""
        await self.start()
        async with asyncio.timeout(ask.seconds):
            while True:
                way = self._ways[type(ask.grammar)][0] if ask.grammar is not None else "free"
                try:
                    response = await self._client.chat.completions.create(**self._body(ask, way))
                except Exception as error:
                    if not self._adapts(error, ask.grammar, way):
                        raise told(error, self._endpoint) from error
                    continue
                return self._completion(response, ask, way)

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.close()

    async def _look(self) -> None:
        """Which models there are, and whether vLLM serves them; an endpoint need not list them."""
        import openai

        try:
            async with asyncio.timeout(_LOOK_SECONDS):
                models = [model async for model in self._client.models.list()]
        except (openai.NotFoundError, openai.UnprocessableEntityError, TypeError, AttributeError):
            return
        except Exception as error:
            raise told(error, self._endpoint) from error
        self._endpoint.models = [str(model.id) for model in models]
        self._is_vllm = any(getattr(model, "owned_by", "") == "vllm" for model in models)
        if self._is_vllm:
            for ways in self._ways.values():
                ways.insert(0, "vllm")

    # ---- what is sent

    def _body(self, ask: Ask, way: Way) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": ask.adapter or self._model,
            "messages": [_message(message) for message in ask.messages],
            "temperature": ask.sampling.temperature,
            "top_p": ask.sampling.top_p,
            self._limit_key: ask.sampling.max_tokens,
            "timeout": ask.seconds + 1,  # the clock ends it before
        }
        if ask.seed is not None:
            body["seed"] = ask.seed
        extra: dict[str, Any] = {}
        if self._is_vllm:
            body["logprobs"] = True
            extra["return_token_ids"] = True
        if way == "vllm":
            extra["structured_outputs"] = constraint(ask.grammar)
        elif way != "free":
            schema = {"name": "action", "schema": _wrapped(ask.grammar), "strict": way == "strict"}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        return {**body, "extra_body": extra} if extra else body

    def _adapts(self, error: Exception, grammar: Grammar, way: Way) -> bool:
        """Whether another way of asking is left after this refusal."""
        if self._limit_key == "max_tokens" and "max_completion_tokens" in str(error):
            self._limit_key = "max_completion_tokens"
            return True
        if way == "free" or not refuses_form(error):
            return False
        self._drop(grammar, way)
        return True

    def _drop(self, grammar: Grammar, way: Way) -> None:
        ways = self._ways[type(grammar)]
        if ways[0] == way and way != "free":
            del ways[0]
            log.info("%s does not hold completions to a form by the way %r", self._endpoint.url, way)

    # ---- what came back

    def _completion(self, response: Any, ask: Ask, way: Way) -> Completion:
        try:
            choice = response.choices[0]
            message, usage = choice.message, response.usage
            text = str(message.content or getattr(message, "refusal", None) or "")
            cut = choice.finish_reason == "length"
        except (AttributeError, IndexError, TypeError):
            raise ModelUnavailable(
                f"{self._endpoint.url} sent what is no chat completion; see that it is OpenAI-compatible"
            ) from None
        if way in {"strict", "loose"}:
            text = self._unwrapped(text, ask.grammar, way, cut)
        thoughts = getattr(message, "reasoning_content", None) or getattr(message, "reasoning", None) or ""
        completion = Completion(
            text=text,
            reasoning=str(thoughts),
            cut=cut,
            prompt_tokens=int(getattr(usage, "prompt_tokens", 0) or 0),
            completion_tokens=int(getattr(usage, "completion_tokens", 0) or 0),
            mask="" if way == "free" else json.dumps(constraint(ask.grammar), ensure_ascii=False),
            policy_version=str(response.model or self._model),
        )
        if self._is_vllm:
            _add_tokens(completion, response, choice)
        return completion

    def _unwrapped(self, text: str, grammar: Grammar, way: Way, cut: bool) -> str:
        """The answer within its object. Where there is none, the server took the schema and did not hold to it."""
        try:
            answer = json.loads(closed(text) if cut else text, strict=False)[_ANSWER]
        except (ValueError, KeyError, TypeError, RecursionError):
            if not cut:
                self._drop(grammar, way)
            return text
        return answer if isinstance(answer, str) and isinstance(grammar, OneOf) else json.dumps(answer)


def model_of(rest: str, options: Config) -> OpenAIModel:
    """The engine that `openai:MODEL@BASE_URL` and its options stand for.

    Raises:
        UnknownAgent: there is no model, or the URL is none.
        BadRequest, BadOption: as `OpenAIModel` says.
    """
    model, _, url = rest.rpartition("@") if "@" in rest else (rest, "", DEFAULT_URL)
    parts = urlsplit(url)
    if not model or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UnknownAgent(
            f"agent 'openai:{rest}' names no endpoint; write openai:MODEL@BASE_URL, such as "
            f"openai:qwen3-4b@http://127.0.0.1:8000/v1"
        )
    return OpenAIModel(model, url.rstrip("/"), key_env=cast(str, options["key_env"]))


def constraint(grammar: Grammar) -> Mapping[str, Any]:
    """A grammar as vLLM's `structured_outputs`, which is also how masks are told."""
    match grammar:
        case OneOf(texts=texts):
            return {"choice": list(texts)}
        case JsonOf(schema=schema):
            return {"json": schema}
        case None:
            return {}


def _wrapped(grammar: Grammar) -> Mapping[str, Any]:
    """A schema that servers of all kinds take: an object at its root, `anyOf` for `oneOf`."""
    inner = {"type": "string", "enum": list(grammar.texts)} if isinstance(grammar, OneOf) else _plain(_schema(grammar))
    return {"type": "object", "properties": {_ANSWER: inner}, "required": [_ANSWER], "additionalProperties": False}


def _schema(grammar: Grammar) -> Any:
    return grammar.schema if isinstance(grammar, JsonOf) else {}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {"anyOf" if key == "oneOf" else key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _message(message: Message) -> dict[str, Any]:
    if not message.media:
        return {"role": message.role, "content": message.text}
    return {"role": message.role, "content": [*map(_part, message.media), {"type": "text", "text": message.text}]}


def _part(media: Media) -> dict[str, Any]:
    data = base64.b64encode(media.data).decode()
    if media.mime.startswith("audio/"):
        return {"type": "input_audio", "input_audio": {"data": data, "format": media.mime.partition("/")[2]}}
    return {"type": "image_url", "image_url": {"url": f"data:{media.mime};base64,{data}"}}


def _add_tokens(completion: Completion, response: Any, choice: Any) -> None:
    """The token ids and logprobs that vLLM tells when it is asked to, where they belong together."""
    ids: Sequence[int] = getattr(choice, "token_ids", None) or ()
    told_of = getattr(choice.logprobs, "content", None) or ()
    completion.prompt_token_ids = getattr(response, "prompt_token_ids", None) or ()
    if ids and len(ids) == len(told_of):
        completion.completion_token_ids = ids
        completion.logprobs = np.array([token.logprob for token in told_of], dtype=np.float32)
