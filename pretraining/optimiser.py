# SPDX-License-Identifier: Apache-2.0
"""Muon for weight matrices and AdamW for the rest, on float32 masters of bfloat16 weights.

Muon (K. Jordan et al., 2024): the momentum of each weight matrix is replaced by the nearest
orthogonal matrix, found with five Newton-Schulz steps.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn

_NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)


def orthogonalise(matrices: Tensor) -> Tensor:
    """Matrices (N, rows, columns) to about their nearest orthogonal ones."""
    a, b, c = _NEWTON_SCHULZ
    x = matrices.bfloat16()
    tall = x.shape[1] > x.shape[2]
    if tall:
        x = x.transpose(1, 2)
    x = x / (x.flatten(1).norm(dim=1).view(-1, 1, 1) + 1e-7)
    for _ in range(5):
        gram = torch.bmm(x, x.transpose(1, 2))
        x = a * x + torch.bmm(b * gram + c * torch.bmm(gram, gram), x)
    return (x.transpose(1, 2) if tall else x).float()


class Optimiser:
    """Steps float32 masters, copies them into the model's weights, keeps a running average.

    Args:
        named: the model's parameters by name, in any floating type.
        matrices: names of those that Muon steps (taken as rows by everything else).
        muon_rate, adam_rate: learning rates at the plateau.
    """

    def __init__(
        self,
        named: dict[str, nn.Parameter],
        matrices: set[str],
        muon_rate: float,
        adam_rate: float,
        weight_decay: float = 0.0,
    ) -> None:
        self.named = named
        self.masters = {name: p.detach().float().contiguous() for name, p in named.items()}
        self.average = {name: m.clone() for name, m in self.masters.items()}
        self.momentum = {name: torch.zeros_like(self.masters[name]) for name in sorted(matrices)}
        self.muon_rate, self.weight_decay = muon_rate, weight_decay
        self.steps = 0
        rest = [m for name, m in self.masters.items() if name not in matrices]
        self.adam = torch.optim.AdamW(rest, lr=adam_rate, betas=(0.9, 0.98), weight_decay=0.0)
        self.adam_rate = adam_rate
        self._groups: dict[tuple[int, int], list[str]] = {}
        for name in self.momentum:
            rows = self.masters[name].shape[0]
            shape = (rows, self.masters[name].numel() // rows)
            self._groups.setdefault(shape, []).append(name)

    def step(self, scale: float, clip: float = 1.0) -> float:
        """Averages gradients over processes and steps; returns the gradient's norm.

        `scale` multiplies both learning rates (the schedule).
        """
        flat = torch.cat(
            [
                (torch.zeros_like(self.masters[n]) if p.grad is None else p.grad.float()).reshape(
                    -1
                )
                for n, p in self.named.items()
            ]
        )
        if dist.is_initialized():
            dist.all_reduce(flat)
            flat /= dist.get_world_size()
        norm = float(flat.norm())
        flat *= min(1.0, clip / (norm + 1e-6))
        offset, gradients = 0, {}
        for name, master in self.masters.items():
            gradients[name] = flat[offset : offset + master.numel()].view(master.shape)
            offset += master.numel()
        for name, master in self.masters.items():
            if name not in self.momentum:
                master.grad = gradients[name]
        for group in self.adam.param_groups:
            group["lr"] = self.adam_rate * scale
        self.adam.step()
        for (rows, columns), names in self._groups.items():
            for name in names:
                self.momentum[name].lerp_(gradients[name], 0.05)
            nesterov = torch.stack(
                [gradients[n].lerp(self.momentum[n], 0.95).view(rows, columns) for n in names]
            )
            rate = self.muon_rate * scale * max(1.0, rows / columns) ** 0.5
            for name, update in zip(names, orthogonalise(nesterov)):
                self.masters[name].mul_(1 - self.muon_rate * scale * self.weight_decay)
                self.masters[name].add_(update.view(self.masters[name].shape), alpha=-rate)
        self.steps += 1
        keep = min(0.999, (self.steps + 1) / (self.steps + 15))
        masters = list(self.masters.values())
        torch._foreach_lerp_(list(self.average.values()), masters, 1 - keep)
        self.publish()
        return norm

    @torch.no_grad()
    def publish(self) -> None:
        """Copies the masters into the model's weights and drops the gradients."""
        for name, parameter in self.named.items():
            parameter.data.copy_(self.masters[name])
            parameter.grad = None

    def state(self) -> dict[str, Any]:
        """Everything that a later leg needs."""
        return {
            "masters": self.masters,
            "average": self.average,
            "momentum": self.momentum,
            "adam": self.adam.state_dict(),
            "steps": self.steps,
        }

    def load(self, state: dict[str, Any]) -> None:
        """Takes over what `state` gave; names and shapes must be the same."""
        for part in ("masters", "average", "momentum"):
            mine = getattr(self, part)
            if mine.keys() != state[part].keys():
                raise ValueError(f"the saved {part} belong to another model")
            for name, value in state[part].items():
                mine[name].copy_(value)
        self.adam.load_state_dict(state["adam"])
        self.steps = state["steps"]
        self.publish()
