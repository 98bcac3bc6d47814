//! What triggers do, planned, as long as the definitions hold.

use std::fmt;
use std::sync::Arc;

use citadel_txn::View;
use parking_lot::Mutex;
use rustc_hash::FxHashMap;

use super::Triggering;
use super::compiled::Compiled;
use crate::error::Result;
use crate::schema::{SchemaVersion, TriggerDef, TriggerId};
use crate::types::temporal::Zone;

/// The triggers that a connection has fired.
#[derive(Default)]
pub(crate) struct TriggerCache(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// What they were planned under.
    version: SchemaVersion,
    zone: Zone,
    compiled: FxHashMap<TriggerId, Arc<Compiled>>,
}

impl TriggerCache {
    /// A trigger, planned now where it was not before.
    pub(super) fn get(
        &self,
        trigger: &TriggerDef,
        triggers: Triggering<'_>,
        view: &dyn View,
    ) -> Result<Arc<Compiled>> {
        let version = triggers.catalog.version();
        {
            let mut known = self.0.lock();
            if known.version != version || known.zone != *triggers.zone {
                *known = Known {
                    version,
                    zone: triggers.zone.clone(),
                    compiled: FxHashMap::default(),
                };
            }
            if let Some(compiled) = known.compiled.get(&trigger.id) {
                return Ok(Arc::clone(compiled));
            }
        }
        let compiled = Arc::new(Compiled::new(trigger, triggers, view)?);
        let mut known = self.0.lock();
        known.compiled.insert(trigger.id, Arc::clone(&compiled));
        Ok(compiled)
    }
}

impl fmt::Debug for TriggerCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TriggerCache").finish_non_exhaustive()
    }
}
