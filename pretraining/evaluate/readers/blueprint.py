# SPDX-License-Identifier: Apache-2.0
"""Whether a clip is a blueprint, by arithmetic on its colours: blue paper, and white ink on it.

Axes: T frames, H rows, W columns, N pixels.
"""

from __future__ import annotations

import torch
from torch import Tensor

from pretraining.evaluate.readers.track import lab
from pretraining.studio.looks import INK, PAPER

# In L*a*b*: how far a colour may be from the mixtures of paper and ink.
_NEAR = 24.0
# Mixtures from here on are ink; a subject's faint fill, and the grid, are less.
_INK = 0.45
# The least that lies on those mixtures, and the ink's least and greatest share.
_LEAST, _LITTLE, _MUCH = 0.80, 0.02, 0.45


def shares(clip: Tensor) -> tuple[float, float]:
    """The shares of a clip's pixels, uint8 (3, T, H, W), that are paper and that are ink."""
    amount = torch.linspace(0, 1, 21)
    line = lab(torch.lerp(torch.tensor(PAPER), torch.tensor(INK), amount[:, None]))
    pixels = lab(clip.flatten(1).T.float() / 255)
    distance, at = torch.cdist(pixels, line).min(1)
    near, ink = distance < _NEAR, amount[at] >= _INK
    return float((near & ~ink).float().mean()), float((near & ink).float().mean())


def is_blueprint(clip: Tensor) -> bool:
    """Whether nearly all of a clip, uint8 (3, T, H, W), is paper or ink, with some ink, and more
    paper than ink."""
    paper, ink = shares(clip)
    return paper + ink >= _LEAST and _LITTLE <= ink <= _MUCH
