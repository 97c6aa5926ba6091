//! The macro `describe_object!` describes an object of a config once.

/// Describes a struct that is an object with known members:
///
/// ```text
/// describe_object! {
///     /// What it is.
///     #[derive(Copy)]                  // besides Debug, Clone, PartialEq and Eq
///     #[schema(backend_ref)]           // a function of `schema` that refines the object's schema
///     pub struct Name: Default {       // `Default`, if every member has one
///         /// What the member is.
///         #[schema(text(HOST))]        // a function that refines the member's schema
///         required "name" => name: String,
///         optional "weight" => weight: u32 = 1,
///         written "rules" => rules: Vec<Rule>,
///     }
/// }
/// ```
///
/// A `required` member must be there. An `optional` one has a default, and is written only if it
/// differs from that; so has a `written` one, which is written always. Where no default is given it
/// is the type's.
///
/// A struct may have a parameter with a default (`Name<R = Rule>`), an [`Element`](crate::json::Element):
/// it is read with every parameter, and written and in the schema with the default.
macro_rules! describe_object {
    (
        $(#[doc = $doc:literal])*
        $(#[derive($($derive:ident),*)])?
        $(#[schema($($refine:tt)*)])*
        pub struct $name:ident $(<$param:ident = $argument:ty>)? $(: $default_trait:ident)? {
            $(
                $(#[doc = $member_doc:literal])*
                $(#[schema($($member_refine:tt)*)])*
                $presence:ident $json:tt => $member:ident: $type:ty $(= $default:expr)?,
            )*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq, Eq $($(, $derive)*)?)]
        pub struct $name $(<$param = $argument>)? {
            $(
                $(#[doc = $member_doc])*
                pub $member: $type,
            )*
        }

        $crate::describe::describe_object!(
            @impl $name [$($default_trait)?] { $($member [$($default)?])* }
        );

        impl<'j $(, $param: $crate::json::Element<'j>)?> $crate::json::FromJson<'j> for $name $(<$param>)? {
            fn read(
                slot: &mut Option<Self>,
                value: $crate::json::Value<'_, 'j>,
            ) -> serde_json::Result<()> {
                // Of a required member the default is never seen: without it there is no object.
                let new = slot.insert(Self {
                    $($member: $crate::describe::describe_object!(@default $($default)?),)*
                });
                new.read_over(value)
            }

            fn read_over(&mut self, value: $crate::json::Value<'_, 'j>) -> serde_json::Result<()> {
                let members = &mut [$(
                    $crate::json::MemberSlot::new(
                        $json,
                        $crate::describe::describe_object!(@is_required $presence),
                        &mut self.$member,
                    ),
                )*];
                $crate::json::object(value, concat!("struct ", stringify!($name)), members)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap as _;

                $(
                    #[allow(dead_code, reason = "not every type has it in an optional member")]
                    type $param = $argument;
                )?
                let mut members = serializer.serialize_map(None)?;
                $(
                    if $crate::describe::describe_object!(@is_written $presence self.$member, $type $(, $default)?) {
                        members.serialize_entry($json, &self.$member)?;
                    }
                )*
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

                $(type $param = $argument;)?
                let mut object = $crate::schema::build::ObjectSchema::new(concat!($($doc, "\n"),*));
                $(
                    object.member(
                        $json,
                        concat!($($member_doc, "\n"),*),
                        generator.subschema_for::<$type>(),
                        $crate::describe::describe_object!(@presence $presence $type $(, $default)?),
                        &[$(&$($member_refine)*),*],
                    );
                )*
                object.into_schema(&[$(&$($refine)*),*])
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
                $(type $param = $argument;)?
                type Described = $name;
                let derived = {
                    #[derive(serde::Deserialize)]
                    #[serde(deny_unknown_fields)]
                    struct $name {
                        $(
                            #[serde(
                                rename = $json,
                                default,
                                deserialize_with = "crate::tests::derived::given"
                            )]
                            $member: Option<$type>,
                        )*
                    }
                    $name::deserialize(from)?
                };
                Ok(Described {
                    $($member: {
                        let $member = derived.$member;
                        $crate::describe::describe_object!(@derived $presence $json $member $($default)?)
                    },)*
                })
            }
        }
    };

    (@impl $name:ident [] $members:tt) => {};
    (@impl $name:ident [Default] { $($member:ident [$($default:expr)?])* }) => {
        impl Default for $name {
            fn default() -> Self {
                Self {
                    $($member: $crate::describe::describe_object!(@default $($default)?),)*
                }
            }
        }
    };

    (@default) => { Default::default() };
    (@default $default:expr) => { $default };

    (@is_required required) => { true };
    (@is_required $presence:ident) => { false };

    (@derived required $json:tt $member:ident) => {
        $member.ok_or_else(|| serde::de::Error::missing_field($json))?
    };
    (@derived $presence:ident $json:tt $member:ident $($default:expr)?) => {
        $member.unwrap_or_else(|| $crate::describe::describe_object!(@default $($default)?))
    };

    (@is_written optional $member:expr, $type:ty $(, $default:expr)?) => {{
        let default: $type = $crate::describe::describe_object!(@default $($default)?);
        $member != default
    }};
    (@is_written $presence:ident $member:expr, $type:ty $(, $default:expr)?) => { true };

    (@presence required $type:ty) => { $crate::schema::build::MemberPresence::Required };
    (@presence optional $type:ty $(, $default:expr)?) => { $crate::schema::build::MemberPresence::Optional };
    (@presence written $type:ty $(, $default:expr)?) => {{
        let default: $type = $crate::describe::describe_object!(@default $($default)?);
        $crate::schema::build::MemberPresence::written(&default)
    }};
}
pub(crate) use describe_object;
