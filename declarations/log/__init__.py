"""The public log of each declaration: an append-only Merkle tree (RFC 6962) that a third party can check.

`merkle`, `notes` and `proofs` know nothing of declarations, and `entries` and `tree` nothing of keys. What the log
holds, how it is signed and what it reveals stand in docs/log.md.
"""
