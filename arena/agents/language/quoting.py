"""Words of others inside a prompt: they stay data, whatever they say."""

import re
from typing import Final

_CONTROL: Final = re.compile(
    r"<(?=[|\uff5c])"  # <|im_start|>, <｜User｜>
    r"|<(?=/?(?:s|think|thinking|tool_call|tool_response|start_of_turn|end_of_turn|bos|eos|pad|unk|mask|image)>)"
    r"|<(?=<?/?SYS>)"
    r"|\[(?=/?(?:INST|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|SYSTEM_PROMPT|THINK)\])",
    re.IGNORECASE,
)
"""Where a control token of the common chat templates begins: ChatML, Llama, Gemma, Mistral, DeepSeek."""
_TICKS: Final = re.compile("`+")


def neutral(text: str) -> str:
    """`text` in which no chat template's control token is spelled out any more: a space parts its first character."""
    return _CONTROL.sub(lambda found: f"{found[0]} ", text)


def fenced(text: str) -> str:
    """`text` between two lines of backticks, more than it holds in a row: it cannot end its own quotation.

    Fences of this kind are CommonMark's (0.31, section 4.5).
    """
    longest = max((len(run) for run in _TICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{neutral(text)}\n{fence}"


def one_line(text: str, limit: int) -> str:
    """`text` as part of a line of a list."""
    flat = " ".join(neutral(text).split())
    return flat if len(flat) <= limit else f"{flat[: limit - 3]}..."
