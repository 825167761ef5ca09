//! The Merkle tree hash of RFC 6962, section 2.1, computed over a stream of leaves.
//!
//! A leaf is `SHA-256(0x00 || bytes)`, a node `SHA-256(0x01 || left || right)`; the tree is split at the largest
//! power of two below its size. Only one digest per level is held, so the memory is logarithmic in the leaves.

use sha2::{Digest as _, Sha256};

use crate::Digest;

/// A Merkle tree that grows leaf by leaf.
#[derive(Debug, Clone, Default)]
pub struct MerkleTree {
    /// Roots of the complete subtrees so far, from the largest to the smallest.
    subtrees: Vec<[u8; 32]>,
    leaves: u64,
}

impl MerkleTree {
    /// Appends a leaf with these bytes.
    pub fn push(&mut self, leaf: &[u8]) {
        let mut digest: [u8; 32] = Sha256::new().chain_update([0]).chain_update(leaf).finalize().into();
        // A new leaf completes one subtree for every trailing one bit of the number of leaves before it.
        for _ in 0..self.leaves.trailing_ones() {
            if let Some(left) = self.subtrees.pop() {
                digest = node(&left, &digest);
            }
        }
        self.subtrees.push(digest);
        self.leaves += 1;
    }

    /// Number of leaves so far.
    pub fn len(&self) -> u64 {
        self.leaves
    }

    /// Whether no leaf was pushed.
    pub fn is_empty(&self) -> bool {
        self.leaves == 0
    }

    /// The tree's root; the digest of nothing for an empty tree.
    pub fn root(&self) -> Digest {
        let mut subtrees = self.subtrees.iter().rev();
        let Some(last) = subtrees.next() else { return Digest::of(b"") };
        Digest::from_bytes(subtrees.fold(*last, |right, left| node(left, &right)))
    }
}

fn node(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(leaves: &[&[u8]]) -> Digest {
        let mut tree = MerkleTree::default();
        for leaf in leaves {
            tree.push(leaf);
        }
        tree.root()
    }

    /// The recursive definition of RFC 6962, section 2.1, as a second opinion.
    fn recursive(leaves: &[Vec<u8>]) -> [u8; 32] {
        if leaves.len() == 1 {
            return Sha256::new().chain_update([0]).chain_update(&leaves[0]).finalize().into();
        }
        let split = leaves.len().next_power_of_two() / 2;
        node(&recursive(&leaves[..split]), &recursive(&leaves[split..]))
    }

    #[test]
    fn an_empty_tree_is_the_digest_of_nothing() {
        assert_eq!(root(&[]), Digest::of(b""));
    }

    #[test]
    fn agrees_with_the_recursive_definition_for_every_small_size() {
        for size in 1..70_u8 {
            let leaves: Vec<Vec<u8>> = (0..size).map(|index| vec![index; usize::from(index % 5)]).collect();
            let mut tree = MerkleTree::default();
            for leaf in &leaves {
                tree.push(leaf);
            }
            assert_eq!(tree.root().as_bytes(), &recursive(&leaves), "{size} leaves");
            assert_eq!(tree.len(), u64::from(size));
        }
    }

    #[test]
    fn order_and_boundaries_matter() {
        assert_ne!(root(&[b"a", b"b"]), root(&[b"b", b"a"]));
        assert_ne!(root(&[b"ab"]), root(&[b"a", b"b"]));
    }
}
