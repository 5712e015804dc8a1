"""LLaMA-Factory's command line, with Muon in float32 where the processor knows no bfloat16.

Its Muon orthogonalises in bfloat16 wherever it runs. A processor without instructions for
that emulates them: a step of the embedded model's language part then takes seconds.
"""

import torch
from torch import Tensor

from trainer.model.muon import orthogonal


def orthogonalised(gradient: Tensor, steps: int) -> Tensor:
    """In the place of LLaMA-Factory's ``zeropower_via_newtonschulz5``; (rows, columns)."""
    if steps != 5:
        raise ValueError(f"{steps} steps instead of the usual 5")
    return orthogonal(gradient.float()[None])[0]


def main() -> None:
    """As ``llamafactory-cli`` with this process's arguments."""
    from llamafactory.cli import main as run
    from llamafactory.third_party.muon import muon

    if not torch.cpu._is_avx512_bf16_supported():
        muon.zeropower_via_newtonschulz5 = orthogonalised
    run()


if __name__ == "__main__":
    main()
