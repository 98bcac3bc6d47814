//! An object store that fails on demand.
//!
//! The model: each write (a put or a delete) has a number. A plan says for each number whether the write goes through; is lost with an error,
//! as where the network fails before the store hears of it; is done and reported as failed, as where the answer is lost; or fails as does
//! every later one, as where the process dies. Reads fail by the name of what is read. The store beneath keeps its own promise in all of
//! these: an object is there whole or not at all.

use std::fmt;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

/// What becomes of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is done.
    Done,
    /// It is not done, and an error says so.
    Lost,
    /// It is done, but the answer is an error.
    Unanswered,
}

type Plan = dyn Fn(usize, &str) -> Fate + Send + Sync;
type ReadPlan = dyn Fn(&str) -> bool + Send + Sync;

/// The store.
pub(crate) struct Faulty {
    inner: Arc<InMemory>,
    writes: AtomicUsize,
    plan: Mutex<Arc<Plan>>,
    /// Says of a name whether a read of it fails.
    unreadable: Mutex<Arc<ReadPlan>>,
}

impl Faulty {
    /// A store over another, in which nothing fails yet.
    pub(crate) fn over(inner: Arc<InMemory>) -> Arc<Self> {
        Arc::new(Self {
            inner,
            writes: AtomicUsize::new(0),
            plan: Mutex::new(Arc::new(|_, _| Fate::Done)),
            unreadable: Mutex::new(Arc::new(|_| false)),
        })
    }

    /// Numbers writes from nought again, and lets them meet these fates.
    pub(crate) fn plan(&self, plan: impl Fn(usize, &str) -> Fate + Send + Sync + 'static) {
        self.writes.store(0, Ordering::SeqCst);
        *self.plan.lock().unwrap() = Arc::new(plan);
    }

    /// How many writes there were since the plan was made.
    pub(crate) fn writes(&self) -> usize {
        self.writes.load(Ordering::SeqCst)
    }

    /// Makes reads of names fail that hold this text.
    pub(crate) fn unreadable(&self, text: Option<&str>) {
        let text = text.map(str::to_owned);
        self.plan_reads(move |name| text.as_ref().is_some_and(|text| name.contains(text)));
    }

    /// Makes reads fail of which the plan says so by their name; of a listing, the name is `list`.
    pub(crate) fn plan_reads(&self, plan: impl Fn(&str) -> bool + Send + Sync + 'static) {
        *self.unreadable.lock().unwrap() = Arc::new(plan);
    }

    fn fate(&self, name: &Path) -> Fate {
        let number = self.writes.fetch_add(1, Ordering::SeqCst);
        let plan = Arc::clone(&self.plan.lock().unwrap());
        plan(number, name.as_ref())
    }

    fn readable(&self, name: &str) -> Result<()> {
        let plan = Arc::clone(&self.unreadable.lock().unwrap());
        match plan(name) {
            true => Err(failure()),
            false => Ok(()),
        }
    }
}

fn failure() -> Error {
    Error::Generic {
        store: "faulty",
        source: "the network is down".into(),
    }
}

impl fmt::Debug for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Faulty")
    }
}

impl fmt::Display for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("faulty store")
    }
}

#[async_trait]
impl ObjectStore for Faulty {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        match self.fate(location) {
            Fate::Done => self.inner.put_opts(location, payload, options).await,
            Fate::Lost => Err(failure()),
            Fate::Unanswered => {
                self.inner.put_opts(location, payload, options).await?;
                Err(failure())
            }
        }
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(location, options).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.readable(location.as_ref())?;
        self.inner.get_opts(location, options).await
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.readable(location.as_ref())?;
        self.inner.get_ranges(location, ranges).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        let locations: Vec<Result<Path>> = futures::executor::block_on(locations.collect());
        let allowed = locations.into_iter().map(|location| {
            let location = location?;
            match self.fate(&location) {
                Fate::Lost => Err(failure()),
                Fate::Done | Fate::Unanswered => Ok(location),
            }
        });
        let allowed: Vec<Result<Path>> = allowed.collect();
        self.inner
            .delete_stream(futures::stream::iter(allowed).boxed())
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        match self.readable("list") {
            Ok(()) => self.inner.list(prefix),
            Err(error) => futures::stream::iter([Err(error)]).boxed(),
        }
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.readable("list")?;
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}
