//! Nodes against a sorted list, and node bytes that anyone may have made.

use proptest::prelude::*;

use super::*;

const LEN: usize = 472;

#[derive(Clone, Debug)]
enum Step {
    Put(Vec<u8>, Vec<u8>),
    Remove(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let bytes = |len| proptest::collection::vec(any::<u8>(), 0..len);
    let step = prop_oneof![
        3 => (bytes(20), bytes(60)).prop_map(|(key, value)| Step::Put(key, value)),
        1 => any::<usize>().prop_map(Step::Remove),
    ];
    proptest::collection::vec(step, 0..120)
}

fn entries(bytes: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let node = Node::open(bytes, 0).unwrap();
    node.validate().unwrap();
    (0..node.count())
        .map(|index| {
            let (key, payload) = node.entry(index).unwrap();
            (key.to_vec(), payload.bytes.to_vec())
        })
        .collect()
}

proptest! {
    #[test]
    fn a_node_is_a_sorted_list(steps in steps()) {
        let mut bytes = NodeBuilder::new(0, LEN).finish();
        let mut model: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
        for step in steps {
            match step {
                Step::Put(key, value) => {
                    let payload = Payload { bytes: &value, large: false };
                    let cell = Cell::Leaf { key: &key, payload };
                    let Err(index) = Node::open(&bytes, 0).unwrap().find(&key).unwrap() else { continue };
                    let node = Node::open(&bytes, 0).unwrap();
                    let fits = node.capacity() - node.used() >= cell.len() + SLOT_BYTES;
                    let done = NodeMut::new(&mut bytes).insert(index, &cell).unwrap();
                    prop_assert_eq!(done, fits);
                    if done {
                        model.insert(index, (key, value));
                    } else {
                        let node = Node::open(&bytes, 0).unwrap();
                        let halves = split(&node, index, &cell, LEN).unwrap();
                        let left = entries(halves.left.as_deref().unwrap_or(&bytes));
                        let right = entries(&halves.right);
                        let mut all = model.clone();
                        all.insert(index, (key, value));
                        prop_assert!(left.last().unwrap().0 < halves.separator && halves.separator <= right[0].0);
                        prop_assert_eq!([left, right].concat(), all);
                    }
                }
                Step::Remove(at) if !model.is_empty() => {
                    let index = at % model.len();
                    NodeMut::new(&mut bytes).remove(index).unwrap();
                    model.remove(index);
                }
                Step::Remove(_) => {}
            }
            prop_assert_eq!(entries(&bytes), model.clone());
        }
    }

    #[test]
    fn any_bytes_are_a_node_or_refused(
        mut bytes in proptest::collection::vec(any::<u8>(), 0..200),
        count in 0u8..20,
        level in 0u8..2,
        key in proptest::collection::vec(any::<u8>(), 0..10),
    ) {
        if let [first, second, low, high, ..] = &mut bytes[..] {
            (*first, *second, *low, *high) = (level, 0, count, 0);
        }
        let Ok(node) = Node::open(&bytes, level) else { return Ok(()) };
        let _ = node.validate();
        let _ = node.find(&key);
        let _ = node.child_index(&key);
        let _ = (node.used(), node.capacity());
        for index in 0..node.count() {
            let _ = node.entry(index);
            let _ = node.entry_span(index);
            let _ = node.child(index);
            let _ = node.raw(index);
        }
        if node.validate().is_ok() && level == 0 && node.find(&key).unwrap().is_err() {
            let index = node.find(&key).unwrap().unwrap_err();
            let payload = Payload { bytes: b"value", large: false };
            NodeMut::new(&mut bytes).insert(index, &Cell::Leaf { key: &key, payload }).unwrap();
            Node::open(&bytes, 0).unwrap().validate().unwrap();
        }
    }
}

/// Keys that are hard to tell apart, or spread so that a guess is right, or wrong.
fn any_key() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        (0u64..400).prop_map(|number| (number * 3).to_be_bytes().to_vec()),
        any::<u64>().prop_map(|number| number.to_be_bytes().to_vec()),
        (0u32..40).prop_map(|shift| (1u64 << shift).to_be_bytes().to_vec()),
        proptest::collection::vec(0u8..2, 0..12),
        (0u16..300).prop_map(|number| format!("one beginning {number}").into_bytes()),
    ]
}

proptest! {
    #[test]
    fn a_key_is_found_where_it_is(
        keys in proptest::collection::btree_set(any_key(), 0..200),
        probes in proptest::collection::vec(any_key(), 20),
    ) {
        let keys: Vec<Vec<u8>> = keys.into_iter().collect();
        let mut leaf = NodeBuilder::new(0, 16_344);
        let mut branch = NodeBuilder::new(1, 16_344);
        branch.push(&Cell::Branch { key: &[], child: &[1; CHILD_BYTES] }).unwrap();
        for key in &keys {
            leaf.push(&Cell::Leaf { key, payload: Payload { bytes: b"", large: false } }).unwrap();
            if !key.is_empty() {
                branch.push(&Cell::Branch { key, child: &[1; CHILD_BYTES] }).unwrap();
            }
        }
        let (leaf, branch) = (leaf.finish(), branch.finish());
        let (leaf, branch) = (Node::open(&leaf, 0).unwrap(), Node::open(&branch, 1).unwrap());
        for probe in keys.iter().chain(&probes) {
            prop_assert_eq!(leaf.find(probe).unwrap(), keys.binary_search(probe));
            let below = keys.iter().filter(|key| !key.is_empty() && *key <= probe).count();
            prop_assert_eq!(branch.child_index(probe).unwrap(), below);
        }
    }
}
