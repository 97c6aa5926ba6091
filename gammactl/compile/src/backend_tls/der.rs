//! Tells whether bytes are an X.509 certificate in DER, as far as its structure goes (RFC 5280, 4.1).
//!
//! A proxy that can't parse one of its certificates refuses its whole config, so a damaged one has to be
//! found before.

const BOOLEAN: u8 = 0x01;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const NULL: u8 = 0x05;
const OBJECT_IDENTIFIER: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
/// `[0] EXPLICIT Version`
const VERSION: u8 = 0xa0;
/// `[3] EXPLICIT Extensions`
const EXTENSIONS: u8 = 0xa3;

/// Whether `bytes` are one certificate and nothing else.
pub(super) fn is_certificate(bytes: &[u8]) -> bool {
    whole(bytes, |der| {
        der.inside(SEQUENCE, |der| {
            der.inside(SEQUENCE, to_be_signed)?;
            der.inside(SEQUENCE, algorithm)?;
            bit_string(der)
        })
    })
}

fn to_be_signed(der: &mut Der<'_>) -> Option<()> {
    if der.next_is(VERSION) {
        der.inside(VERSION, |der| match der.value(INTEGER)? {
            [1 | 2] => Some(()),
            _ => None,
        })?;
    }
    integer(der)?;
    der.inside(SEQUENCE, algorithm)?;
    der.inside(SEQUENCE, name)?;
    der.inside(SEQUENCE, |der| time(der).and_then(|()| time(der)))?;
    der.inside(SEQUENCE, name)?;
    der.inside(SEQUENCE, |der| {
        der.inside(SEQUENCE, algorithm)?;
        bit_string(der)
    })?;
    // Unique identifiers, which nobody has.
    for tag in [0x81, 0x82] {
        if der.next_is(tag) {
            der.value(tag)?;
        }
    }
    if der.next_is(EXTENSIONS) {
        der.inside(EXTENSIONS, |der| {
            der.inside(SEQUENCE, |der| {
                each(der, |der| der.inside(SEQUENCE, extension))
            })
        })?;
    }
    Some(())
}

fn algorithm(der: &mut Der<'_>) -> Option<()> {
    object_identifier(der)?;
    match der.0.first() {
        None => Some(()),
        // The name of a curve.
        Some(&OBJECT_IDENTIFIER) => object_identifier(der),
        Some(&NULL) => der.value(NULL).filter(|value| value.is_empty()).map(drop),
        Some(_) => der.value(SEQUENCE).map(drop),
    }
}

/// RDNSequence
fn name(der: &mut Der<'_>) -> Option<()> {
    each(der, |der| {
        der.inside(SET, |der| {
            each(der, |der| {
                der.inside(SEQUENCE, |der| {
                    object_identifier(der)?;
                    text(der)
                })
            })
        })
    })
}

/// DirectoryString, or one of the older kinds.
fn text(der: &mut Der<'_>) -> Option<()> {
    let (tag, value) = der.any()?;
    let good = match tag {
        // UTF8String
        0x0c => std::str::from_utf8(value).is_ok(),
        // PrintableString, IA5String, NumericString, VisibleString
        0x13 | 0x16 | 0x12 | 0x1a => value.is_ascii(),
        // BMPString, UniversalString
        0x1e => value.len() % 2 == 0,
        0x1c => value.len() % 4 == 0,
        // TeletexString
        0x14 => true,
        _ => false,
    };
    good.then_some(())
}

fn time(der: &mut Der<'_>) -> Option<()> {
    let (tag, value) = der.any()?;
    let (digits, end) = value.split_at_checked(value.len().checked_sub(1)?)?;
    let length = match tag {
        UTC_TIME => 12,
        GENERALIZED_TIME => 14,
        _ => return None,
    };
    let good = end == b"Z" && digits.len() == length && digits.iter().all(u8::is_ascii_digit);
    good.then_some(())
}

fn extension(der: &mut Der<'_>) -> Option<()> {
    object_identifier(der)?;
    if der.next_is(BOOLEAN) {
        der.value(BOOLEAN).filter(|value| value.len() == 1)?;
    }
    der.value(OCTET_STRING)?;
    Some(())
}

fn integer(der: &mut Der<'_>) -> Option<()> {
    der.value(INTEGER).filter(|value| !value.is_empty())?;
    Some(())
}

fn bit_string(der: &mut Der<'_>) -> Option<()> {
    let value = der.value(BIT_STRING)?;
    value.first().filter(|unused| **unused < 8)?;
    Some(())
}

fn object_identifier(der: &mut Der<'_>) -> Option<()> {
    let value = der.value(OBJECT_IDENTIFIER)?;
    // The last byte of a part has its highest bit clear.
    value.last().filter(|last| **last < 0x80)?;
    Some(())
}

/// Reads all that there is, item by item.
fn each(der: &mut Der<'_>, mut item: impl FnMut(&mut Der<'_>) -> Option<()>) -> Option<()> {
    while !der.0.is_empty() {
        item(der)?;
    }
    Some(())
}

fn whole(bytes: &[u8], read: impl FnOnce(&mut Der<'_>) -> Option<()>) -> bool {
    let mut der = Der(bytes);
    read(&mut der).is_some() && der.0.is_empty()
}

/// Bytes that are being read.
struct Der<'b>(&'b [u8]);

impl<'b> Der<'b> {
    fn next_is(&self, tag: u8) -> bool {
        self.0.first() == Some(&tag)
    }

    /// The next element: its tag and its value.
    fn any(&mut self) -> Option<(u8, &'b [u8])> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            // Four bytes are more than any certificate needs.
            0x81..=0x84 => {
                let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
                let length = digits
                    .iter()
                    .fold(0_usize, |length, digit| length << 8 | usize::from(*digit));
                // DER has one way to write a length: the shortest.
                (
                    Some(length).filter(|_| length >= 0x80 && digits.first() != Some(&0))?,
                    rest,
                )
            }
            _ => return None,
        };
        let (value, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, value))
    }

    fn value(&mut self, tag: u8) -> Option<&'b [u8]> {
        let (found, value) = self.any()?;
        (found == tag).then_some(value)
    }

    /// Reads all of the next element's value.
    fn inside(&mut self, tag: u8, read: impl FnOnce(&mut Der<'_>) -> Option<()>) -> Option<()> {
        whole(self.value(tag)?, read).then_some(())
    }
}
