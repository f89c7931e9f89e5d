"""Early stopping as students get it wrong, by changes to a rule that is right."""

from __future__ import annotations

import numpy as np

from assignments.exercises.exercise import Mistake


def waiting(costs, patience):
    """Right: how many epochs went by without a better one."""
    best, lowest, waited = 0, np.inf, 0
    for epoch, cost in enumerate(costs):
        if cost < lowest:
            best, lowest, waited = epoch, cost, 0
        else:
            waited += 1
        if waited == patience:
            return [best, epoch]
    return [best, len(costs) - 1]


def _both_from_one(costs, patience):
    best, stop = waiting(costs, patience)
    return best + 1, stop + 1


def _epochs_counted(costs, patience):
    best, stop = waiting(costs, patience)
    return best, stop + 1


def _keeps_the_last(costs, patience):
    _, stop = waiting(costs, patience)
    return stop, stop


def _returns_the_cost(costs, patience):
    best, stop = waiting(costs, patience)
    return costs[best], stop


def _exchanged(costs, patience):
    return waiting(costs, patience)[::-1]


def _looks_ahead(costs, patience):
    best = int(np.argmin(costs))
    return best, min(best + int(patience), len(costs) - 1)


def _looks_ahead_past_the_end(costs, patience):
    best = int(np.argmin(costs))
    return best, best + int(patience)


def _past_the_end(costs, patience):
    best, _ = waiting(costs, patience)
    return best, best + int(patience)


def _best_of_all(costs, patience):
    return int(np.argmin(costs)), waiting(costs, patience)[1]


def _against_the_epoch_before(costs, patience):
    best, waited = 0, 0
    for epoch in range(1, len(costs)):
        waited = 0 if costs[epoch] < costs[epoch - 1] else waited + 1
        best = epoch if costs[epoch] < costs[best] else best
        if waited >= patience:
            return best, epoch
    return best, len(costs) - 1


def _patience_never_renewed(costs, patience):
    best, waited = 0, 0
    for epoch in range(1, len(costs)):
        if costs[epoch] < costs[best]:
            best = epoch
        else:
            waited += 1
        if waited >= patience:
            return best, epoch
    return best, len(costs) - 1


def _first_epoch_waits(costs, patience):
    best, waited = 0, 0
    for epoch in range(len(costs)):
        better = costs[epoch] < costs[best]
        best, waited = (epoch, 0) if better else (best, waited + 1)
        if waited >= patience:
            return best, epoch
    return best, len(costs) - 1


def _ties_are_better(costs, patience):
    best = 0
    for epoch in range(len(costs)):
        if costs[epoch] <= costs[best]:
            best = epoch
        if epoch - best >= patience:
            return best, epoch
    return best, len(costs) - 1


MISTAKES = (
    Mistake(
        "looks-ahead",
        "You take the lowest cost of the whole list and go on from there. While a network trains, "
        "later costs are not known yet. Cover the list with your hand and uncover one cost at a "
        "time: when would you have stopped?",
        _looks_ahead,
    ),
    Mistake(
        "looks-ahead-past-the-end",
        "You take the lowest cost of the whole list, and stop so many epochs later, even if there "
        "are not so many. Cover the list with your hand and uncover one cost at a time: when would "
        "you have stopped? And what if the list is over before?",
        _looks_ahead_past_the_end,
    ),
    Mistake(
        "past-the-end",
        "You are right where the patience is used up. Where it is not, you stop at an epoch that "
        "does not exist. What is the last epoch of the list?",
        _past_the_end,
    ),
    Mistake(
        "best-of-all-epochs",
        "The stop is right. Your best epoch is one that comes after it, so it has never been "
        "trained. Over which epochs may the best be taken?",
        _best_of_all,
    ),
    Mistake(
        "against-the-epoch-before",
        "Your patience starts anew whenever a cost is below the one before it. Here it starts anew "
        "only if a cost is below all before it. Look at the wiggle after the best epoch of the "
        "first case.",
        _against_the_epoch_before,
    ),
    Mistake(
        "patience-never-renewed",
        "You stop too early where there is a bump on the way down. Each new best epoch gives the "
        "full patience again. What has to happen to your counter there?",
        _patience_never_renewed,
    ),
    Mistake(
        "first-epoch-counted-as-no-better",
        "You are right, but for one thing: your first epoch uses up some of the patience. It is "
        "compared with itself, and is not lower. What is the best epoch, and how long has it been "
        "the best, when only one cost is known?",
        _first_epoch_waits,
    ),
    Mistake(
        "ties-are-better",
        "A cost that is equal to the best counts as better in your version. On a plateau training "
        "would never stop. Look at your comparison.",
        _ties_are_better,
    ),
    Mistake(
        "one-epoch-too-late",
        "Your stop comes one epoch late. With a patience of one, the first epoch that is no better "
        "is the last that is trained.",
        lambda costs, patience: waiting(costs, patience + 1),
    ),
    Mistake(
        "one-epoch-too-early",
        "Your stop comes one epoch early. Count on your fingers how many epochs after the best "
        "one are still trained: as many as the patience.",
        lambda costs, patience: waiting(costs, patience - 1),
    ),
    Mistake(
        "keeps-the-last-weights",
        "The stop is right, and you return it twice. The weights to keep are from an earlier "
        "epoch: all that came after it was only to see whether it gets better again.",
        _keeps_the_last,
    ),
    Mistake(
        "results-exchanged",
        "Both numbers are right, the other way round. The best epoch comes first.",
        _exchanged,
    ),
    Mistake(
        "counted-from-one",
        "Both of your numbers are too large by one. The first epoch is epoch 0, as in costs[0].",
        _both_from_one,
    ),
    Mistake(
        "how-many-epochs",
        "The best epoch is right. As stop you return how many epochs were trained; asked for is "
        "the number of the last of them, and the first has the number 0.",
        _epochs_counted,
    ),
    Mistake(
        "lowest-cost-returned",
        "The stop is right. You return how low the cost was, and asked for is at which epoch.",
        _returns_the_cost,
    ),
    Mistake(
        "highest-is-best",
        "You wait for a higher cost, as one would for an accuracy. Here low is good. Look at the "
        "direction of your comparison.",
        lambda costs, patience: waiting(-costs, patience),
    ),
)
