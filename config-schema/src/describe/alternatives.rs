//! The macro `describe_alternatives!` describes an object with one of several members once.

/// Describes an enum that is an object with one member:
///
/// ```text
/// describe_alternatives! {
///     /// What it is.
///     pub enum Filter {
///         /// What this member means.
///         #[schema(text(PATH))]        // a function of `schema` that refines the member's schema
///         "cors" => Cors(Cors),
///     }
/// }
/// ```
macro_rules! describe_alternatives {
    (
        $(#[doc = $doc:literal])*
        pub enum $name:ident {
            $(
                $(#[doc = $member_doc:literal])*
                $(#[schema($($refine:tt)*)])*
                $json:literal => $member:ident($type:ty),
            )*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum $name {
            $($(#[doc = $member_doc])* $member($type),)*
        }

        $crate::json::read_by_value!($name, |value| {
            $crate::json::alternative(
                value,
                &[$(($json, |object| $crate::json::member(object).map($name::$member))),*],
            )
        });

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap as _;

                let mut members = serializer.serialize_map(Some(1))?;
                match self {
                    $(Self::$member(member) => members.serialize_entry($json, member)?,)*
                }
                members.end()
            }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                #[allow(unused_imports, reason = "not every type is refined")]
                use $crate::schema::refine::*;

                let mut alternatives = $crate::schema::build::OneOf::new(concat!($($doc, "\n"),*));
                $(
                    alternatives.member(
                        $json,
                        concat!($($member_doc, "\n"),*),
                        generator.subschema_for::<$type>(),
                        &[$(&$($refine)*),*],
                    );
                )*
                alternatives.into_schema()
            }
        }

        #[cfg(not(test))]
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                $crate::json::deserialize(from)
            }
        }

        #[cfg(test)]
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                type Described = $name;
                {
                    #[derive(serde::Deserialize)]
                    enum $name {
                        $(#[serde(rename = $json)] $member($type),)*
                    }
                    Ok(match $name::deserialize(from)? {
                        $($name::$member(member) => Described::$member(member),)*
                    })
                }
            }
        }
    };
}
pub(crate) use describe_alternatives;
