//! The string and byte string literals in the code of a tree.

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Attribute, ImplItem, Item, Lit, Macro,
    visit::{self, Visit},
};

use crate::{
    test_only::{attributes, is_test_only},
    tree::Tree,
};

/// A literal and the place that it stands at.
#[derive(Debug, PartialEq)]
pub(crate) struct Text {
    /// Index into the tree's files.
    pub(crate) file: usize,
    /// Counted from 1.
    pub(crate) line: usize,
    /// What is not UTF-8 is replaced.
    pub(crate) value: String,
}

/// All of them; comments and attributes are not code.
pub(crate) fn strings(tree: &Tree) -> Vec<Text> {
    let mut found = Vec::new();
    for module in &tree.modules {
        let mut reader = StringReader {
            file: module.file,
            found: &mut found,
        };
        for item in &module.items {
            reader.visit_item(item);
        }
    }
    found
}

struct StringReader<'f> {
    file: usize,
    found: &'f mut Vec<Text>,
}

impl StringReader<'_> {
    fn scan(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => self.scan(group.stream()),
                TokenTree::Literal(literal) => self.visit_lit(&Lit::new(literal)),
                _ => {}
            }
        }
    }
}

impl Visit<'_> for StringReader<'_> {
    fn visit_item(&mut self, item: &Item) {
        if !is_test_only(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item(&mut self, item: &ImplItem) {
        let is_for_tests = matches!(item, ImplItem::Fn(item) if is_test_only(&item.attrs));
        if !is_for_tests {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_attribute(&mut self, _: &Attribute) {}

    fn visit_macro(&mut self, item: &Macro) {
        self.scan(item.tokens.clone());
    }

    fn visit_lit(&mut self, literal: &Lit) {
        let value = match literal {
            Lit::Str(text) => text.value(),
            Lit::ByteStr(bytes) => String::from_utf8_lossy(&bytes.value()).into_owned(),
            _ => return,
        };
        self.found.push(Text {
            file: self.file,
            line: literal.span().start().line,
            value,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::tests::tree;

    #[test]
    fn literals_wherever_code_has_them() {
        let text = "/// \"comment\"\nconst A: &str = \"a\";\nfn f() { g(b\"b\", r#\"c\"#); h!(i, [\"d\"], 'e', 1) }
            #[doc = \"attribute\"] struct S; #[cfg(test)] mod t { const B: &str = \"test\"; } mod m { const C: &str = \"f\"; }";
        let tree = tree(&[("lib.rs", text)]);
        let found = strings(&tree);
        let found: Vec<_> = found.iter().map(|text| (&*text.value, text.line)).collect();
        assert_eq!(found, [("a", 2), ("b", 3), ("c", 3), ("d", 3), ("f", 4)]);
    }
}
