"""What a refusal may look like: a documented code, and one sentence without a word of Python."""

from arena.v1 import common_pb2

PYTHON_WORDS = ("Traceback", "Error(", "<class", "object at 0x", "site-packages", ".py", "NoneType", "Exception")


def code_of(error: common_pb2.Error) -> str:
    """The code of a refusal, without its prefix; its message must be a sentence for whoever asked."""
    assert 10 <= len(error.message) <= 500
    assert "\n" not in error.message
    assert not any(word in error.message for word in PYTHON_WORDS), error.message
    return common_pb2.ErrorCode.Name(error.code).removeprefix("ERROR_CODE_")
