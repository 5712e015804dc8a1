"""Pre-training of the vision tower and its merger on dense truth, in plain torch."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from assistant.errors import AssistantError
from assistant.report.lexicon import REGIONS
from trainer.model.augment import patchify, show, transforms, warp
from trainer.model.dense import NOWHERE, SIDES, DenseSlices
from trainer.model.heads import Heads, Targets, rarity
from trainer.model.muon import Muon
from trainer.model.schedule import Jitter, Schedule
from trainer.model.tower import Turns, half_precision, see

if TYPE_CHECKING:
    from transformers import Qwen2VLForConditionalGeneration

CHEST = REGIONS.index("胸部")
MIRRORED = torch.tensor([REGIONS.index("头颅"), CHEST])
"""Regions that are about symmetric, so that a mirrored slice teaches sides and not organs."""

_MIRROR = {"右": "左", "左": "右"}
OTHER_SIDE = torch.tensor([0, *(1 + SIDES.index(_MIRROR.get(side, side)) for side in SIDES)])
"""State of a sign in a mirrored slice, by its state."""


@dataclass(frozen=True)
class Progress:
    """One step as seen from outside: losses are running means by name.

    ``right`` is the share of held-out slices whose region, signs and sides were all read
    correctly at this step's checkpoint, None where there is none.
    """

    step: int
    losses: dict[str, float]
    pictures_per_s: float
    right: float | None


def pretrain(
    model: "Qwen2VLForConditionalGeneration",
    slices: DenseSlices,
    schedule: Schedule,
    jitter: Jitter,
    *,
    picture: int,
    seed: int,
    checkpoint: Path,
    report: Callable[[Progress], None],
) -> Heads:
    """Train ``model.visual`` in place, from the checkpoint if there is one; returns the heads.

    Raises:
        AssistantError: TRN-201 when the loss is no longer a number.
    """
    generator = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    tower = model.model.visual
    width = model.config.text_config.hidden_size
    weights = rarity(torch.from_numpy(slices.labels[:500]))
    heads = Heads(width, model.config.vision_config.embed_dim, weights)
    both = nn.ModuleDict({"tower": tower, "heads": heads})
    optimizers = _optimizers(tower, heads, schedule)
    first = _restore(checkpoint, both, optimizers, generator)
    data = Tensors(slices)
    mean: dict[str, float] = {}
    known = len(slices) - schedule.held_out
    tower.train()
    for step in range(first, schedule.total):
        began = time.monotonic()
        for optimizer in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = schedule.rate(step) * group["part"]
        index = torch.randint(known, (schedule.batch,), generator=generator)
        grey, targets = data.batch(index, jitter, generator, schedule.edge(step, picture))
        patches, grid = patchify(grey)
        with half_precision():
            with torch.set_grad_enabled(not schedule.heads_alone(step)):
                tokens, features = see(tower, patches, Turns(tower, grid[:1]), schedule.batch)
            losses = heads.losses(tokens.float(), features.float(), targets)
        tokens = tokens.float()
        # Tokens enter the language part beside word embeddings: keep them near unit scale.
        losses["scale"] = 0.01 * (tokens.pow(2).mean(-1) - 1).pow(2).clamp(max=100).mean()
        total = torch.stack(list(losses.values())).sum()
        if not torch.isfinite(total):
            raise AssistantError(
                "TRN-201",
                f"预训练在第 {step + 1} 步发散，损失不再是数。",
                next_step="请把 base.pretrain.lr 减半后重新运行，已完成的阶段不会重做。",
            )
        total.backward()
        nn.utils.clip_grad_norm_(both.parameters(), 1.0)
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        for name, loss in losses.items():
            value = loss.item()
            mean[name] = 0.95 * mean.get(name, value) + 0.05 * value
        right: float | None = None
        if (step + 1) % schedule.save_every == 0 or step + 1 == schedule.total:
            _save(checkpoint, step + 1, both, optimizers, generator)
            right = examine(tower, heads, data, range(known, len(slices)), picture)
        speed = schedule.batch / (time.monotonic() - began)
        report(Progress(step + 1, mean, speed, right))
    return heads


@torch.no_grad()
def examine(
    tower: nn.Module, heads: Heads, data: "Tensors", which: range, picture: int
) -> float | None:
    """Share of these slices whose region and signs the heads read correctly; None of none."""
    if not which:
        return None
    hits = 0
    still = Jitter(zoom=0, shift=0, degrees=0, window=0, noise=0)
    for start in range(which.start, which.stop, 50):
        index = torch.arange(start, min(start + 50, which.stop))
        grey, truth = data.batch(index, still, torch.Generator().manual_seed(0), picture)
        patches, grid = patchify(grey)
        with half_precision():
            tokens, _ = see(tower, patches, Turns(tower, grid[:1]), len(index))
        region, signs = heads.read(tokens.float())
        hits += int(((region == truth.region) & (signs == truth.sign).all(-1)).sum())
    return hits / len(which)


class Tensors:
    """The slices as tensors, and batches of them."""

    def __init__(self, slices: DenseSlices) -> None:
        self.hu, self.labels = torch.from_numpy(slices.hu), torch.from_numpy(slices.labels)
        self.region, self.signs = torch.from_numpy(slices.region), torch.from_numpy(slices.signs)
        self.sizes, self.sites = torch.from_numpy(slices.sizes), torch.from_numpy(slices.sites)
        self.windows = torch.from_numpy(slices.windows)

    def batch(
        self,
        index: Tensor,
        jitter: Jitter,
        generator: torch.Generator,
        picture: int,
    ) -> tuple[Tensor, Targets]:
        """Grey pictures (B, picture, picture) and their targets."""
        region, signs = self.region[index], self.signs[index]
        mirrored = torch.rand(len(index), generator=generator) < jitter.mirror
        mirrored &= torch.isin(region, MIRRORED)
        signs = torch.where(mirrored[:, None], OTHER_SIDE[signs], signs)
        # A mirrored right lung has a middle lobe where the left one has none.
        lobes = mirrored & (region == CHEST)
        sites = torch.where(lobes[:, None], NOWHERE, self.sites[index])
        theta = transforms(mirrored, jitter, generator)
        hu, labels = warp(self.hu[index], self.labels[index], theta, picture)
        grey = show(hu, self.windows[index], jitter, generator)
        return grey, Targets(labels, region, signs, self.sizes[index].log(), sites)


def _optimizers(
    tower: nn.Module, heads: nn.Module, schedule: Schedule
) -> list[torch.optim.Optimizer]:
    """Muon and AdamW; ``part`` of each group is its part of the heads' learning rate."""
    # The merger's great square would cost more to orthogonalise than all blocks together.
    matrices = [p for p in tower.blocks.parameters() if p.ndim == 2]
    chosen = {id(p) for p in matrices}
    rest = [p for p in tower.parameters() if id(p) not in chosen]
    return [
        Muon(
            [{"params": matrices, "part": schedule.tower}],
            lr=schedule.lr,
            weight_decay=0.05,
        ),
        torch.optim.AdamW(
            [
                {"params": rest, "part": schedule.tower},
                {"params": list(heads.parameters()), "part": 1.0},
            ],
            lr=schedule.lr,
            weight_decay=0.01,
            betas=(0.9, 0.98),
        ),
    ]


def _save(
    path: Path,
    step: int,
    both: nn.Module,
    optimizers: list[torch.optim.Optimizer],
    generator: torch.Generator,
) -> None:
    partial = path.with_name(f"{path.name}.part")
    torch.save(
        {
            "step": step,
            "weights": both.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in optimizers],
            "generator": generator.get_state(),
        },
        partial,
    )
    partial.replace(path)


def _restore(
    path: Path,
    both: nn.Module,
    optimizers: list[torch.optim.Optimizer],
    generator: torch.Generator,
) -> int:
    if not path.is_file():
        return 0
    state = torch.load(path, weights_only=True)
    both.load_state_dict(state["weights"])
    for optimizer, saved in zip(optimizers, state["optimizers"], strict=True):
        optimizer.load_state_dict(saved)
    generator.set_state(state["generator"])
    return int(state["step"])
