"""Whether anything changed: a short word the page asks for often, so that tabs agree."""

import hashlib
import secrets
from collections.abc import Awaitable, Callable

import fastapi
from fastapi.responses import PlainTextResponse

from assistant.ui.owner import known_owner, owner_of
from assistant.ui.services import Services


def pulse_of(services: Services) -> Callable[[fastapi.Request], Awaitable[PlainTextResponse]]:
    """The route: ``START-REVISION-STAMP``.

    The first is random for every start of the program and every person, the second counts the
    changes of the person's conversations, the third is :attr:`Services.stamp`.
    The page loads itself anew when the first is another one: its desk is gone then, or somebody
    else has logged in in another tab and must not see what is on this one.
    """
    key = secrets.token_bytes(16)

    async def pulse(request: fastapi.Request) -> PlainTextResponse:
        whose = known_owner(request.scope).encode()
        start = hashlib.blake2s(whose, key=key, digest_size=4).hexdigest()
        word = f"{start}-{services.ledger.revision(owner_of(request))}-{services.stamp}"
        return PlainTextResponse(word, headers={"cache-control": "no-store"})

    return pulse
