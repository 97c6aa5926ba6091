//! Which items are compiled for tests only: they are left out of every check.

use syn::{Attribute, Item, Meta, Token, punctuated::Punctuated};

/// `#[test]`, or a `#[cfg]` that holds only in tests.
pub(crate) fn is_test_only(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let is_cfg = attribute.path().is_ident("cfg");
        attribute.path().is_ident("test")
            || is_cfg && attribute.parse_args().is_ok_and(|meta| needs_test(&meta))
    })
}

/// Whether the condition cannot hold without `test`.
fn needs_test(condition: &Meta) -> bool {
    let all = |parts: Punctuated<Meta, Token![,]>| parts.iter().any(needs_test);
    match condition {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) if list.path.is_ident("all") => list
            .parse_args_with(Punctuated::parse_terminated)
            .is_ok_and(all),
        _ => false,
    }
}

/// The attributes of an item.
pub(crate) fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::ForeignMod(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::TraitAlias(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(text: &str) -> bool {
        let item: Item = syn::parse_str(text).unwrap();
        is_test_only(attributes(&item))
    }

    #[test]
    fn only_what_needs_the_tests() {
        for text in [
            "#[cfg(test)] mod tests;",
            "#[test] fn a() {}",
            "#[cfg(all(unix, test))] fn a() {}",
        ] {
            assert!(holds(text), "{text}");
        }
        for text in [
            "mod tests;",
            "#[cfg(not(test))] fn a() {}",
            "#[cfg(any(test, feature = \"trace\"))] fn a() {}",
        ] {
            assert!(!holds(text), "{text}");
        }
    }
}
