//! Owns the check of a custom CA bundle: the HTTP client aborts on one it cannot read, so it is read here first.

use base64::Engine as _;

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// The bundle's certificates again, or what is wrong with it.
pub(super) fn checked(pem: &str) -> Result<Vec<u8>, String> {
    let mut kept = String::new();
    let mut rest = pem;
    while let Some(start) = rest.find(BEGIN) {
        let body = &rest[start + BEGIN.len()..];
        let end = body.find(END).ok_or("its last certificate has no end")?;
        let text: String = body[..end].chars().filter(|c| !c.is_whitespace()).collect();
        let der = base64::engine::general_purpose::STANDARD
            .decode(&text)
            .map_err(|_| "one of its certificates is not base64 text")?;
        // A certificate is an ASN.1 sequence.
        if der.first() != Some(&0x30) {
            return Err("one of its blocks is not a certificate".to_owned());
        }
        kept.push_str(BEGIN);
        kept.push_str(&body[..end]);
        kept.push_str(END);
        kept.push('\n');
        rest = &body[end + END.len()..];
    }
    if kept.is_empty() { Err("it holds no certificate".to_owned()) } else { Ok(kept.into_bytes()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_certificates_and_names_what_is_wrong() {
        let good = format!("# a comment\n{BEGIN}\nMAA=\n{END}\nother\n{BEGIN}\nMAA=\n{END}\n");
        let kept = checked(&good).expect("two certificates");
        assert_eq!(String::from_utf8_lossy(&kept).matches(BEGIN).count(), 2);
        for (pem, expected) in [
            ("", "holds no certificate"),
            ("-----BEGIN CERTIFICATE-----\nMAA=", "no end"),
            ("-----BEGIN CERTIFICATE-----\n%%%\n-----END CERTIFICATE-----", "not base64"),
            ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "not a certificate"),
        ] {
            let error = checked(pem).expect_err(pem);
            assert!(error.contains(expected), "{pem}: {error}");
        }
    }
}
