//! Reading in a write transaction: its own changes over the base snapshot.

use citadel_core::{Generation, PagePtr, Readers, SealedFile};

use super::WriteTxn;
use crate::catalog;
use crate::dirty::{LargeRef, LargeTarget, LargeValue};
use crate::dirty::{NodeBytes, NodeRef};
use crate::error::{Error, Result};
use crate::extent::{self, Again};
use crate::tree::Tree;
use crate::tree_id::TreeId;
use crate::view::{Root, Source, View};

impl View for WriteTxn {
    fn generation(&self) -> Generation {
        self.generation
    }

    fn is_committed(&self) -> bool {
        false
    }
}

impl Source for WriteTxn {
    fn descriptor(&self, tree: TreeId) -> Result<Option<Tree>> {
        match self.trees.get(&tree) {
            Some(open) => Ok(Some(open.state.tree)),
            None if self.dropped.contains(&tree) => Ok(None),
            None => self.base.tree(self.database.file(), tree),
        }
    }

    fn root(&self, tree: TreeId) -> Result<Root> {
        let open = match self.trees.get(&tree) {
            Some(open) => open.state.tree,
            None if self.dropped.contains(&tree) => return Err(Error::NoSuchTree(tree)),
            None => return self.base.root(self.database.file(), tree),
        };
        let node = open.root.map(|at| self.pages.read(&at)).transpose()?;
        Ok(Root { node, tree: open })
    }

    fn node(&self, at: &NodeRef) -> Result<NodeBytes> {
        self.pages.read(at)
    }

    fn node_with_next(
        &self,
        at: &NodeRef,
        readers: Readers,
        next: &dyn Fn() -> Vec<PagePtr>,
    ) -> Result<NodeBytes> {
        match at {
            NodeRef::Dirty(_) => self.pages.read(at),
            NodeRef::Sealed(_) => {
                catalog::read_sealed_with_next(self.database.file(), at, readers, next)
            }
        }
    }

    #[inline]
    fn file(&self) -> &SealedFile {
        self.database.file()
    }

    fn large(&self, large: &LargeRef) -> Result<Vec<u8>> {
        match large.target {
            LargeTarget::Dirty(id) => match self.pages.value(id)? {
                LargeValue::Held(value) => Ok(value.to_vec()),
                LargeValue::Written(large) => extent::read(self.database.file(), large),
            },
            LargeTarget::Extent(_) | LargeTarget::Map(_) => {
                extent::read(self.database.file(), large)
            }
        }
    }

    fn visit_large(
        &self,
        large: &LargeRef,
        again: Again,
        visit: &mut dyn FnMut(&[u8]),
    ) -> Result<()> {
        match large.target {
            LargeTarget::Dirty(id) => match self.pages.value(id)? {
                LargeValue::Held(value) => {
                    visit(value);
                    Ok(())
                }
                LargeValue::Written(large) => {
                    extent::visit(self.database.file(), large, again, visit)
                }
            },
            LargeTarget::Extent(_) | LargeTarget::Map(_) => {
                extent::visit(self.database.file(), large, again, visit)
            }
        }
    }

    fn stamp(&self) -> u64 {
        self.stamp
    }
}
