//! The paths that the code of a module names, and what it imports.

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Attribute, ImplItem, Item, ItemUse, Macro, MetaList, Path, UseTree, VisRestricted, Visibility,
    visit::{self, Visit},
};

use crate::test_only::{attributes, is_test_only};

/// What stands between the `::` of a path.
pub(crate) type Segments = Vec<String>;

/// What a module says about others.
#[derive(Default)]
pub(crate) struct Mentions {
    /// Paths in its code: in types, in expressions, in the arguments of macros and in attributes.
    pub(crate) paths: Vec<Segments>,
    /// Its `use` declarations, in functions, too.
    pub(crate) imports: Vec<Import>,
}

/// One name that a `use` declaration brings.
pub(crate) struct Import {
    /// As what it is known in the module; `*` stands for all names.
    pub(crate) name: String,
    /// What it is.
    pub(crate) path: Segments,
    /// Whether it is there for other modules.
    pub(crate) is_exported: bool,
}

impl Mentions {
    /// What the items of a module say.
    pub(crate) fn of(items: &[Item]) -> Self {
        let mut mentions = Self::default();
        for item in items {
            mentions.visit_item(item);
        }
        mentions
    }

    fn import(&mut self, tree: &UseTree, before: &[String], is_exported: bool) {
        let with = |last: String| {
            let mut path = before.to_vec();
            path.push(last);
            path
        };
        let (name, path) = match tree {
            UseTree::Path(step) => {
                return self.import(&step.tree, &with(step.ident.to_string()), is_exported);
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(tree, before, is_exported);
                }
                return;
            }
            // `use a::b::{self}` is `use a::b`.
            UseTree::Name(last) if last.ident == "self" && !before.is_empty() => {
                (before[before.len() - 1].clone(), before.to_vec())
            }
            UseTree::Name(last) => (last.ident.to_string(), with(last.ident.to_string())),
            UseTree::Rename(last) if last.ident == "self" && !before.is_empty() => {
                (last.rename.to_string(), before.to_vec())
            }
            UseTree::Rename(last) => (last.rename.to_string(), with(last.ident.to_string())),
            UseTree::Glob(_) => ("*".to_owned(), before.to_vec()),
        };
        self.imports.push(Import {
            name,
            path,
            is_exported,
        });
    }

    /// Takes whatever looks like a path among tokens that only a macro understands.
    fn scan(&mut self, tokens: TokenStream) {
        let mut path = Segments::new();
        let mut colons = 0;
        let mut is_member = false;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.mention(&mut path);
                    }
                    if !is_member {
                        path.push(ident.to_string());
                    }
                    (colons, is_member) = (0, false);
                }
                TokenTree::Punct(mark) if mark.as_char() == ':' => colons += 1,
                // `$crate` is written as two tokens.
                TokenTree::Punct(mark) if mark.as_char() == '$' => {
                    self.mention(&mut path);
                    (colons, is_member) = (0, false);
                }
                other => {
                    self.mention(&mut path);
                    is_member = matches!(&other, TokenTree::Punct(mark) if mark.as_char() == '.');
                    colons = 0;
                    if let TokenTree::Group(group) = other {
                        self.scan(group.stream());
                    }
                }
            }
        }
        self.mention(&mut path);
    }

    fn mention(&mut self, path: &mut Segments) {
        if !path.is_empty() {
            self.paths.push(std::mem::take(path));
        }
    }

    /// Serde is told functions as text: `#[serde(default = "crate::rule::weight")]`.
    fn scan_attribute(&mut self, list: &MetaList) {
        for token in list.tokens.clone() {
            if let TokenTree::Literal(literal) = token
                && let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string())
                && let Ok(path) = text.parse::<Path>()
            {
                self.visit_path(&path);
            }
        }
    }
}

impl Visit<'_> for Mentions {
    fn visit_item(&mut self, item: &Item) {
        if !is_test_only(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item(&mut self, item: &ImplItem) {
        let attributes: &[Attribute] = match item {
            ImplItem::Const(item) => &item.attrs,
            ImplItem::Fn(item) => &item.attrs,
            ImplItem::Type(item) => &item.attrs,
            _ => &[],
        };
        if !is_test_only(attributes) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &ItemUse) {
        if item.leading_colon.is_none() {
            self.import(&item.tree, &[], !matches!(item.vis, Visibility::Inherited));
        }
    }

    fn visit_path(&mut self, path: &Path) {
        if path.leading_colon.is_none() {
            let segments = path.segments.iter();
            self.paths
                .push(segments.map(|segment| segment.ident.to_string()).collect());
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &Macro) {
        self.visit_path(&item.path);
        self.scan(item.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &Attribute) {
        if let syn::Meta::List(list) = &attribute.meta {
            self.scan_attribute(list);
        }
    }

    /// The path in `pub(in crate::a)` names no item.
    fn visit_vis_restricted(&mut self, _: &VisRestricted) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Mentions {
        Mentions::of(&syn::parse_file(text).unwrap().items)
    }

    fn paths(text: &str) -> Vec<String> {
        let mut paths: Vec<_> = of(text).paths.iter().map(|path| path.join("::")).collect();
        paths.sort();
        paths.dedup();
        paths
    }

    #[test]
    fn paths_of_code() {
        assert_eq!(
            paths("fn f(a: b::C<d::E>) -> G { h::i(a.j.k, L { m: 1 }); n!(o::p, q.r(s::t)) }"),
            [
                "G", "L", "a", "b::C", "d::E", "h::i", "n", "o::p", "q", "s::t"
            ]
        );
    }

    #[test]
    fn paths_in_macros_and_attributes() {
        assert_eq!(
            paths("macro_rules! a { ($x:expr) => { $crate::b::c($x) } }"),
            ["crate::b::c", "expr", "macro_rules", "x"]
        );
        assert!(
            paths("struct S { #[serde(default = \"crate::d::e\")] f: u8 }")
                .contains(&"crate::d::e".to_owned())
        );
    }

    #[test]
    fn neither_comments_nor_tests_nor_visibility() {
        assert_eq!(
            paths(
                "/// [`crate::a::B`]\npub(in crate::c) struct S; impl S { #[cfg(test)] fn f() { d::e() } }"
            ),
            ["S"]
        );
    }

    #[test]
    fn imports() {
        let text =
            "use a::{self, b::C, d::E as F}; pub(crate) use crate::g::*; fn h() { use i::J; }";
        let imports: Vec<_> = of(text)
            .imports
            .into_iter()
            .map(|import| (import.name, import.path.join("::"), import.is_exported))
            .collect();
        let expected = [
            ("a", "a", false),
            ("C", "a::b::C", false),
            ("F", "a::d::E", false),
            ("*", "crate::g", true),
            ("J", "i::J", false),
        ];
        assert_eq!(
            imports,
            expected.map(|(name, path, exported)| (name.to_owned(), path.to_owned(), exported))
        );
    }
}
