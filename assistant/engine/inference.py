"""An inference on OpenVINO that can be given up between two of its operations."""

from collections.abc import Mapping
from contextlib import suppress
from threading import Event

import numpy as np
import openvino as ov
from numpy.typing import NDArray

POLL_MS = 20
"""How soon a cancel is noticed; one operation at the 2B shape takes up to 50 ms."""


def infer(
    request: ov.InferRequest, inputs: Mapping[str, NDArray[np.generic]], cancel: Event
) -> NDArray[np.float32]:
    """The first output, valid until the request's next inference.

    Raises:
        InterruptedError: cancelled; a state of the request is undefined then.
    """
    request.start_async(dict(inputs), share_inputs=True)
    while not request.wait_for(POLL_MS):
        if cancel.is_set():
            request.cancel()
            # It may end as if nothing were wrong and still have lost its states.
            with suppress(RuntimeError):
                request.wait()
            raise InterruptedError
    request.wait()  # a failure of the inference is raised here
    found: NDArray[np.float32] = request.get_output_tensor(0).data
    return found
