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
# What counts as no change of a correlation or an F1.
LEVEL = 0.005
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
        whole: the mean difference of the last setting from the first.
        share: the share of resamples of the clips in which no step falls by more than `LEVEL`.
    """

    steps: list[Interval]
    whole: Interval
    share: float

    @property
    def monotone(self) -> bool:
        """Whether the last setting is above the first, by its interval, and no mean step falls."""
        return self.whole.low > 0 and all(step.value >= -LEVEL for step in self.steps)

    def verdicts(self) -> list[str]:
        """For each step: "rises", "falls" or "level" where the interval says so."""
        return [
            "level"
            if max(abs(step.low), abs(step.high)) <= LEVEL
            else "rises"
            if step.low > 0
            else "falls"
            if step.high < 0
            else "not told apart"
            for step in self.steps
        ]


def rise(values: np.ndarray) -> Rise:
    """Whether curves (N, K) rise."""
    values = np.asarray(values, np.float64)
    steps = np.diff(values, axis=1)
    share = float((steps[_draws(len(steps))].mean(1) >= -LEVEL).all(1).mean())
    return Rise([mean(column) for column in steps.T], mean(values[:, -1] - values[:, 0]), share)


def decibels(squared_error: float) -> float:
    """PSNR of a mean squared error of values 0 to 1; `EXACT_DECIBELS` at most."""
    return min(EXACT_DECIBELS, -10 * math.log10(max(squared_error, 1e-12)))
