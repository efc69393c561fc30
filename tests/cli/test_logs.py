import logging
import sys

from arena.cli.logs import OneLine


def logged(message: str, **about: object) -> str:
    return OneLine().format(logging.makeLogRecord({"msg": message, **about}))


def test_a_message_that_quotes_others_stays_on_its_line_and_steers_nothing():
    assert logged("refused: \x1b[2Jgone\narena: you have won") == "arena: refused: \\u001b[2Jgone\\narena: you have won"


def test_an_exception_stays_on_its_line_as_well():
    try:
        raise ValueError("one\n\x1b[1mtwo")
    except ValueError:
        lines = logged("it failed", exc_info=sys.exc_info()).splitlines()
    assert len(lines) == 2
    assert "ValueError: one\\n\\u001b[1mtwo" in lines[1]
