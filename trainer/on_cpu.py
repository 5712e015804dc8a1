"""LLaMA-Factory's command line on a CPU, with the arithmetic that its processor is fast at.

With instructions for bfloat16, products of float32 matrices are taken in bfloat16 and summed in
float32, as mixed precision does. Without them LLaMA-Factory's Muon, which orthogonalises in
bfloat16 wherever it runs, would emulate it: a step of the embedded model's language part then
takes seconds.
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

    if torch.cpu._is_avx512_bf16_supported():
        torch.set_float32_matmul_precision("medium")
    else:
        muon.zeropower_via_newtonschulz5 = orthogonalised
    run()


if __name__ == "__main__":
    main()
