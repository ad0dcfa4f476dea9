"""Whether two kinds of answers are told apart by their times, at a false alarm that is known whatever the machine does.

Kinds take turns, in an order that chance decides anew in each round. Where they are alike, which of two came out the
slower in a round is then the toss of a coin: busy neighbours and pauses hit either as often. So the rounds that one of
them lost are counted, and the count is held to what coins do; nothing is assumed of how times are distributed, nor
that one round does not resemble the next. An area under a curve says how much is told, and has no such promise on a
busy machine: it is a complaint where both are out of bounds.
"""

import bisect, functools, itertools, statistics
from fractions import Fraction

ALARM = 1e-7   # of one comparison of like things; a test makes ten at most, so it cries wolf once in a million


@functools.cache
def most(rounds, alarm=ALARM, both_ways=True):
    """So many of the tosses of a coin come out on one side (or, of both, on either) at most, but for `alarm`."""
    left, ways = Fraction(alarm) / (2 if both_ways else 1) * 2 ** rounds, 1
    for count in range(rounds, -1, -1):   # `ways` is how often exactly `count` of the rounds come out so
        left -= ways
        if left < 0:
            return count
        ways = ways * count // (rounds - count + 1)
    return 0


def lost(ones, others, factor=1):
    """(rounds in which the first was slower by more than the factor, rounds that were no draw)."""
    pairs = list(zip(ones, others, strict=True))
    return sum(one > factor * other for one, other in pairs), sum(one != factor * other for one, other in pairs)


def area_under_curve(ones, others):
    """How often one of the first is larger than one of the others; ties count half. 0.5 tells nothing."""
    others = sorted(others)
    return sum(bisect.bisect_left(others, value) + bisect.bisect_right(others, value)
               for value in ones) / (2 * len(ones) * len(others))


def bound(rounds):
    """How far from 0.5 the area may be: 0.05; with few rounds more, for it is no better known."""
    return 0.05 if rounds >= 1000 else 4.5 * (1 / (6 * rounds)) ** 0.5


def told_apart(times, allowed=None):
    """Of each two kinds, whose times are lists by round: what is told, and the complaints where chance does not do it."""
    lines, complaints = [], []
    for one, other in itertools.combinations(times, 2):
        slower, rounds = lost(times[one], times[other])
        area, within = area_under_curve(times[one], times[other]), allowed or bound(len(times[one]))
        line = (f"{one} was slower than {other} in {slower} of {rounds} rounds, chance makes it {rounds - most(rounds)} to "
                f"{most(rounds)}; AUC {area:.3f}, allowed 0.5 ± {within:.2f}; medians {statistics.median(times[one]) * 1e3:.3f} "
                f"and {statistics.median(times[other]) * 1e3:.3f} ms")
        lines.append(line)
        if not rounds - most(rounds) <= slower <= most(rounds) and abs(area - 0.5) >= within:
            complaints.append(line)
    return lines, complaints
