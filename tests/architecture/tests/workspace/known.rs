//! Faults of today's house: lists from which entries may only be taken.

/// The files of circles.
pub(crate) const CIRCLES: &[&[&str]] = &[&[
    "config-schema/src/describe/object.rs",
    "config-schema/src/describe/words.rs",
    "config-schema/src/json/choice.rs",
    "config-schema/src/json/object.rs",
    "config-schema/src/schema/build.rs",
]];

/// Names of the proxy's headers, and the files that they stand in.
pub(crate) const LITERALS: &[&str] = &[
    r#"config-schema/src/settings.rs: "x-gamma-cluster""#,
    r#"config-schema/src/validate/wire_text.rs: "x-gamma-""#,
];

/// Names of several types.
pub(crate) const NAMES: &[&str] = &[
    "ExternalAuth",
    "Frontends",
    "Host",
    "Key",
    "List",
    "Mirror",
    "Object",
    "PathModifier",
    "Problems",
    "Reader",
    "Redirect",
    "RequestEnd",
    "Rule",
    "Table",
];

/// The same in crates that are for tests.
pub(crate) const NAMES_OF_TESTS: &[&str] = &[];

/// Crates that the table of arrows knows, and that are yet to come.
pub(crate) const ABSENT: &[&str] = &[];
