//! Addresses that bytes of a text keep while the text before them changes.
//!
//! Whatever was read of a document has spans in it, thousands of them. So that an edit of one document need not change
//! those of all that come behind it, spans of a text that is edited hold addresses: those of a document begin where there
//! is room for it to grow.

/// A part of a text, and where its addresses begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MovedPart {
    /// The address of its first byte.
    pub(crate) address: u32,
    /// Where it begins in the text, in bytes.
    pub(crate) start: u32,
    /// How many bytes it has. The address behind them is its own, too.
    pub(crate) length: u32,
}

/// The parts of a text, in the order of both their addresses and their bytes. Without parts every address is a byte.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct MovedParts(Vec<MovedPart>);

impl MovedParts {
    pub(crate) fn new(parts: Vec<MovedPart>) -> Self {
        Self(parts)
    }

    /// The byte that has `address`. An address in the room behind a part means the part's end, and one before the first part
    /// is of none.
    pub(crate) fn byte(&self, address: u32) -> u32 {
        let behind = self.0.partition_point(|part| part.address <= address);
        let Some(part) = behind.checked_sub(1).and_then(|at| self.0.get(at)) else {
            return address;
        };
        part.start + (address - part.address).min(part.length)
    }

    /// The address of the byte at `byte`; of the end of a part that of the next one.
    pub(crate) fn address(&self, byte: u32) -> u32 {
        let behind = self.0.partition_point(|part| part.start <= byte);
        let Some(part) = behind.checked_sub(1).and_then(|at| self.0.get(at)) else {
            return byte;
        };
        part.address + (byte - part.start).min(part.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_parts_addresses_are_bytes() {
        let parts = MovedParts::default();
        assert_eq!((parts.byte(7), parts.address(7)), (7, 7));
    }

    #[test]
    fn addresses_lead_to_bytes_and_back() {
        let part = |address, start, length| MovedPart {
            address,
            start,
            length,
        };
        let parts = MovedParts::new(vec![part(0, 0, 10), part(100, 10, 5), part(300, 15, 0)]);
        for byte in 0..15 {
            assert_eq!(parts.byte(parts.address(byte)), byte);
        }
        assert_eq!(
            [9, 10, 99, 100, 104].map(|at| parts.byte(at)),
            [9, 10, 10, 10, 14]
        );
        // The ends of parts.
        assert_eq!(
            [105, 299, 300, 999].map(|at| parts.byte(at)),
            [15, 15, 15, 15]
        );
        assert_eq!(parts.address(15), 300);
    }
}
