"""Whether anything changed: a short word the page asks for often, so that tabs agree."""

import secrets
from collections.abc import Awaitable, Callable

import fastapi
from fastapi.responses import PlainTextResponse

from assistant.store.ledger import Ledger
from assistant.ui.owner import owner_of


def pulse_of(ledger: Ledger) -> Callable[[fastapi.Request], Awaitable[PlainTextResponse]]:
    """The route: ``START-REVISION``, random for every start of the program and counted up.

    The page loads itself anew when the start is another one, since its desk is gone then.
    """
    start = secrets.token_hex(4)

    async def pulse(request: fastapi.Request) -> PlainTextResponse:
        revision = ledger.revision(owner_of(request))
        return PlainTextResponse(f"{start}-{revision}", headers={"cache-control": "no-store"})

    return pulse
