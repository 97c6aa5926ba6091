//! The macro `describe_words!` describes a choice between words once.

/// Describes an enum that is one of several strings. `= Variant` names the default:
///
/// ```text
/// describe_words! {
///     /// What it is.
///     #[derive(Hash)]                  // besides Debug, Clone, Copy, PartialEq and Eq
///     pub enum Kind = Service {
///         /// What the word means.
///         "Service" => Service,
///     }
/// }
/// ```
macro_rules! describe_words {
    (
        $(#[doc = $doc:literal])*
        $(#[derive($($derive:ident),*)])?
        $(#[allow($($allow:tt)*)])?
        pub enum $name:ident $(= $default:ident)? {
            $(
                $(#[doc = $word_doc:literal])*
                $json:literal => $word:ident,
            )*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq $($(, $derive)*)?)]
        $(#[allow($($allow)*)])?
        pub enum $name {
            $($(#[doc = $word_doc])* $word,)*
        }

        $(
            impl Default for $name {
                fn default() -> Self {
                    Self::$default
                }
            }
        )?

        impl $name {
            /// Every word, in the order of their descriptions.
            pub const ALL: &'static [Self] = &[$(Self::$word),*];

            /// As it is written.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$word => $json,)*
                }
            }
        }

        $crate::json::read_by_value!($name, |value| {
            $crate::json::choice(value, &[$($json),*], $name::ALL)
        });

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let words = [$(($json, concat!($($word_doc, "\n"),*))),*];
                $crate::schema::build::words(concat!($($doc, "\n"),*), &words)
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
                        $(#[serde(rename = $json)] $word,)*
                    }
                    Ok(match $name::deserialize(from)? {
                        $($name::$word => Described::$word,)*
                    })
                }
            }
        }
    };
}
pub(crate) use describe_words;
