# SPDX-License-Identifier: Apache-2.0
"""Means with their bootstrap confidence, and sequences that should rise.

Axes: N clips; K settings of one clip.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

RESAMPLES = 2000
# What a PSNR of identical pictures counts as, so that means stay finite.
EXACT_DECIBELS = 100.0


@dataclass(frozen=True)
class Interval:
    """A value and the bounds between which 95 % of its bootstrap resamples fall.

    Bounds are None for what is no mean, such as the worst of a set.
    """

    value: float
    low: float | None = None
    high: float | None = None
    count: int = 0


def _draws(count: int) -> np.ndarray:
    """Indices (RESAMPLES, count), the same ones each time, so that differences stay paired."""
    return np.random.default_rng(count).integers(0, count, (RESAMPLES, count))


def mean(values: Sequence[float]) -> Interval:
    """The mean of N numbers; NaN for none."""
    array = np.asarray(values, np.float64)
    if not len(array):
        return Interval(math.nan)
    low, high = np.percentile(array[_draws(len(array))].mean(1), (2.5, 97.5))
    return Interval(float(array.mean()), float(low), float(high), len(array))


def gain(values: Sequence[float], floor: Sequence[float]) -> Interval:
    """The mean difference of N pairs."""
    return mean(np.asarray(values, np.float64) - np.asarray(floor, np.float64))


@dataclass(frozen=True)
class Rise:
    """How N clips change from one setting to the next.

    Attributes:
        steps: the K - 1 mean differences, each setting from the one before.
        share: the share of resamples of the clips in which every step rises.
    """

    steps: list[Interval]
    share: float

    def verdicts(self) -> list[str]:
        """For each step: "rises" or "falls" where the interval says so, else "not told apart"."""
        return [
            "rises" if s.low > 0 else "falls" if s.high < 0 else "not told apart"
            for s in self.steps
        ]


def rise(values: np.ndarray) -> Rise:
    """Whether curves (N, K) rise."""
    steps = np.diff(np.asarray(values, np.float64), axis=1)
    resampled = steps[_draws(len(steps))].mean(1)
    return Rise([mean(column) for column in steps.T], float((resampled > 0).all(1).mean()))


def decibels(squared_error: float) -> float:
    """PSNR of a mean squared error of values 0 to 1; `EXACT_DECIBELS` at most."""
    return min(EXACT_DECIBELS, -10 * math.log10(max(squared_error, 1e-12)))
