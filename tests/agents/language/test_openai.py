"""What an endpoint does wrong is told in one sentence, as what it is, and without the key."""

import logging
import socket
from typing import Any

import pytest

from arena.agents.language.model import (
    Ask,
    Completion,
    ContextTooLong,
    JsonOf,
    Message,
    ModelFault,
    ModelUnavailable,
    OneOf,
)
from arena.agents.language.openai import OpenAIModel
from arena.core.errors import BadOption, UnknownAgent
from arena.core.values import Media
from arena.plugin.registry import Registry
from tests.agents.language.failing_endpoint import error, failing

pytest.importorskip("openai", reason="openai comes with the extra openai, or with dev")
KEY = "sk-very-secret"
SCHEMA = {"oneOf": [{"type": "object", "properties": {"act": {"const": "walk"}}, "required": ["act"]}]}


async def asked(url: str, grammar: Any = None, seconds: float = 20.0, **settings: Any) -> Completion:
    model = OpenAIModel("m", url, **settings)
    try:
        return await model.complete(Ask(messages=[Message("user", "hi")], grammar=grammar, seconds=seconds, seed=1))
    finally:
        await model.close()


FAILURES = {
    "a refused key": (401, error("no"), {}, ModelFault, "set the environment variable OPENAI_API_KEY"),
    "a forbidden key": (403, error("no"), {}, ModelFault, "--set key_env=NAME"),
    "an unknown model": (404, error("no"), {}, ModelFault, "there is no model 'm' at .*; there is one, two"),
    "a limit of requests": (429, error("slow down"), {"retry-after": "3"}, ModelUnavailable, "with fewer seats"),
    "an empty account": (429, error("no", code="insufficient_quota"), {}, ModelFault, "no quota left"),
    "a failing server": (500, error("boom"), {}, ModelUnavailable, r"busy or failing \(500\): boom"),
    "a page of a proxy": (502, b"<html>bad gateway</html>", {}, ModelUnavailable, r"\(502\)"),
    "broken JSON": (200, b'{"choices": [', {}, ModelUnavailable, "cannot be read"),
    "other JSON": (200, b'{"hello": 1}', {}, ModelUnavailable, "no chat completion"),
    "no JSON": (200, b"hello", {"content-type": "text/plain"}, ModelUnavailable, "no chat completion"),
    "a full context": (400, error("maximum context length is 10 tokens"), {}, ContextTooLong, "memory=window"),
    "another refusal": (400, error("no such role"), {}, ModelFault, r"refuses the request \(400\): no such role"),
}


@pytest.mark.parametrize("what", FAILURES)
async def test_a_failing_endpoint_is_told_as_what_it_is(what: str) -> None:
    status, body, headers, kind, sentence = FAILURES[what]
    how = {"status": status, "body": body, "headers": headers, "models": ("one", "two")}
    with failing(**how) as endpoint, pytest.raises(kind, match=sentence) as caught:
        await asked(endpoint.url)
    assert type(caught.value) is kind
    assert "\n" not in str(caught.value)
    assert getattr(caught.value, "retry_after", 0) == float(headers.get("retry-after", 0))


async def test_an_endpoint_that_hangs_costs_the_time_that_is_left_and_no_more() -> None:
    with failing(hangs=True) as endpoint, pytest.raises(TimeoutError):
        await asked(endpoint.url, seconds=0.3)


async def test_nobody_at_the_address_may_come_back() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and not listening: refused
        with pytest.raises(ModelUnavailable, match="cannot be reached; start the server"):
            await asked(f"http://127.0.0.1:{taken.getsockname()[1]}/v1")


async def test_the_key_comes_from_the_environment_and_is_in_no_message_or_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OTHER_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    for status in (400, 401, 500):
        bad = failing(status=status, body=error(f"bad key {KEY}"))
        with bad as endpoint, pytest.raises((ModelFault, ModelUnavailable)) as caught:
            await asked(endpoint.url, key_env="OTHER_KEY")
        assert KEY not in str(caught.value)
    assert KEY not in caplog.text


def test_a_variable_that_is_not_set_is_told() -> None:
    with pytest.raises(BadOption, match="no environment variable NO_SUCH_KEY"):
        OpenAIModel("m", "http://127.0.0.1/v1", key_env="NO_SUCH_KEY")


@pytest.mark.parametrize("spec", ["openai:@http://h/v1", "openai:m@ftp://h", "openai:m@nowhere"])
def test_a_spec_without_endpoint_is_told_how_to_be_written(spec: str) -> None:
    with pytest.raises(UnknownAgent, match="write openai:MODEL@BASE_URL"):
        Registry().make_agent(spec)


async def test_a_server_without_structured_output_is_found_out_once() -> None:
    with failing(refuses=frozenset({"response_format"})) as endpoint:
        model = OpenAIModel("m", endpoint.url)
        assert model.constrains
        ask = Ask(messages=[Message("user", "hi")], grammar=OneOf(["hit"]), seconds=20)
        assert [(await model.complete(ask)).text for _ in range(2)] == ["hit", "hit"]
        await model.close()
    assert not model.constrains
    assert ["response_format" in body for body in endpoint.asked] == [True, True, False, False]


async def test_a_server_that_takes_a_schema_and_does_not_hold_to_it_is_found_out() -> None:
    with failing() as endpoint:
        model = OpenAIModel("m", endpoint.url)
        ask = Ask(messages=[Message("user", "hi")], grammar=JsonOf(SCHEMA), seconds=20)
        for _ in range(3):
            assert (await model.complete(ask)).text == "hit"
        await model.close()
    assert ["response_format" in body for body in endpoint.asked] == [True, True, False]


async def test_vllm_is_asked_in_its_own_way() -> None:
    with failing(owner="vllm") as endpoint:
        completion = await asked(endpoint.url, OneOf(["hit", "stand"]))
    assert endpoint.asked[0]["structured_outputs"] == {"choice": ["hit", "stand"]}
    assert "response_format" not in endpoint.asked[0]
    assert (completion.text, completion.mask) == ("hit", '{"choice": ["hit", "stand"]}')
    assert (completion.prompt_tokens, completion.completion_tokens) == (7, 1)


async def test_pictures_are_sent_as_data_before_the_text() -> None:
    with failing() as endpoint:
        model = OpenAIModel("m", endpoint.url)
        seen = Message("user", "what is it?", [Media("image/png", b"\x89PNG")])
        await model.complete(Ask(messages=[seen], seconds=20))
        await model.close()
    picture, text = endpoint.asked[0]["messages"][0]["content"]
    assert picture["image_url"]["url"] == "data:image/png;base64,iVBORw=="
    assert text == {"type": "text", "text": "what is it?"}


async def test_a_model_that_wants_the_other_name_of_the_limit_gets_it() -> None:
    with failing(refuses=frozenset({"max_tokens"})) as endpoint:
        told = endpoint.answer

        def answer(body: dict[str, Any]) -> tuple[int, bytes]:
            status, _ = told(body)
            return (status, error("use 'max_completion_tokens' instead")) if status == 400 else (200, endpoint.body)

        endpoint.answer = answer  # type: ignore[method-assign]  # as this one server says it
        assert (await asked(endpoint.url)).text == "hit"
    assert endpoint.asked[-1]["max_completion_tokens"] == 256
