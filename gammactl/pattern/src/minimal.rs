//! The smallest automaton that matches the same.

use std::collections::HashMap;

use crate::{dfa::Dfa, partition::distinguished};

/// The smallest automaton, numbered in the order in which its states are reached.
pub(crate) fn minimal(dfa: &Dfa) -> Dfa {
    let groups = distinguished(dfa);
    let dead = groups[0];
    // What stands for a group.
    let mut one_of: HashMap<u32, usize> = HashMap::new();
    for (state, &group) in groups.iter().enumerate() {
        one_of.entry(group).or_insert(state);
    }
    // Even where nothing matches there is a state in which a text begins.
    let mut order = vec![0, one_of[&groups[1]]];
    let mut numbers: HashMap<u32, u32> = HashMap::from([(dead, 0)]);
    if groups[1] != dead {
        numbers.insert(groups[1], 1);
    }
    let mut rows: Vec<Vec<u32>> = Vec::new();
    let mut at = 0;
    while let Some(&state) = order.get(at) {
        at += 1;
        let row = &dfa.next[state * dfa.width..][..dfa.width];
        let following = row.iter().map(|&next| {
            let group = groups[next as usize];
            *numbers.entry(group).or_insert_with(|| {
                order.push(one_of[&group]);
                order.len() as u32 - 1
            })
        });
        rows.push(following.collect());
    }
    let (classes, columns) = joined_classes(&dfa.classes, &rows);
    let (matched, lists) = used_lists(dfa, &order);
    Dfa {
        classes,
        width: columns.len(),
        next: rows
            .iter()
            .flat_map(|row| columns.iter().map(|&column| row[column]))
            .collect(),
        matched,
        lists,
    }
}

/// One class for all bytes that lead from every state to the same one, and a column for each class.
fn joined_classes(classes: &[u8; 256], rows: &[Vec<u32>]) -> ([u8; 256], Vec<usize>) {
    let mut known: HashMap<Vec<u32>, u8> = HashMap::new();
    let mut columns = Vec::new();
    let mut joined = [0; 256];
    let mut of_class: HashMap<u8, u8> = HashMap::new();
    for (byte, &class) in classes.iter().enumerate() {
        joined[byte] = *of_class.entry(class).or_insert_with(|| {
            let column = rows.iter().map(|row| row[usize::from(class)]).collect();
            *known.entry(column).or_insert_with(|| {
                columns.push(usize::from(class));
                (columns.len() - 1) as u8
            })
        });
    }
    (joined, columns)
}

/// The lists of the states in `order`, and no others.
fn used_lists(dfa: &Dfa, order: &[usize]) -> (Vec<u32>, Vec<Box<[u32]>>) {
    let mut lists: Vec<Box<[u32]>> = vec![Box::default()];
    let mut numbers: HashMap<u32, u32> = HashMap::from([(0, 0)]);
    let matched = order.iter().map(|&state| {
        let list = dfa.matched[state];
        *numbers.entry(list).or_insert_with(|| {
            lists.push(dfa.lists[list as usize].clone());
            lists.len() as u32 - 1
        })
    });
    (matched.collect(), lists)
}
