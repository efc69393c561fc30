"""What no second try can mend."""

from arena.core.errors import BadRequest


class Never(Exception):
    """However often it is tried again, this export cannot be, for what `error` says."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.error = BadRequest(sentence)
