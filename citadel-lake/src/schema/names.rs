//! `schema.name-mapping.default`: which names stand for which field id in files that carry no ids.

use std::collections::HashMap;
use std::sync::Arc;

use iceberg::spec::{MappedField, NameMapping, NestedFieldRef, Schema, Type};

use crate::error::{LakeError, Result};

/// The table property that holds the mapping.
pub(crate) const NAME_MAPPING: &str = "schema.name-mapping.default";

/// The property's value for a schema. Names that an id had before are kept, so that older files stay readable.
pub(crate) fn name_mapping(schema: &Schema, earlier: Option<&str>) -> Result<String> {
    let mut names = HashMap::new();
    if let Some(text) = earlier {
        let earlier: NameMapping =
            serde_json::from_str(text).map_err(|error| LakeError::corrupt(NAME_MAPPING, error))?;
        for field in earlier.fields() {
            remember(field, &mut names);
        }
    }
    let fields = mapping_of(schema.as_struct().fields(), &names);
    serde_json::to_string(&NameMapping::new(fields))
        .map_err(|error| LakeError::misuse(error.to_string()))
}

fn remember(field: &MappedField, names: &mut HashMap<i32, Vec<String>>) {
    if let Some(id) = field.field_id() {
        names.insert(id, field.names().to_vec());
    }
    for child in field.fields() {
        remember(child, names);
    }
}

fn mapping_of(fields: &[NestedFieldRef], earlier: &HashMap<i32, Vec<String>>) -> Vec<MappedField> {
    fields
        .iter()
        .map(|field| {
            let mut names = vec![field.name.clone()];
            for name in earlier.get(&field.id).into_iter().flatten() {
                if !names.contains(name) && fields.iter().all(|other| other.name != *name) {
                    names.push(name.clone());
                }
            }
            MappedField::new(
                Some(field.id),
                names,
                mapping_of(&children(&field.field_type), earlier),
            )
        })
        .collect()
}

/// The fields inside a type, a list's element and a map's key and value among them.
fn children(kind: &Type) -> Vec<NestedFieldRef> {
    match kind {
        Type::Primitive(_) => Vec::new(),
        Type::Struct(fields) => fields.fields().to_vec(),
        Type::List(list) => vec![Arc::clone(&list.element_field)],
        Type::Map(map) => vec![Arc::clone(&map.key_field), Arc::clone(&map.value_field)],
    }
}

/// The field ids of the top-level columns by their names, as the property says.
pub(crate) fn mapped(text: &str) -> Result<HashMap<String, i32>> {
    let mapping: NameMapping =
        serde_json::from_str(text).map_err(|error| LakeError::corrupt(NAME_MAPPING, error))?;
    let pairs = mapping.fields().iter().filter_map(|field| {
        let id = field.field_id()?;
        Some(field.names().iter().map(move |name| (name.clone(), id)))
    });
    Ok(pairs.flatten().collect())
}

#[cfg(test)]
mod tests {
    use iceberg::spec::{NestedField, PrimitiveType};

    use super::*;

    fn schema(name: &str) -> Schema {
        let field = NestedField::optional(3, name, Type::Primitive(PrimitiveType::Int));
        Schema::builder()
            .with_fields([field.into()])
            .build()
            .unwrap()
    }

    #[test]
    fn a_renamed_column_is_found_under_both_names() {
        let before = name_mapping(&schema("old"), None).unwrap();
        let after = name_mapping(&schema("new"), Some(&before)).unwrap();
        let names = mapped(&after).unwrap();
        assert_eq!((names["new"], names["old"]), (3, 3));
    }

    #[test]
    fn a_mapping_that_cannot_be_read_is_an_error() {
        assert!(mapped("[{").unwrap_err().is_corrupt());
    }
}
