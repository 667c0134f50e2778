"""Choosing few of many along time: greedy suppression and ranks within groups, without a loop over points."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def group_numbers(keys: Sequence[NDArray[np.integer]]) -> NDArray[np.intp]:
    """Return one number per distinct combination of keys, shape (N,)."""
    if not len(keys[0]):
        return np.zeros(0, np.intp)
    numbers = np.zeros(len(keys[0]), np.intp)
    for key in keys:
        _, part = np.unique(key, return_inverse=True)
        _, numbers = np.unique(numbers * (int(part.max()) + 1) + part, return_inverse=True)
    return numbers


def rank_within(keys: Sequence[NDArray[np.integer]]) -> NDArray[np.intp]:
    """Return for each entry how many entries of the same keys stand before it, shape (N,)."""
    groups = group_numbers(keys)
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.diff(groups[order], prepend=-1))
    counts = np.diff(np.append(starts, len(order)))
    ranks = np.empty(len(order), np.intp)
    ranks[order] = np.arange(len(order)) - np.repeat(starts, counts)
    return ranks


def spread_in_time(frames: NDArray[np.int64], keys: Sequence[NDArray[np.integer]], apart: int) -> NDArray[np.bool_]:
    """Keep entries so that two of the same keys are at least `apart` frames from each other.

    The same as going through the entries in order and keeping each that is far enough from those kept before it; done
    in rounds, in each of which every entry that comes before all open neighbours is kept and silences them.

    Parameters
    ----------
    frames : ndarray, shape (N,)
        Entries stand in order of preference.
    keys : sequence of ndarray, shape (N,)
    apart : int

    Returns
    -------
    ndarray of bool, shape (N,)
    """
    count = len(frames)
    if apart <= 1 or not count:
        return np.ones(count, np.bool_)
    groups = group_numbers(keys)
    # Groups laid end to end on one line, too far from each other to meet.
    span = int(frames.max() - frames.min()) + 2 * apart
    line = groups.astype(np.int64) * span + (frames - frames.min())
    order = np.argsort(line, kind="stable")
    line, preference = line[order], order  # a smaller number is preferred
    kept = np.zeros(count, np.bool_)
    alive = np.arange(count)
    while len(alive):
        at, value = line[alive], preference[alive]
        low = np.searchsorted(at, at - apart, side="right")
        high = np.searchsorted(at, at + apart, side="left")
        winners = value == _window_minimum(value, low, high)
        kept[alive[winners]] = True
        won = at[winners]
        near = np.searchsorted(won, at + apart, side="left") > np.searchsorted(won, at - apart, side="right")
        alive = alive[~near]
    result = np.zeros(count, np.bool_)
    result[order] = kept
    return result


def _window_minimum(values: NDArray[np.intp], low: NDArray[np.intp], high: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the minimum of values[low:high] for each pair, none of them empty: a sparse table of powers of two."""
    longest = int((high - low).max())
    tables = [values]
    while 2 ** len(tables) <= longest:
        step = 2 ** (len(tables) - 1)
        last = tables[-1]
        tables.append(np.minimum(last, np.append(last[step:], np.full(min(step, len(last)), last[-1]))))
    level = np.floor(np.log2(high - low)).astype(np.intp)
    stacked = np.stack(tables)
    return np.asarray(np.minimum(stacked[level, low], stacked[level, high - 2**level]))
