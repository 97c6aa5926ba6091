//! Categories and scripts of Unicode, as far as Latin-1 goes.

/// Bytes as ranges.
type Ranges = Vec<(u8, u8)>;

/// General categories that have characters in Latin-1.
const CATEGORIES: [(&str, &[(u8, u8)]); 19] = [
    ("Cc", &[(0x00, 0x1f), (0x7f, 0x9f)]),
    ("Cf", &[(0xad, 0xad)]),
    (
        "Ll",
        &[(0x61, 0x7a), (0xb5, 0xb5), (0xdf, 0xf6), (0xf8, 0xff)],
    ),
    ("Lo", &[(0xaa, 0xaa), (0xba, 0xba)]),
    ("Lu", &[(0x41, 0x5a), (0xc0, 0xd6), (0xd8, 0xde)]),
    ("Nd", &[(0x30, 0x39)]),
    ("No", &[(0xb2, 0xb3), (0xb9, 0xb9), (0xbc, 0xbe)]),
    ("Pc", &[(0x5f, 0x5f)]),
    ("Pd", &[(0x2d, 0x2d)]),
    ("Pe", &[(0x29, 0x29), (0x5d, 0x5d), (0x7d, 0x7d)]),
    ("Pf", &[(0xbb, 0xbb)]),
    ("Pi", &[(0xab, 0xab)]),
    (
        "Po",
        &[
            (0x21, 0x23),
            (0x25, 0x27),
            (0x2a, 0x2a),
            (0x2c, 0x2c),
            (0x2e, 0x2f),
            (0x3a, 0x3b),
            (0x3f, 0x40),
            (0x5c, 0x5c),
            (0xa1, 0xa1),
            (0xa7, 0xa7),
            (0xb6, 0xb7),
            (0xbf, 0xbf),
        ],
    ),
    ("Ps", &[(0x28, 0x28), (0x5b, 0x5b), (0x7b, 0x7b)]),
    ("Sc", &[(0x24, 0x24), (0xa2, 0xa5)]),
    (
        "Sk",
        &[
            (0x5e, 0x5e),
            (0x60, 0x60),
            (0xa8, 0xa8),
            (0xaf, 0xaf),
            (0xb4, 0xb4),
            (0xb8, 0xb8),
        ],
    ),
    (
        "Sm",
        &[
            (0x2b, 0x2b),
            (0x3c, 0x3e),
            (0x7c, 0x7c),
            (0x7e, 0x7e),
            (0xac, 0xac),
            (0xb1, 0xb1),
            (0xd7, 0xd7),
            (0xf7, 0xf7),
        ],
    ),
    (
        "So",
        &[(0xa6, 0xa6), (0xa9, 0xa9), (0xae, 0xae), (0xb0, 0xb0)],
    ),
    ("Zs", &[(0x20, 0x20), (0xa0, 0xa0)]),
];

/// The others, which have none.
const FOREIGN_CATEGORIES: [&str; 11] = [
    "Co", "Cs", "Lm", "Lt", "M", "Mc", "Me", "Mn", "Nl", "Zl", "Zp",
];

/// The script `Latin`. All that is not in it, `Common` has.
const LATIN: [(u8, u8); 7] = [
    (0x41, 0x5a),
    (0x61, 0x7a),
    (0xaa, 0xaa),
    (0xba, 0xba),
    (0xc0, 0xd6),
    (0xd8, 0xf6),
    (0xf8, 0xff),
];

/// Scripts without characters in Latin-1, as RE2 knows them (Unicode 16).
const FOREIGN_SCRIPTS: &str = "\
    Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese Bamum Bassa_Vah Batak Bengali \
    Bhaiksuki Bopomofo Brahmi Braille Buginese Buhid Canadian_Aboriginal Carian Caucasian_Albanian \
    Chakma Cham Cherokee Chorasmian Coptic Cuneiform Cypriot Cypro_Minoan Cyrillic Deseret Devanagari \
    Dives_Akuru Dogra Duployan Egyptian_Hieroglyphs Elbasan Elymaic Ethiopic Georgian Glagolitic Gothic \
    Grantha Greek Gujarati Gunjala_Gondi Gurmukhi Han Hangul Hanifi_Rohingya Hanunoo Hatran Hebrew \
    Hiragana Imperial_Aramaic Inherited Inscriptional_Pahlavi Inscriptional_Parthian Javanese Kaithi \
    Kannada Katakana Kawi Kayah_Li Kharoshthi Khitan_Small_Script Khmer Khojki Khudawadi Lao Lepcha \
    Limbu Linear_A Linear_B Lisu Lycian Lydian Mahajani Makasar Malayalam Mandaic Manichaean Marchen \
    Masaram_Gondi Medefaidrin Meetei_Mayek Mende_Kikakui Meroitic_Cursive Meroitic_Hieroglyphs Miao Modi \
    Mongolian Mro Multani Myanmar Nabataean Nag_Mundari Nandinagari New_Tai_Lue Newa Nko Nushu \
    Nyiakeng_Puachue_Hmong Ogham Ol_Chiki Old_Hungarian Old_Italic Old_North_Arabian Old_Permic \
    Old_Persian Old_Sogdian Old_South_Arabian Old_Turkic Old_Uyghur Oriya Osage Osmanya Pahawh_Hmong \
    Palmyrene Pau_Cin_Hau Phags_Pa Phoenician Psalter_Pahlavi Rejang Runic Samaritan Saurashtra Sharada \
    Shavian Siddham SignWriting Sinhala Sogdian Sora_Sompeng Soyombo Sundanese Syloti_Nagri Syriac \
    Tagalog Tagbanwa Tai_Le Tai_Tham Tai_Viet Takri Tamil Tangsa Tangut Telugu Thaana Thai Tibetan \
    Tifinagh Tirhuta Toto Ugaritic Vai Vithkuqi Wancho Warang_Citi Yezidi Yi Zanabazar_Square";

/// The characters of Latin-1 that are in the category or script of that name.
pub(super) fn latin(name: &[u8]) -> Option<Ranges> {
    let name = std::str::from_utf8(name).ok()?;
    match name {
        "Any" => return Some(vec![(0, u8::MAX)]),
        "Latin" => return Some(LATIN.to_vec()),
        "Common" => {
            let is_latin = |byte: &u8| LATIN.iter().any(|(from, to)| (from..=to).contains(&byte));
            let others = (0..=u8::MAX).filter(|byte| !is_latin(byte));
            return Some(others.map(|byte| (byte, byte)).collect());
        }
        _ => {}
    }
    // `L` has what `Ll`, `Lo` and `Lu` have.
    let matching = CATEGORIES.iter().filter(|(known, _)| match name.len() {
        1 => known.starts_with(name),
        _ => *known == name,
    });
    let ranges: Ranges = matching
        .flat_map(|(_, ranges)| ranges.iter().copied())
        .collect();
    let is_foreign = || {
        FOREIGN_CATEGORIES.contains(&name)
            || (!name.is_empty() && FOREIGN_SCRIPTS.split(' ').any(|script| script == name))
    };
    (!ranges.is_empty() || is_foreign()).then_some(ranges)
}
