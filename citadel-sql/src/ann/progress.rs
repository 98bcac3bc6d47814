//! Whom to tell how far the build of a segment is.

use std::fmt;
use std::sync::Arc;

use citadel_vector::Progress;

/// A listener, or nobody. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct BuildProgress(Option<Arc<dyn Fn(Progress) + Send + Sync>>);

impl BuildProgress {
    /// Tells this listener.
    pub(crate) fn to(listener: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(listener)))
    }

    /// Tells how far a build is.
    pub(crate) fn tell(&self, progress: Progress) {
        if let Some(listener) = &self.0 {
            listener(progress);
        }
    }
}

impl fmt::Debug for BuildProgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let listener = self.0.as_ref().map(|_| "a listener");
        f.debug_tuple("BuildProgress").field(&listener).finish()
    }
}
