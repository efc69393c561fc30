"""What goes wrong at an endpoint, each as one sentence that says what to do, and whether another try may help."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from arena.agents.language.model import ContextTooLong, ModelFault, ModelUnavailable

_LONGEST: Final = 200
"""Characters of a server's own words that are repeated."""
_LISTED: Final = 8
_BUSY: Final = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
_TOO_LONG: Final = re.compile(r"context.{0,40}(length|size|window)|maximum context|too many tokens", re.IGNORECASE)
_OF_FORMS: Final = re.compile(
    r"response_format|json_schema|structured|schema|grammar|guided|unexpected field|extra_forbidden", re.IGNORECASE
)


@dataclass(slots=True)
class Endpoint:
    """Where a model is served, and the key for it, which no message repeats."""

    url: str
    model: str
    key: str
    key_env: str
    models: Sequence[str] = ()

    def words(self, error: Exception) -> str:
        """The server's own words on one line, without the key."""
        body = getattr(error, "body", None)
        said = body.get("message") if isinstance(body, dict) else None
        text = " ".join(str(said or error).split())
        return (text.replace(self.key, "***") if self.key else text)[:_LONGEST]


def refuses_form(error: Exception) -> bool:
    """Whether a request was refused for the form that its answer was to have."""
    status = getattr(error, "status_code", 0)
    return status in {400, 422, 501} and not _TOO_LONG.search(str(error)) and bool(_OF_FORMS.search(str(error)))


def told(error: Exception, endpoint: Endpoint) -> ModelUnavailable | ModelFault:
    """An error of the official client as one of the contract's."""
    import openai

    match error:
        case openai.APIStatusError():
            return _of_status(error, error.status_code, endpoint)
        case openai.APITimeoutError() | TimeoutError():
            return ModelUnavailable(f"{endpoint.url} does not answer; see whether the server is overloaded")
        case openai.APIConnectionError():
            return ModelUnavailable(
                f"{endpoint.url} cannot be reached; start the server, or name another as openai:MODEL@BASE_URL"
            )
        case openai.OpenAIError() | ValueError():
            return ModelUnavailable(f"{endpoint.url} sent what cannot be read ({type(error).__name__}); see its log")
        case _:
            return ModelFault(f"the client failed at {endpoint.url}: {type(error).__name__}: {endpoint.words(error)}")


def _of_status(error: Any, status: int, endpoint: Endpoint) -> ModelUnavailable | ModelFault:
    if status in {401, 403}:
        have = "the key was refused" if endpoint.key else "it wants a key"
        return ModelFault(
            f"{endpoint.url}: {have} ({status}); set the environment variable {endpoint.key_env} to a valid one, or "
            f"name another by --set key_env=NAME"
        )
    if status == 404:
        return ModelFault(_not_found(endpoint))
    if status == 429 and getattr(error, "code", None) == "insufficient_quota":
        return ModelFault(
            f"{endpoint.url}: the account has no quota left (429); pay for more, or take another endpoint"
        )
    if status in _BUSY or status >= 500:
        return ModelUnavailable(
            f"{endpoint.url} is busy or failing ({status}): {endpoint.words(error)}; try with fewer seats, or later",
            _retry_after(error),
        )
    if _TOO_LONG.search(str(error)):
        return ContextTooLong(
            f"the prompt is longer than the context of {endpoint.model} at {endpoint.url}; set memory=window or summary"
        )
    return ModelFault(f"{endpoint.url} refuses the request ({status}): {endpoint.words(error)}")


def _not_found(endpoint: Endpoint) -> str:
    if not endpoint.models:
        return (
            f"{endpoint.url} knows no model {endpoint.model!r}, or is no OpenAI-compatible endpoint (404); such a "
            f"URL mostly ends with /v1"
        )
    listed = ", ".join(endpoint.models[:_LISTED])
    return f"there is no model {endpoint.model!r} at {endpoint.url}; there is {listed}"


def _retry_after(error: Any) -> float:
    """Seconds, where the server says so many (RFC 9110, 10.2.3); its other form, a date, is not looked at."""
    try:
        return max(0.0, float(error.response.headers.get("retry-after", 0)))
    except ValueError:
        return 0.0
