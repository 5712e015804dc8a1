"""Whether anything changed: a short word the page asks for often, so that tabs agree."""

import secrets
from collections.abc import Awaitable, Callable

import fastapi
from fastapi.responses import PlainTextResponse

from assistant.ui.owner import owner_of
from assistant.ui.services import Services


def pulse_of(services: Services) -> Callable[[fastapi.Request], Awaitable[PlainTextResponse]]:
    """The route: ``START-REVISION-STAMP``.

    The first is random for every start of the program, the second counts the changes of the
    person's conversations, the third is :attr:`Services.stamp`.
    The page loads itself anew when the start is another one, since its desk is gone then.
    """
    start = secrets.token_hex(4)

    async def pulse(request: fastapi.Request) -> PlainTextResponse:
        word = f"{start}-{services.ledger.revision(owner_of(request))}-{services.stamp}"
        return PlainTextResponse(word, headers={"cache-control": "no-store"})

    return pulse
