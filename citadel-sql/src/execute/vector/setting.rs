//! What a search runs in.

use citadel_txn::View;

use crate::ann::{BuildProgress, SegmentCache};
use crate::execute::{ExecContext, Interrupt, Surroundings, Txn};
use crate::lake::LakeUse;
use crate::schema::AnnSettings;
use crate::types::Value;

/// What a search runs in; the threads of one search share it.
#[derive(Clone, Copy)]
pub(super) struct Setting<'a> {
    pub(super) view: &'a dyn View,
    pub(super) params: &'a [Value],
    pub(super) interrupt: &'a Interrupt,
    pub(super) cache: &'a SegmentCache,
    pub(super) ann: AnnSettings,
    pub(super) memory: usize,
    pub(super) lake: LakeUse<'a>,
}

impl<'a> Setting<'a> {
    pub(super) fn of(context: &'a ExecContext<'_>) -> Self {
        Self {
            view: context.view(),
            params: context.params,
            interrupt: context.interrupt,
            cache: context.segments,
            ann: context.ann,
            memory: context.memory,
            lake: context.lake,
        }
    }

    /// A context for operators of one thread.
    pub(super) fn context(self) -> ExecContext<'a> {
        let around = Surroundings {
            interrupt: self.interrupt,
            segments: self.cache,
            progress: BuildProgress::default(),
            ann: self.ann,
            memory: self.memory,
            lake: self.lake,
            threads: 1,
            listener: None,
        };
        ExecContext::new(Txn::View(self.view), self.params, around)
    }
}
