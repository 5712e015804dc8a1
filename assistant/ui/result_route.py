"""The files of a batch, for whoever began it and for nobody else."""

from collections.abc import Awaitable, Callable

import fastapi
from fastapi.responses import FileResponse, PlainTextResponse, Response

from assistant.ui.asgi import REFUSED
from assistant.ui.batch_wording import DOWNLOADS
from assistant.ui.batching import Batches
from assistant.ui.owner import owner_of

_UNSTORED = {"cache-control": "no-store"}


def result_of(batches: Batches) -> Callable[[fastapi.Request, str, str], Awaitable[Response]]:
    """The route: one of :data:`DOWNLOADS` of the batch on the person's page, else 404."""

    async def result(request: fastapi.Request, key: str, name: str) -> Response:
        batch = batches.results_of(owner_of(request))
        theirs = batch is not None and batch.key == key and name in DOWNLOADS
        if batch is None or not theirs or not (batch.out / name).is_file():
            return PlainTextResponse(REFUSED, 404, _UNSTORED)
        return FileResponse(batch.out / name, filename=name, headers=_UNSTORED)

    return result
