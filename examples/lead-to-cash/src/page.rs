//! The frame of every HTML page: one file without network, script or image, in light, dark and print.

use maud::{DOCTYPE, Markup, PreEscaped, html};

/// Nothing may be loaded; the style stands in the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/// Who made a page, as its head says among the first things.
pub const GENERATOR: &str = r#"<meta name="generator" content="lead-to-cash">"#;

/// A whole page. `class` tells the style sheets what kind of page it is; `sheet` is that of its kind, beside the one
/// that all pages have.
pub fn page(title: &str, class: &str, sheet: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                (PreEscaped(GENERATOR))
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                // Without it a browser asks for an icon.
                link rel="icon" href="data:,";
                title { (title) }
                style { (PreEscaped(include_str!("page.css"))) (PreEscaped(sheet)) }
            }
            body class=(class) { (body) }
        }
    };
    page.into_string()
}

/// A figure with its thousands apart, as people read it: `1,234,567.80`. What is no figure stays as it is.
pub fn grouped(figure: &str) -> String {
    let (sign, digits) = figure
        .strip_prefix('-')
        .map_or(("", figure), |digits| ("\u{2212}", digits));
    let (whole, rest) = digits
        .find(|c: char| !c.is_ascii_digit())
        .map_or((digits, ""), |end| digits.split_at(end));
    let mut out = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        let left = whole.len().saturating_sub(index);
        if index > 0 && left.is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        for (figure, read) in [
            ("0", "0"),
            ("999.50", "999.50"),
            ("1000", "1,000"),
            ("1234567.80", "1,234,567.80"),
            ("-100000.00", "\u{2212}100,000.00"),
            ("-12", "\u{2212}12"),
            ("12 %", "12 %"),
        ] {
            assert_eq!(grouped(figure), read);
        }
    }

    #[test]
    fn what_a_page_is_given_is_escaped() {
        let page = page("a <b>", "plain", "", &html! { p { "<script>alert(1)</script>" } });
        assert!(page.contains("<title>a &lt;b&gt;</title>"));
        assert!(!page.contains("<script"));
    }
}
