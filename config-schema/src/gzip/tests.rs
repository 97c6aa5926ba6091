use super::*;

#[test]
fn crc_is_that_of_gzip() {
    // The check value of CRC-32/ISO-HDLC.
    assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    assert_eq!(crc32(b""), 0);
}

/// Little that claims to be a lot takes no memory.
#[test]
fn bombs_are_refused() {
    let zeros = gzip(&vec![b' '; 1 << 20]);
    assert!(zeros.len() < 2000);
    assert_eq!(gunzip(&zeros).unwrap().len(), 1 << 20);
    let mut more = zeros.clone();
    let at = more.len() - 1;
    more[at] = 3;
    assert_eq!(gunzip(&more), Err(InvalidCompression::Length));
    let mut less = zeros;
    less[at - 1] = 0;
    assert_eq!(gunzip(&less), Err(InvalidCompression::Length));
}

/// No damage makes it panic, and none goes unseen.
#[test]
fn damaged_bytes_are_refused() {
    let json = b"{\"version\":1,\"services\":[],\"settings\":{\"clientNamespace\":\"n\"}}";
    let good = gzip(json);
    for at in 0..good.len() {
        for flip in [1, 16, 128, 255] {
            let mut bytes = good.clone();
            bytes[at] ^= flip;
            if let Ok(inflated) = gunzip(&bytes) {
                assert_eq!(inflated, json, "byte {at}");
            }
            let _ = gunzip(&bytes[..at]);
            let _ = gunzip(&bytes[at..]);
        }
    }
}
