"""Proofs of one record, true ones and forged ones."""

from __future__ import annotations

from monitor.demo.atproto_faults import Trouble
from monitor.demo.atproto_repo import Block, Key, Repo, Tree, car

FORGERIES = (
    Trouble.NO_PROOF,
    Trouble.BAD_SIGNATURE,
    Trouble.HIGH_S,
    Trouble.WRONG_KEY,
    Trouble.OTHER_COMMIT,
    Trouble.RECORD_SWAPPED,
    Trouble.BLOCK_CHANGED,
    Trouble.PATH_MISSING,
)


def prove(repo: Repo, path: str, trouble: Trouble | None) -> bytes:
    """Return commit, path and record as a CAR file, or one that is forged as asked."""
    shown = repo
    if trouble is Trouble.RECORD_SWAPPED:
        shown = Repo(repo.did, repo.key, dict(repo.records), repo.rev)
        shown.put(path, {"$type": path.partition("/")[0], "text": "Lain."}, repo.rev)
    elif trouble is Trouble.OTHER_COMMIT:
        shown = Repo("did:plc:" + "2" * 24, repo.key, repo.records, repo.rev)
    tree = shown.tree()
    signer = Key() if trouble is Trouble.WRONG_KEY else None
    commit = shown.commit(tree.root, signer, low=trouble is not Trouble.HIGH_S)
    blocks = _blocks(shown, tree, path, trouble)
    if trouble is Trouble.BAD_SIGNATURE:
        rev = shown.rev.encode()
        commit = Block(commit.data.replace(rev, rev[::-1]))
    body = car(commit, blocks)
    return body[:-1] + bytes([body[-1] ^ 1]) if trouble is Trouble.BLOCK_CHANGED else body


def _blocks(repo: Repo, tree: Tree, path: str, trouble: Trouble | None) -> list[Block]:
    found = repo.records.get(path)
    nodes = [] if trouble is Trouble.PATH_MISSING else tree.path(path.encode())
    return [*nodes, *([found.block] if found else [])]
