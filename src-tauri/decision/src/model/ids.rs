//! The ids of options and criteria: short, stable over renames, unique in a decision and never reused.

use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

macro_rules! id {
    ($name:ident, $letter:literal, $what:literal) => {
        #[doc = concat!("The id of ", $what, ", such as `", $letter, "1`.")]
        #[derive(
            Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS,
        )]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            #[doc = concat!("The id that the key `key` gives ", $what, ".")]
            pub(crate) fn from_key(key: u32) -> Self {
                Self(format!(concat!($letter, "{}"), key))
            }

            /// The key inside an id that [`Self::from_key`] made.
            pub(crate) fn key(&self) -> Option<u32> {
                self.0.strip_prefix($letter)?.parse().ok()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    };
}

id!(OptionId, "o", "an option");
id!(CriterionId, "c", "a criterion");
