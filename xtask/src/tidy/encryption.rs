//! Nothing but the fuzz targets is built without encryption.

use super::Complaint;
use super::source::Tree;

/// The feature of citadel-core that takes encryption away.
const FEATURE: &str = "identity-aead";
/// Where it is declared, and who may enable it.
const ALLOWED: [&str; 2] = ["citadel-core/Cargo.toml", "fuzz/Cargo.toml"];

/// Only the fuzz workspace names the feature in a manifest, and citadel-core declares it empty.
pub(crate) fn identity(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for file in &tree.files {
        let is_manifest = file.path.ends_with(".toml");
        if is_manifest && file.text.contains(FEATURE) && !ALLOWED.contains(&file.path.as_str()) {
            complaints.push(format!("{}: `{FEATURE}` removes encryption", file.path));
        }
        if file.path == ALLOWED[0] {
            let named = file.text.lines().filter(|line| !line.starts_with('#'));
            let named: Vec<&str> = named.filter(|line| line.contains(FEATURE)).collect();
            if named != [format!("{FEATURE} = []")] {
                complaints.push(format!(
                    "{}: `{FEATURE}` is declared, and named nowhere else",
                    file.path
                ));
            }
        }
    }
    complaints
}
