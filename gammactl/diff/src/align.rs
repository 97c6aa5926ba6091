//! The items of two lists that are left over when what both have in the same order is taken away.

/// Comparisons that are worth it. Beyond them, what is between the first and the last difference
/// counts as changed.
const MAX_COMPARISONS: usize = 4_000_000;

/// For each item of both lists whether it is not in a longest common subsequence.
pub(super) fn changed<T: PartialEq>(old: &[T], new: &[T]) -> (Vec<bool>, Vec<bool>) {
    let start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) = (&old[start..], &new[start..]);
    let ends = old_rest.iter().rev().zip(new_rest.iter().rev());
    let end = ends.take_while(|(a, b)| a == b).count();
    let old_rest = &old_rest[..old_rest.len() - end];
    let new_rest = &new_rest[..new_rest.len() - end];

    let mut changed = (vec![false; old.len()], vec![false; new.len()]);
    changed.0[start..start + old_rest.len()].fill(true);
    changed.1[start..start + new_rest.len()].fill(true);
    if old_rest.len() * new_rest.len() > MAX_COMPARISONS {
        return changed;
    }
    // Lengths of the longest common subsequences of what follows.
    let mut lengths = vec![vec![0_u32; new_rest.len() + 1]; old_rest.len() + 1];
    for a in (0..old_rest.len()).rev() {
        for b in (0..new_rest.len()).rev() {
            lengths[a][b] = if old_rest[a] == new_rest[b] {
                lengths[a + 1][b + 1] + 1
            } else {
                lengths[a + 1][b].max(lengths[a][b + 1])
            };
        }
    }
    let (mut a, mut b) = (0, 0);
    while a < old_rest.len() && b < new_rest.len() {
        if old_rest[a] == new_rest[b] {
            changed.0[start + a] = false;
            changed.1[start + b] = false;
            (a, b) = (a + 1, b + 1);
        } else if lengths[a + 1][b] >= lengths[a][b + 1] {
            a += 1;
        } else {
            b += 1;
        }
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stayed_in_order_is_not_changed() {
        for (old, new, out, r#in) in [
            ("abc", "abc", "", ""),
            ("abc", "abxc", "", "x"),
            ("abc", "ac", "b", ""),
            ("abc", "acb", "b", "b"),
            ("abcd", "xbyd", "ac", "xy"),
            ("", "a", "", "a"),
        ] {
            let (old, new): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
            let (gone, came) = changed(&old, &new);
            let those = |list: &[char], flags: &[bool]| -> String {
                let marked = list.iter().zip(flags).filter(|(_, flag)| **flag);
                marked.map(|(c, _)| *c).collect()
            };
            assert_eq!(
                (those(&old, &gone), those(&new, &came)),
                (out.into(), r#in.into())
            );
        }
    }
}
