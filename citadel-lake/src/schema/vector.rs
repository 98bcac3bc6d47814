//! Vector columns: `list<float>` for everybody, with dimension, metric and embedding model in the table's properties.
//!
//! Iceberg has no type for vectors. So that every engine sees numbers, a vector column is a list of required floats; what a list cannot say
//! stands in properties keyed by the column's field id, which a rename does not change: `citadel.vector.<id>.dimension`, `.metric`,
//! `.embedding-model`, `.index` and `.precision`.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use iceberg::spec::{PrimitiveType, Schema, Type};

use super::{IndexKind, Precision};
use crate::error::{LakeError, Result};

const PREFIX: &str = "citadel.vector.";
/// No embedding is as wide; a property beyond it is damage.
const DIMENSION_MAX: usize = 1 << 16;

/// How near two vectors are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Metric {
    /// One less the cosine of the angle between them.
    Cosine,
    /// Euclidean distance.
    L2,
    /// The negated inner product.
    InnerProduct,
}

impl Metric {
    /// The same metric, as distances are measured by it.
    pub(crate) fn measured(self) -> citadel_vector::Metric {
        match self {
            Self::Cosine => citadel_vector::Metric::Cosine,
            Self::L2 => citadel_vector::Metric::L2,
            Self::InnerProduct => citadel_vector::Metric::InnerProduct,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Cosine => "cosine",
            Self::L2 => "l2",
            Self::InnerProduct => "inner-product",
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Metric {
    type Err = LakeError;

    fn from_str(text: &str) -> Result<Self> {
        [Self::Cosine, Self::L2, Self::InnerProduct]
            .into_iter()
            .find(|metric| metric.name() == text)
            .ok_or_else(|| LakeError::misuse(format!("no metric '{text}'")))
    }
}

/// What a list cannot say of a vector column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VectorColumn {
    /// The column's name.
    pub name: String,
    /// The number of components of each of its vectors.
    pub dimension: usize,
    /// How near two of them are.
    pub metric: Metric,
    /// The model that makes them, such as `name@version`.
    pub embedding_model: Option<String>,
    /// The kind of its indexes.
    pub index: IndexKind,
    /// How precisely its indexes know the vectors; `None`: as their kind does.
    pub precision: Option<Precision>,
}

impl VectorColumn {
    /// A vector column of a dimension, near by a metric.
    #[must_use]
    pub fn new(name: impl Into<String>, dimension: usize, metric: Metric) -> Self {
        Self {
            name: name.into(),
            dimension,
            metric,
            embedding_model: None,
            index: IndexKind::Auto,
            precision: None,
        }
    }

    /// Says of which kind its indexes are to be.
    #[must_use]
    pub fn index(mut self, kind: IndexKind) -> Self {
        self.index = kind;
        self
    }

    /// Says how precisely its indexes are to know the vectors.
    #[must_use]
    pub fn precision(mut self, precision: Precision) -> Self {
        self.precision = Some(precision);
        self
    }

    /// Names the model that makes the vectors.
    #[must_use]
    pub fn embedding_model(mut self, model: impl Into<String>) -> Self {
        self.embedding_model = Some(model.into());
        self
    }
}

/// The vector columns of a table, by field id.
#[derive(Clone, Debug, Default)]
pub(crate) struct Vectors(pub(crate) HashMap<i32, VectorColumn>);

impl Vectors {
    /// Finds declared columns in a schema.
    pub(crate) fn declare(columns: &[VectorColumn], schema: &Schema) -> Result<Self> {
        let mut found = HashMap::new();
        for column in columns {
            let field = schema
                .as_struct()
                .fields()
                .iter()
                .find(|field| field.name == column.name)
                .ok_or_else(|| LakeError::misuse(format!("no column '{}'", column.name)))?;
            if !is_float_list(&field.field_type) {
                return Err(LakeError::misuse(format!(
                    "the vector column {} is no list of floats",
                    column.name
                )));
            }
            if column.dimension == 0 || column.dimension > DIMENSION_MAX {
                return Err(LakeError::misuse(format!(
                    "the vector column {} has {} dimensions; 1 to {DIMENSION_MAX} are possible",
                    column.name, column.dimension
                )));
            }
            if found.insert(field.id, column.clone()).is_some() {
                return Err(LakeError::misuse(format!(
                    "the vector column {} is declared twice",
                    column.name
                )));
            }
        }
        Ok(Self(found))
    }

    /// Reads the properties of a table.
    pub(crate) fn read(properties: &HashMap<String, String>, schema: &Schema) -> Result<Self> {
        let mut found = HashMap::new();
        for field in schema.as_struct().fields() {
            let get = |what: &str| properties.get(&key(field.id, what));
            let Some(dimension) = get("dimension") else {
                continue;
            };
            let dimension = dimension
                .parse()
                .ok()
                .filter(|dimension| (1..=DIMENSION_MAX).contains(dimension))
                .ok_or_else(|| {
                    LakeError::corrupt(key(field.id, "dimension"), "no sound dimension")
                })?;
            let metric = get("metric")
                .and_then(|text| text.parse().ok())
                .ok_or_else(|| LakeError::corrupt(key(field.id, "metric"), "no known metric"))?;
            let column = VectorColumn {
                name: field.name.clone(),
                dimension,
                metric,
                embedding_model: get("embedding-model").cloned(),
                // A kind that only a later version knows costs nothing but a choice.
                index: get("index")
                    .and_then(|text| text.parse().ok())
                    .unwrap_or_default(),
                // So does a precision.
                precision: get("precision").and_then(|text| text.parse().ok()),
            };
            found.insert(field.id, column);
        }
        Ok(Self(found))
    }

    /// The properties that say all this.
    pub(crate) fn properties(&self) -> HashMap<String, String> {
        let mut properties = HashMap::new();
        for (&id, column) in &self.0 {
            properties.insert(key(id, "dimension"), column.dimension.to_string());
            properties.insert(key(id, "metric"), column.metric.to_string());
            properties.insert(key(id, "index"), column.index.to_string());
            if let Some(precision) = column.precision {
                properties.insert(key(id, "precision"), precision.to_string());
            }
            if let Some(model) = &column.embedding_model {
                properties.insert(key(id, "embedding-model"), model.clone());
            }
        }
        properties
    }
}

/// The property that names a column's embedding model.
pub(crate) fn key(field_id: i32, what: &str) -> String {
    format!("{PREFIX}{field_id}.{what}")
}

fn is_float_list(kind: &Type) -> bool {
    matches!(kind, Type::List(list)
        if *list.element_field.field_type == Type::Primitive(PrimitiveType::Float))
}
