"""Submissions that are far more alike than the class is: for the instructor to look at.

Compared are sequences of tokens, without names, comments, docstrings, layout and what was given;
the order of the functions does not matter. Short exercises are alike in honest work too, so what
many wrote token for token is left out, and a pair is named only if hardly anybody else comes near
it. A solution that a large part of the class copied is therefore not found. The code is read, and
never run.
"""

from __future__ import annotations

import io
import keyword
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Indel

ALIKE = 0.9
"""How alike two submissions must be, between 0 and 1."""
MARGIN = 0.1
"""Whoever is as near as the pair, less this, counts as near it."""
LARGEST_GROUP = 0.02
"""The part of a class that may be alike before it counts as the way everybody solves it."""
FEWEST_TOKENS = 80
MOST_TOKENS = 3000
MOST_CHARACTERS = 40_000

Line = tuple[str, ...]
Block = tuple[Line, ...]


@dataclass(frozen=True)
class Pair:
    """Two submissions that are alike.

    Attributes:
        first, second: nbgrader's names of the students.
        likeness: 1 if all tokens are the same.
        tokens: how many tokens of their own the shorter one has.
    """

    first: str
    second: str
    likeness: float
    tokens: int


def near_identical(codes: Mapping[str, Iterable[str]], given: Iterable[str] = ()) -> list[Pair]:
    """The pairs that stand out, the most alike first.

    Args:
        codes: for each student, the sources of their cells.
        given: the sources that everybody started from.
    """
    known = {line for source in given for block in _blocks(source) for line in block}
    largest = max(2, round(LARGEST_GROUP * len(codes)))
    blocks = {student: _own_blocks(sources, known) for student, sources in sorted(codes.items())}
    writers = Counter(block for own in blocks.values() for block in set(own))
    alphabet: dict[str, str] = {}
    texts = {
        student: _text([block for block in own if writers[block] <= largest + 1], alphabet)
        for student, own in blocks.items()
    }
    students = [student for student in texts if len(texts[student]) >= FEWEST_TOKENS]
    if len(students) < 2:
        return []
    sequences = [texts[student] for student in students]
    likeness = process.cdist(
        sequences, sequences, scorer=Indel.normalized_similarity, dtype=np.float32
    )
    np.fill_diagonal(likeness, 0.0)
    pairs = [
        Pair(
            students[i],
            students[j],
            float(likeness[i, j]),
            min(len(sequences[i]), len(sequences[j])),
        )
        for i, j in zip(*np.nonzero(np.triu(likeness >= ALIKE)), strict=True)
        if _stands_out(likeness, i, j, largest)
    ]
    return sorted(pairs, key=lambda pair: (-pair.likeness, pair.first, pair.second))


def _stands_out(likeness: np.ndarray, i: int, j: int, largest: int) -> bool:
    """Whether few others are about as near to either of two as they are to each other."""
    near = likeness[i, j] - MARGIN
    return all(int(np.sum(likeness[k] >= near)) <= largest for k in (i, j))


def _own_blocks(sources: Iterable[str], given: set[Line]) -> list[Block]:
    """What a student wrote, sorted, so that a function which was moved is found in its place."""
    blocks = [
        tuple(line for line in block if line not in given)
        for source in sources
        for block in _blocks(source)
    ]
    return sorted(block for block in blocks if block)


def _text(blocks: list[Block], alphabet: dict[str, str]) -> str:
    """The tokens of some blocks, each as a character, for the comparison of texts is fast."""
    tokens = [token for block in blocks for line in block for token in line][:MOST_TOKENS]
    return "".join(
        alphabet.setdefault(token, chr(0x10000 + len(alphabet) % 0x100000)) for token in tokens
    )


def _blocks(source: str) -> list[list[Line]]:
    """The statements of a cell, each as its lines, each as its tokens."""
    blocks: list[list[Line]] = []
    line: list[str] = []
    depth = 0
    for token in _tokens(source[:MOST_CHARACTERS]):
        if token.type == tokenize.NEWLINE:
            if line and line != ["string"]:
                if depth == 0 or not blocks:
                    blocks.append([])
                blocks[-1].append(tuple(line))
            line = []
        elif token.type in (tokenize.INDENT, tokenize.DEDENT):
            depth += 1 if token.type == tokenize.INDENT else -1
        elif token.type not in (tokenize.COMMENT, tokenize.NL, tokenize.ENDMARKER):
            line.append(_normal(token, line[-1] if line else ""))
    return blocks


def _tokens(source: str) -> Iterator[tokenize.TokenInfo]:
    """The tokens of a source, as far as it is Python."""
    try:
        yield from tokenize.generate_tokens(io.StringIO(source).readline)
    except (tokenize.TokenError, SyntaxError, ValueError):
        return


def _normal(token: tokenize.TokenInfo, before: str) -> str:
    """A token as it is compared: names are all alike, but for those that cannot be changed."""
    if token.type == tokenize.STRING:
        return "string"
    if token.type == tokenize.NAME and not keyword.iskeyword(token.string) and before != ".":
        return "name"
    return token.string[:40]
