//! Patterns that each stand for a rule of RE2's, or for something that other engines read otherwise.

/// One after the other, white space between them. Patterns with a space are in [`SPACED`].
const WORDS: &str = r"
    . .. .{3} (?s). [^a] [^\n] [^\x00-\xff] [\x00-\xff] \C \C\C a\Cb \W \W+ \w+ \d\D \s\S é é+ (é)+ [é] [^é] é{2} (?i)é
    \x{e9} \xe9 \x{E9} \x{00e9} \x{ff} \x{100} \x{10ffff} \x{110000} \x{} \x{g} \x \x4 \x4g \x{41 \x41 \xff+ (?i)\xe9
    (?i)\xff (?i)\xb5 (?i)\xdf (?i)\xd7 (?i)[\xe0-\xff] (?i)[^\xe0-\xff] (?i)k (?i)s (?i)K+ (?i)[k] (?i)[^k] (?i)[j-l] (?i)ſ
    (?i)\pL (?i)\p{Lu} (?i)\P{Lu} (?i)[[:upper:]] (?i)[[:^upper:]] (?i)[^[:upper:]] (?i)\W (?i)[\W] (?i)\w (?i)[^\w]
    \< \> \<a\> \/ \- \_ \! \~ \` \@ \# \% \& \, \; \: \= \é \a \f \n \r \t \v \e \h \R \X \G \Z \K \N \cA \u0041 \U0041 \g{1}
    \0 \00 \000 \0000 \01 \012 \1 \10 \12 \123 \18 \8 \9 \101 \377 \400 \777 [\0] [\1] [\12] [\101] [\8]
    /users/{id} /users/{id}/orders a{ a{} a{,} a{,3} a{1 a{1, a{1,2 a{1,2}} {1} {a} {} { } a} a{-1} a{1,-1} a{1.5} a{a} a{1}{ a{1}{a}
    a{0} a{0,0} a{0}b a{1} a{01} a{1,02} a{00} a{2} a{2,} a{2,3} a{3,2} a{1000} a{1001} a{1000,} a{1001,} a{0,1000} a{0,1001}
    a{1000,1001} a{999999999} a{9999999999} a{99999999999999999999} a{100000000} (a{100}){10} (a{100}){11} (a{10}){100} (a{10}){101}
    (a{1000})* (a{1000}){1} (a{1000}){0} (a{1000}){0,1} (a{1001}){0} ((a{10}){10}){10} ((a{10}){10}){11} (a*){1001} (a{2}){500} (a{2}){501}
    (a{2,}){500} (a{2,}){501} (a{0,2}){501} (a{0}){1000} ((a{0}){1000}){1000} (a{1000}b{1000}) (a{1000}|b{1000}){1} (a{500}b{501}){2}
    (){1000} ((){1000}){1000} (a?){1000} (^){1000} (\b){1000} (a{2}b){500} (?:a{2}){501} (?i:a{2}){501} (|a){1000}
    a** a*+ a*? a*?? a++ a+* a+? a+?? a?? a??? a?* a?+ a{2}* a*{2} a{2}{3} a{2}? a{2}?? a{2}+ (a*)* (a*)+ (a+)* (a?)? (a*?)* (?:a*)*
    (a|b)* (a*|b)* (a|)* (|a)+ (|)* ()* ()+ (a||b) | a| |a || (|) (|a) * + ? {2} *a ^* ^+ ^? ^{2} $* (^)* (^a)* \b* \B+ \b{3} \A* \z?
    (*) (+) (?) (?:*) (|*) (a|*) a|* a|+ (a|{2}) ^^ $$ ^$ $^ ^a$ a^ $a a$b ^^a$$ (^a|b$) (^|a)b a(b|$) (?m)^a$ (?m)a$\nb (?m)a\n^b (?m)^ (?m)$
    (?m)^^a (?m)\A\na (?m)a\z (?m:^)a (?m)(?-m:^a) \Aa\z \aA a\A \za \ba a\b \Ba a\Bb a\bb a\b\-b \b \B \b\B é\b \bé \xe9\b \b_ a\b_ (?i)\ba
    [ ] [] [^] []] [^]] []a] [^]a] [a [a- [a-] [-a] [a-b-c] [--] [---] [a--] [+--] [z-a] [a-a] [!-~] [[] [[a]] [[]] [a[] [a]] [a&&b] [a--b] [a~~b]
    [a||b] [&&] [\]] [\[] [\]-a] [\\] [\^] [^^] [^-a] [a^] [.] [*] [\.] [$] [\d] [^\d] [\d-z] [a-\d] [\d\D] [^\d\D] [\w-] [\pL] [^\pL] [\p{Greek}]
    [\b] [\B] [\A] [\z] [\C] [\Q] [\Qa\E] [\E] [\e] [\n] [\x41-\x43] [\x{41}-C] [\101-C] [é-ÿ] [^é-ÿ] [a-é] [€] [\x{100}] [a-\x{100}] [\u0041]
    [[:alpha:]] [[:^alpha:]] [^[:alpha:]] [^[:^alpha:]] [:alpha:] [[:alpha:] [[:alpha]] [[:foo:]] [[:^foo:]] [[:Alpha:]] [[:word:]] [[:ascii:]] [[:^ascii:]]
    [[:space:]] [[:blank:]] [[:cntrl:]] [[:graph:]] [[:print:]] [[:punct:]] [[:xdigit:]] [[:alnum:]] [[:digit:]] [[:lower:]] [[:upper:]] [[:alpha:]-z]
    [[:alpha:]_] [a-[:digit:]] [[=a=]] [[.a.]] [[:<:]] [[:>:]] [[:]] [[::]] [[:a] [[:alpha:][:digit:]]
    \pL \PL \pN \p{L} \p{Lu} \p{^Lu} \P{^Lu} \P{Lu} \p{Greek} \P{Greek} \p{^Greek} \p{Grek} \p{greek} \p{GREEK} \p{Letter} \p{lu} \p{IsL} \p{Any} \P{Any}
    \p{Latin} \p{Common} \p{Script=Greek} \p{L&} \p{LC} \p{Cn} \p{C} \pC \p{Cs} \p{Co} \p{M} \p{Zl} \p{} \p{^} \p \P \p{ \p{L \pé \p{é} \p{Kawi} \p{Han}
    \p{Garay} \p{Todhri} \p{Sunuwar} \p{Gurung_Khema} \p{Kirat_Rai} \p{Ol_Onal} \p{Tulu_Tigalari} \p{Unknown} \p{Sidetic} \p{Tolong_Siki}
    \p{Katakana_Or_Hiragana} \p^L \p{^^L} \pLl
    \Qa.b\E \Qa.b \Q \Q\E \Q\Q\E \Q\E\E \E a\Eb \Qa\E+ \Qab\E* \Q\E* a\Q\E* a*\Q\E* \Q*\E{2} \Q\\E \Qa\nb\E \Q\é\E \Qé\E+ (\Qa)\E) (?i)\QaB\E \Qa\Qb\E
    (a) (a (a)) ) a) a)(b (() ()) ((a)) (?:a) (?:) (? (?a (?: (?) (?:a (?i) (?i (?i)a (?i:a)b a(?i)b (a(?i)b)c (?-i)a (?i-)a (?i-i)A (?--i)a (?i-s-m)a
    (?s).\n (?-s). (?s-s). (?m-m)^ (?U)a* (?U)a*? (?U:a+)b (?ims)a (?imsU)a (?imsUx)a (?x)a (?u)a (?n)a (?R)a (?I)a (?^)a (?i)(?-i)a (?ii)a
    (?=a) (?!a) (?<=a) (?<!a) (?>a) (?|a) (?#a) (?P=a) (?P>a) (?1) (?R) (?&a) (?'a'b) (?C) (?P (?P< (?P<a (?P<a> (?P<a>b) (?<a>b) (?P<a>b)(?P<a>c) (?P<a>b)(?<a>c)
    (?<a (?<a> (?< (?<> (?P<>a) (?<>a) (?P<a-b>c) (?P<1>a) (?P<_>a) (?P<é>a) (?P<€>a) (?<é>a) (?P<aª>b) (?P<a×>b) (?P<a¹>b) (?P<a\x41>b) (?P<n>a)(?i:(?P<m>b)) (?P'a'b)
    (?P<a>b)|(?P<a>c) (?P<a>(?P<b>c)) (?P<a>(?P<a>c)) (a)\1 (?P<a>b)\k<a> \k<a> a\ \ \\ a\\ \\\
    abc|abd abc|ab|a a|ab a|b|c [a]|b|[c-e] (?i)abc|abd aa|aab|aac x*|x+|x? (a|b)c|(a|b)d ^a|^b a$|b$ (?:a|b)(?:c|d) .*|a .|\n \d|\D a|(?i)a|b
    €+ [😀] 😀{2} \Q😀\E+ ſ K (?i)K (?i)[K] [^€] x{2}{0} (?i)straße (?i)STRASSE ß|ẞ .* .+ .? (.*)(.*) .*a.* .{0,1000} [^/]+ /[^/]+/.* ([^/]*/)*x
";

/// Patterns with white space.
const SPACED: [&str; 10] = [
    "a{ 1}",
    "a{1 }",
    "a{2, 3}",
    "a {2}",
    "(?x) a # b",
    "[ ]",
    r"\ ",
    "a b",
    "(?P<a b>c)",
    "[[:alpha: ]]",
];

/// All of them.
pub(crate) fn special() -> Vec<String> {
    let nested =
        |depth: usize, open: &str, close: &str| open.repeat(depth) + "a" + &close.repeat(depth);
    let mut patterns: Vec<String> = WORDS.split_ascii_whitespace().map(Into::into).collect();
    patterns.extend(SPACED.map(Into::into));
    for depth in [100, 199, 200, 201, 900, 999, 1_000, 1_001, 2_000] {
        patterns.push(nested(depth, "(", ")"));
        patterns.push(nested(depth, "(?:", ")*"));
    }
    patterns.push("a".repeat(5_000));
    patterns.push("a|".repeat(1_000));
    patterns.push("(a)".repeat(1_000));
    patterns
}
