# SPDX-License-Identifier: Apache-2.0
"""Renders scenes to clips, in batches, on the CPU or a GPU."""

from __future__ import annotations

import random
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from pretraining.studio import looks, paths, skies, subjects
from pretraining.studio.canvas import Lots, Size, View, colours
from pretraining.studio.grounds import GROUNDS, Ground, waves
from pretraining.studio.scene import COLOURS, Scene, random_scene


@dataclass(frozen=True)
class Footage:
    """Rendered clips.

    Attributes:
        scenes, seeds: what they show and the numbers they were drawn by, B of each.
        clips: uint8 (B, 3, T, H, W).
        covers: where the subject is, uint8 0 to 255 (B, T, H, W).
    """

    scenes: Sequence[Scene]
    seeds: Sequence[int]
    clips: Tensor
    covers: Tensor

    def key_frames(self, count: int) -> Tensor:
        """Frames at equal distances, first and last among them, uint8 (B, 3, count, H, W)."""
        at = torch.linspace(0, self.clips.shape[2] - 1, count).round().long()
        return self.clips[:, :, at]

    def untextured(self) -> Tensor:
        """The same geometry in one grey under one light, uint8 (B, 3, T, H, W)."""
        _, _, frames, height, width = self.clips.shape
        size = Size(height, width, frames)
        return render(self.scenes, self.seeds, self.clips.device, True, size).clips


@torch.no_grad()
def render(
    scenes: Sequence[Scene],
    seeds: Sequence[int],
    device: torch.device | str = "cpu",
    untextured: bool = False,
    size: Size = Size(),
) -> Footage:
    """Renders one clip per scene and seed; equal scenes and seeds give equal clips.

    `untextured` gives every surface one grey under one light, as 3D programs preview, without
    weather or look.
    """
    screen = View.still(size, device)
    shape = (size.frames, size.height, size.width)
    clips = torch.zeros(len(scenes), 3, *shape, device=device)
    covers = torch.zeros(len(scenes), 1, *shape, device=device)

    def some(key: Callable[[Scene], Hashable]) -> list[tuple[Hashable, list[int]]]:
        groups: dict[Hashable, list[int]] = {}
        for at, scene in enumerate(scenes):
            groups.setdefault(key(scene), []).append(at)
        return list(groups.items())

    for _, rows in some(lambda scene: (scene.place, scene.camera == "still")):
        part = _Part([scenes[at] for at in rows], [seeds[at] for at in rows], screen, untextured)
        clips[rows] = part.backdrop()
    for kind, rows in some(lambda scene: scene.kind):
        part = _Part([scenes[at] for at in rows], [seeds[at] for at in rows], screen, untextured)
        clips[rows], covers[rows] = part.with_subject(str(kind), clips[rows])
    if not untextured:
        for weather, rows in some(lambda scene: scene.weather):
            if weather == "clear":
                continue
            part = [scenes[at] for at in rows]
            lots = Lots([seeds[at] for at in rows], "weather", device)
            clips[rows] = skies.weather(part, clips[rows], screen, lots)
        for look, rows in some(lambda scene: scene.look):
            if look == "flat":
                continue
            lots = Lots([seeds[at] for at in rows], "look", device)
            drawn = looks.LOOKS[str(look)](clips[rows].clamp(0, 1), covers[rows], lots)
            clips[rows] = drawn
    return Footage(
        scenes,
        seeds,
        (clips.clamp(0, 1) * 255 + 0.5).to(torch.uint8),
        (covers[:, 0] * 255 + 0.5).to(torch.uint8),
    )


class _Part:
    """Scenes that are drawn by the same formulas."""

    def __init__(
        self, scenes: list[Scene], seeds: list[int], screen: View, untextured: bool
    ) -> None:
        self.scenes, self.seeds, self.screen = scenes, seeds, screen
        self.untextured, self.device = untextured, screen.t.device
        self.horizon = self._lots("horizon").uniform(0.60, 0.66)
        self.light = skies.light(scenes, untextured, self.device)
        pose = paths.subject(scenes, self.horizon, self.screen.t, self._lots("path"))
        self.view, self.pose = paths.filmed(scenes, self.screen, pose, self._lots("camera"))
        if all(scene.camera == "still" for scene in scenes):
            self.view = self.screen

    def _lots(self, part: str) -> Lots:
        return Lots(self.seeds, part, self.device)

    def backdrop(self) -> Tensor:
        """Sky, ground and cloud, (B, 3, T, H, W)."""
        if self.scenes[0].place == "space":
            picture = skies.space(self.scenes, self.view, self._lots("sky"), self.untextured)
            return picture.expand(-1, -1, self.screen.t.shape[2], -1, -1)
        sky_lots = self._lots("sky")
        picture = skies.sky(self.scenes, self.view, self.horizon, sky_lots, self.untextured)
        ground = Ground(
            self.scenes, self.view, self.horizon, self.light, self._lots("ground"), self.untextured
        )
        picture = GROUNDS[self.scenes[0].place](ground, picture)
        clip = picture.expand(-1, -1, self.screen.t.shape[2], -1, -1)
        if self.scenes[0].place == "sea":
            clip = clip + waves(ground)
        if self.untextured:
            return clip
        bright = [float(s.time == "day" and s.weather == "clear") for s in self.scenes]
        if any(bright):
            amount = torch.tensor(bright, device=self.device).view(-1, 1, 1, 1, 1)
            white = torch.ones_like(clip)
            clip = torch.lerp(clip, white, amount * skies.cloud(self.view, sky_lots))
        return skies.overcast(self.scenes, clip)

    def with_subject(self, kind: str, clip: Tensor) -> tuple[Tensor, Tensor]:
        """The clips with their subjects in front, and the subjects' cover."""
        tones = [(0.92,) * 3 if self.untextured else COLOURS[s.colour] for s in self.scenes]
        light = torch.ones_like(self.light) if self.untextured else 0.72 + 0.28 * self.light
        screen = self.screen
        tones = colours(tones, self.device)
        return subjects.draw(clip, kind, tones, light, self.pose, screen, self.untextured)


def random_footage(
    count: int,
    lot: random.Random,
    held_out: bool = False,
    plain: bool = False,
    device: torch.device | str = "cpu",
) -> Footage:
    """Clips of scenes drawn by lot."""
    scenes = [random_scene(lot, held_out, plain) for _ in range(count)]
    return render(scenes, [lot.getrandbits(64) for _ in scenes], device)
