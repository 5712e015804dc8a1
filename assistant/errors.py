"""The one exception that reaches a person.

A code that can be read over the telephone, a sentence in Chinese that says what
happened, the next thing to try, and a technical detail for the log. Codes are
written as literals where they are raised; ``docs/errors.md`` lists them all.

Families: IMG intake and rendering, ENG engine, MOD model folder, BAT batch,
CFG settings, ACC who may use the page, USE command line, ENV set-up, TRN trainer, SYS the machine.
"""


class AssistantError(Exception):
    """Something a person can act on.

    Args:
        code: ``FAMILY-NNN``, for example ``IMG-103``.
        message: what happened, one Chinese sentence without identifying data.
        next_step: what to do about it, one Chinese sentence.
        detail: for the log only; never shown on the page, never identifying.
    """

    def __init__(self, code: str, message: str, *, next_step: str, detail: str = "") -> None:
        super().__init__(f"[{code}] {message}{next_step}")
        self.code = code
        self.message = message
        self.next_step = next_step
        self.detail = detail
