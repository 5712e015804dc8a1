"""Muon for small models on a CPU: matrices of one shape are orthogonalised together.

Momentum of a matrix is replaced by the nearest orthogonal one, by five steps of a quintic
Newton-Schulz iteration (coefficients of Jordan et al., 2024), and scaled so that an update has
the size of AdamW's (0.2 times the square root of the longer side; Liu et al., 2025).
"""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

from trainer.model.tower import half_precision

_A, _B, _C = 3.4445, -4.7750, 2.0315
_STEPS = 5


class Muon(torch.optim.Optimizer):
    """Muon with Nesterov momentum and decoupled weight decay; weights and momentum stay float32."""

    def __init__(
        self,
        parameters: Iterable[nn.Parameter] | Iterable[dict[str, Any]],
        lr: float,
        momentum: float = 0.95,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, {"lr": lr, "momentum": momentum, "decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:
        """One update of every matrix that has a gradient."""
        for group in self.param_groups:
            by_shape: dict[torch.Size, list[nn.Parameter]] = {}
            for weights in group["params"]:
                if weights.grad is not None:
                    by_shape.setdefault(weights.shape, []).append(weights)
            for shape, several in by_shape.items():
                directions = torch.stack([self._direction(w, group) for w in several])
                with half_precision():
                    updates = orthogonal(directions)
                size = 0.2 * max(shape) ** 0.5 * group["lr"]
                for weights, update in zip(several, updates, strict=True):
                    weights.mul_(1 - group["lr"] * group["decay"])
                    weights.add_(update, alpha=-size)

    def _direction(self, weights: nn.Parameter, group: dict[str, float]) -> Tensor:
        gradient = weights.grad
        assert gradient is not None
        state = self.state[weights]
        if "momentum" not in state:
            state["momentum"] = torch.zeros_like(gradient)
        momentum: Tensor = state["momentum"]
        momentum.lerp_(gradient, 1 - group["momentum"])
        return gradient.lerp(momentum, group["momentum"])


def orthogonal(matrices: Tensor) -> Tensor:
    """About the nearest (semi-)orthogonal matrix of each, float32 (N, rows, columns)."""
    tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.mT if tall else matrices
    x = x / (x.flatten(1).norm(dim=1)[:, None, None] + 1e-7)
    for _ in range(_STEPS):
        gram = x @ x.mT
        x = _A * x + (_B * gram + _C * gram @ gram) @ x
    return x.mT if tall else x
