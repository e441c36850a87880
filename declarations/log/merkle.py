"""Merkle trees of RFC 6962: hashes, proofs, and what a proof shows. Nothing here reads a database.

A proof is told as the *ranges* of leaves whose hashes it holds: (0, 4) is the root over the first four leaves. Every
range that occurs begins at a multiple of a power of two that is at least its length, so it is made of a few perfect
subtrees, each known by its level and its index on that level (`perfect`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from hashlib import sha256

Range = tuple[int, int]  # leaves from the first up to, and without, the second
Place = tuple[
    int, int
]  # level, index: of the perfect subtree over leaves [index << level, (index + 1) << level)

EMPTY_ROOT = sha256(b"").digest()  # RFC 6962, 2.1
HASH_SIZE = 32


def leaf_hash(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def joined(hashes: Sequence[bytes]) -> bytes:
    """The hash over perfect subtrees that follow each other, the largest first, as `perfect` lists them."""
    return reduce(lambda right, left: node_hash(left, right), reversed(hashes)) if hashes else EMPTY_ROOT


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over these leaf hashes, in time linear in their number."""
    level, peaks = list(leaves), []
    while level:
        if len(level) % 2:
            peaks.append(level.pop())
        level = [node_hash(level[i], level[i + 1]) for i in range(0, len(level), 2)]
    return joined(peaks[::-1])


def nodes_of(leaves: Sequence[bytes]) -> dict[Place, bytes]:
    """The hash of each perfect subtree of two leaves or more."""
    found: dict[Place, bytes] = {}
    level, below = 0, list(leaves)
    while len(below) > 1:
        level += 1
        below = [node_hash(*pair) for pair in zip(below[::2], below[1::2], strict=False)]
        found |= {(level, index): each for index, each in enumerate(below)}
    return found


def perfect(leaves: Range) -> list[Place]:
    """The perfect subtrees a range is made of, from left to right."""
    first, end = leaves
    places = []
    while first < end:
        level = (end - first).bit_length() - 1
        places.append((level, first >> level))
        first += 1 << level
    return places


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """What proves that leaf `index` is in the tree of that size, from its sibling up. ValueError outside of it."""
    if not 0 <= index < size:
        raise ValueError("The entry is not in a tree of this size.")
    return [beside for beside, _on_the_left in _beside(index, 0, size)][::-1]


def _beside(index: int, first: int, end: int) -> Iterator[tuple[Range, bool]]:
    """From the root down: the half of each subtree in which the leaf is not, and whether it is the left one."""
    while end - first > 1:
        middle = first + _split(end - first)
        if index < middle:
            yield (middle, end), False
            end = middle
        else:
            yield (first, middle), True
            first = middle


def consistency_ranges(old: int, new: int) -> list[Range]:
    """What proves that the tree of size `old` is the beginning of that of size `new` (RFC 6962, 2.1.2)."""
    if not 0 <= old <= new:
        raise ValueError("A tree does not shrink.")
    if old in (0, new):
        return []
    ranges, first, end = [], 0, new
    while end != old:
        middle = first + _split(end - first)
        if old <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((first, middle))
            first = middle
    # Where the whole old tree is one perfect subtree of the new one, its root is known to who checks.
    if first:
        ranges.append((first, end))
    return ranges[::-1]


def _split(size: int) -> int:
    """The largest power of two below a size of two or more."""
    return 1 << ((size - 1).bit_length() - 1)


def is_included(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof shows that the leaf hash stands at the index of the tree with that root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size or any(len(each) != HASH_SIZE for each in (leaf, root, *proof)):
        return False
    sides = [on_the_left for _beside_it, on_the_left in _beside(index, 0, size)][::-1]
    if len(sides) != len(proof):
        return False
    made = leaf
    for each, on_the_left in zip(proof, sides, strict=True):
        made = node_hash(each, made) if on_the_left else node_hash(made, each)
    return made == root


def is_consistent(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the tree only grew from one root to the other (RFC 9162, 2.1.4.2)."""
    if not 0 < old <= new or any(len(each) != HASH_SIZE for each in proof):
        return False
    if old == new:
        return not proof and old_root == new_root
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        return False
    node, last = old - 1, new - 1
    while node & 1:
        node >>= 1
        last >>= 1
    made_old = made_new = path[0]
    for each in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            made_old, made_new = node_hash(each, made_old), node_hash(each, made_new)
            while node and not node & 1:
                node >>= 1
                last >>= 1
        else:
            made_new = node_hash(made_new, each)
        node >>= 1
        last >>= 1
    return last == 0 and made_old == old_root and made_new == new_root
