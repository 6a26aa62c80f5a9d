//! Signature Version 4: reading an `Authorization` header and computing what the signature had to be.
//!
//! Pure: the request, the key and the time come in as values. The sentences are AWS's own.

use crate::canonical::{header, path, query};
use crate::clock::{compact, parse_compact};
use crate::random::to_hex;
use axum::http::HeaderMap;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime};

/// How far a request's date may stray from the service's clock.
const SKEW: Duration = Duration::minutes(5);

/// Why a request is not taken as signed by its principal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// There is no signature at all.
    Missing,
    /// The header or the date is not of the form that SigV4 has.
    Incomplete(String),
    /// The access key or its session token is not known.
    UnknownKey,
    /// The session is over.
    Expired,
    /// The signature, its scope or its date is wrong.
    Wrong(String),
}

/// The parts of a request that a signature covers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    /// As on the wire, still percent-encoded.
    pub(crate) path: &'a str,
    /// As on the wire, without the question mark.
    pub(crate) query: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
}

/// An `Authorization: AWS4-HMAC-SHA256 …` header, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Authorization {
    pub(crate) access_key: String,
    date: String,
    pub(crate) region: String,
    service: String,
    signed_headers: Vec<String>,
    signature: String,
}

impl Authorization {
    /// Reads the header of a request.
    pub(crate) fn read(headers: &HeaderMap) -> Result<Authorization, Refusal> {
        let header = headers.get("authorization").ok_or(Refusal::Missing)?;
        let text = header.to_str().map_err(|_| Refusal::Missing)?;
        let fields = text
            .strip_prefix("AWS4-HMAC-SHA256")
            .ok_or(Refusal::Missing)?;
        let field = |name: &str| {
            fields
                .split(',')
                .find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='))
                .ok_or_else(|| {
                    Refusal::Incomplete(format!(
                        "Authorization header requires '{name}' parameter."
                    ))
                })
        };
        let credential = field("Credential")?;
        let signature = field("Signature")?;
        let signed_headers = field("SignedHeaders")?;
        let parts: Vec<_> = credential.split('/').collect();
        let &[access_key, date, region, service, "aws4_request"] = parts.as_slice() else {
            return Err(Refusal::Incomplete(format!(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, \
                 got '{credential}'"
            )));
        };
        Ok(Authorization {
            access_key: access_key.into(),
            date: date.into(),
            region: region.into(),
            service: service.into(),
            signed_headers: signed_headers.split(';').map(str::to_lowercase).collect(),
            signature: signature.into(),
        })
    }

    /// Holds the signature against what `secret` would have signed for `service` in `region` about now.
    pub(crate) fn verify(
        &self,
        request: Request<'_>,
        secret: &str,
        service: &str,
        region: &str,
        now: OffsetDateTime,
    ) -> Result<(), Refusal> {
        if self.region != region {
            return Err(Refusal::Wrong(format!(
                "Credential should be scoped to a valid region, not '{}'. ",
                self.region
            )));
        }
        if self.service != service {
            return Err(Refusal::Wrong(format!(
                "Credential should be scoped to correct service: '{service}'. "
            )));
        }
        let stamp = self.check_date(request.headers, now)?;
        self.check_signed_headers(request.headers)?;
        let canonical = self.canonical_request(request)?;
        let scope = format!(
            "{}/{}/{}/aws4_request",
            self.date, self.region, self.service
        );
        let to_sign = format!(
            "AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{}",
            to_hex(&Sha256::digest(canonical.as_bytes()))
        );
        let mut key = sign(format!("AWS4{secret}").as_bytes(), &self.date);
        for part in [region, service, "aws4_request"] {
            key = sign(&key, part);
        }
        if to_hex(&sign(&key, &to_sign)) == self.signature {
            return Ok(());
        }
        Err(Refusal::Wrong(format!(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
             Access Key and signing method. Consult the service documentation for details.\n\nThe Canonical String \
             for this request should have been\n'{canonical}'\n\nThe String-to-Sign should have been\n'{to_sign}'\n"
        )))
    }

    /// The request's date, when it is well-formed, of the scope's day and within the skew.
    fn check_date(&self, headers: &HeaderMap, now: OffsetDateTime) -> Result<String, Refusal> {
        let stamp = header(headers, "x-amz-date").ok_or_else(|| {
            Refusal::Incomplete(
                "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.".into(),
            )
        })?;
        let at = parse_compact(&stamp).ok_or_else(|| {
            Refusal::Incomplete(format!(
                "Date must be in ISO-8601 'basic format'. Got '{stamp}'. See http://en.wikipedia.org/wiki/ISO_8601"
            ))
        })?;
        if !stamp.starts_with(&self.date) {
            return Err(Refusal::Wrong(format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{}' != '{}', \
                 from '{stamp}'.",
                self.date,
                &stamp[..8]
            )));
        }
        let (server, earliest, latest) = (compact(now), compact(now - SKEW), compact(now + SKEW));
        if at < now - SKEW {
            return Err(Refusal::Wrong(format!(
                "Signature expired: {stamp} is now earlier than {earliest} ({server} - 5 min.)"
            )));
        }
        if at > now + SKEW {
            return Err(Refusal::Wrong(format!(
                "Signature not yet current: {stamp} is still later than {latest} ({server} + 5 min.)"
            )));
        }
        Ok(stamp)
    }

    fn check_signed_headers(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let signed = |name: &str| self.signed_headers.iter().any(|signed| signed == name);
        if !signed("host") {
            return Err(Refusal::Wrong(
                "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.".into(),
            ));
        }
        // Signers leave out x-amz-user-agent, as they do User-Agent: proxies rewrite it.
        let unsigned = |name: &&str| {
            name.starts_with("x-amz-") && *name != "x-amz-user-agent" && !signed(name)
        };
        match headers.keys().map(|name| name.as_str()).find(unsigned) {
            Some(name) => Err(Refusal::Wrong(format!(
                "'{name}' must be a 'SignedHeader' in the AWS Authorization."
            ))),
            None => Ok(()),
        }
    }

    fn canonical_request(&self, request: Request<'_>) -> Result<String, Refusal> {
        let hash = to_hex(&Sha256::digest(request.body));
        if let Some(claimed) = header(request.headers, "x-amz-content-sha256")
            && claimed != hash
        {
            return Err(Refusal::Wrong(
                "The value passed in as x-amz-content-sha256 does not match the body.".into(),
            ));
        }
        let mut headers = String::new();
        for name in &self.signed_headers {
            let value = header(request.headers, name).unwrap_or_default();
            let collapsed = value.split_whitespace().collect::<Vec<_>>().join(" ");
            headers.push_str(&format!("{name}:{collapsed}\n"));
        }
        Ok(format!(
            "{}\n{}\n{}\n{headers}\n{}\n{hash}",
            request.method,
            path(request.path),
            query(request.query),
            self.signed_headers.join(";")
        ))
    }
}

/// HMAC-SHA256 of a text.
pub(crate) fn sign(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked example of AWS's own signing documentation (IAM ListUsers, 2015).
    fn example() -> (HeaderMap, OffsetDateTime) {
        let mut headers = HeaderMap::new();
        headers.insert(
            "content-type",
            "application/x-www-form-urlencoded; charset=utf-8"
                .parse()
                .unwrap(),
        );
        headers.insert("host", "iam.amazonaws.com".parse().unwrap());
        headers.insert("x-amz-date", "20150830T123600Z".parse().unwrap());
        headers.insert(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
             SignedHeaders=content-type;host;x-amz-date, \
             Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
                .parse()
                .unwrap(),
        );
        (headers, parse_compact("20150830T123600Z").unwrap())
    }

    fn verify(
        headers: &HeaderMap,
        query: &str,
        secret: &str,
        now: OffsetDateTime,
    ) -> Result<(), Refusal> {
        let request = Request {
            method: "GET",
            path: "/",
            query,
            headers,
            body: b"",
        };
        Authorization::read(headers)?.verify(request, secret, "iam", "us-east-1", now)
    }

    const QUERY: &str = "Action=ListUsers&Version=2010-05-08";
    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    #[test]
    fn awss_own_example_verifies() {
        let (headers, now) = example();
        assert_eq!(verify(&headers, QUERY, SECRET, now), Ok(()));
        assert_eq!(
            verify(&headers, "Version=2010-05-08&Action=ListUsers", SECRET, now),
            Ok(())
        );
    }

    #[test]
    fn anything_changed_after_signing_is_refused() {
        let (headers, now) = example();
        assert!(verify(&headers, "Action=ListUsers", SECRET, now).is_err());
        assert!(verify(&headers, QUERY, "another secret", now).is_err());
        assert!(verify(&headers, QUERY, SECRET, now + Duration::seconds(301)).is_err());
        assert!(verify(&headers, QUERY, SECRET, now - Duration::seconds(301)).is_err());
        assert!(verify(&headers, QUERY, SECRET, now + Duration::seconds(299)).is_ok());
        let mut extra = headers.clone();
        extra.insert("x-amz-security-token", "unsigned".parse().unwrap());
        assert!(verify(&extra, QUERY, SECRET, now).is_err());
    }

    #[test]
    fn an_unsigned_request_is_told_apart_from_a_broken_one() {
        assert_eq!(
            Authorization::read(&HeaderMap::new()),
            Err(Refusal::Missing)
        );
        let mut headers = HeaderMap::new();
        headers.insert(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=a/b/c".parse().unwrap(),
        );
        assert!(matches!(
            Authorization::read(&headers),
            Err(Refusal::Incomplete(_))
        ));
    }
}
