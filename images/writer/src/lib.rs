//! Images without an engine, and the same ones everywhere.
//!
//! A Dockerfile of a few instructions ([`Dockerfile`]) says what is in an image, to an engine and to [`build`].
//! Nothing that [`build`] makes of it depends on time or place: the same files on the same base have the same digest,
//! which can be told before the image is published. [`write_archive`] makes a file of it that `docker load`,
//! skopeo and containerd take.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod archive;
mod build;
mod dockerfile;
mod gzip;
mod tar;

pub use archive::{ArchiveError, read_archive, write_archive};
pub use build::{ImageError, build};
pub use dockerfile::{Dockerfile, DockerfileError};
