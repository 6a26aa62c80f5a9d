//! Answers that no CodeArtifact gives: each part right or odd, then the bytes damaged.

use crate::parts::{CODES, HEADERS, MESSAGES, NUMBERS, STATUS, STRINGS, URLS};
use crate::server::{Answer, Then};

/// A small generator of random numbers (xorshift64*), so that a seed names a case for good.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() >> 33) as usize % limit.max(1)
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

/// The case that `seed` names.
pub fn answer(seed: u64) -> Answer {
    let mut random = Random::new(seed);
    let body = body(&mut random);
    let mut bytes = head(&mut random, body.len()).into_bytes();
    let chunked = bytes.windows(7).any(|window| window == b"chunked");
    if chunked && !random.one_in(3) {
        bytes.extend(in_chunks(&mut random, &body));
    } else {
        bytes.extend(body);
    }
    damage(&mut random, &mut bytes);
    let then = match random.below(40) {
        0 | 1 => Then::Hold,
        2 => Then::Repeat,
        _ => Then::Close,
    };
    Answer { bytes, then }
}

/// An answer as the service gives it.
pub fn well_formed(status: &str, body: &str) -> Answer {
    let length = body.len();
    let text = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    Answer {
        bytes: text.into_bytes(),
        then: Then::Close,
    }
}

fn head(random: &mut Random, length: usize) -> String {
    let version = match random.below(30) {
        0 => random.pick(&["HTTP/1.0", "HTTP/2", "HTTP/9.9", "ICY", ""]),
        _ => "HTTP/1.1",
    };
    let status = if random.one_in(2) {
        "200 OK"
    } else {
        random.pick(STATUS)
    };
    let mut head = format!("{version} {status}\r\n");
    if !random.one_in(4) {
        head += &format!("content-length: {length}\r\n");
    }
    for _ in 0..random.below(4) {
        head += &format!("{}\r\n", random.pick(HEADERS));
    }
    match random.below(60) {
        0 => head += &"x: y\r\n".repeat(5_000),
        1 => head += &format!("x: {}\r\n", "y".repeat(500_000)),
        2 => return head,
        _ => {}
    }
    head + "\r\n"
}

fn body(random: &mut Random) -> Vec<u8> {
    let text = match random.below(20) {
        0 => String::new(),
        1 => "<html><body>Sign in to the network</body></html>".into(),
        2 => "[".repeat(200_000),
        3 => r#"{"a":"#.repeat(100_000),
        4 => format!(
            r#"{{"authorizationToken":"{}","expiration":1795572000}}"#,
            "x".repeat(3_000_000)
        ),
        5 => format!(
            r#"{{"repositoryEndpoint":"https://{}"}}"#,
            "h".repeat(100_000)
        ),
        6 => format!(r#"{{"message":"{}"}}"#, "m\\n".repeat(100_000)),
        7 | 8 => format!(
            r#"{{"__type":"{}","message":"{}","retryAfterSeconds":{}}}"#,
            random.pick(CODES),
            random.pick(MESSAGES),
            random.pick(NUMBERS)
        ),
        9 | 10 => format!(
            r#"{{"AccessKeyId":{},"SecretAccessKey":{},"Token":{},"Expiration":{},"Code":"Success"}}"#,
            random.pick(STRINGS),
            random.pick(STRINGS),
            random.pick(STRINGS),
            random.pick(NUMBERS)
        ),
        11 => format!(
            r#"{{"AccessKeyId":"AKIA","SecretAccessKey":"s","Token":{},"Expiration":"{}"}}"#,
            random.pick(STRINGS),
            random.pick(&[
                "2099-01-01T00:00:00Z",
                "1970-01-01T00:00:00Z",
                "99999-99-99T99:99:99Z",
                "-1",
                "",
                "2099-01-01T00:00:00+99:99"
            ])
        ),
        _ => {
            let url = random.pick(URLS);
            format!(
                r#"{{"authorizationToken":{},"expiration":{},"repositoryEndpoint":"{url}","message":"{}"}}"#,
                random.pick(STRINGS),
                random.pick(NUMBERS),
                random.pick(MESSAGES)
            )
        }
    };
    text.into_bytes()
}

fn in_chunks(random: &mut Random, body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in body.chunks(1 + random.below(body.len().max(1))) {
        let size = match random.below(12) {
            0 => random
                .pick(&[
                    "ffffffffffffffff",
                    "-1",
                    "x",
                    "",
                    "7fffffffffffffff",
                    "0",
                    "1;ext=\"\u{1b}\"",
                ])
                .to_owned(),
            _ => format!("{:x}", part.len()),
        };
        bytes.extend(format!("{size}\r\n").into_bytes());
        bytes.extend(part);
        bytes.extend(
            random
                .pick(&["\r\n", "\r\n", "\r\n", "\r\n", "\n", ""])
                .bytes(),
        );
    }
    bytes.extend(
        random
            .pick(&["0\r\n\r\n", "0\r\n\r\n", "0\r\nx: y\r\n\r\n", ""])
            .bytes(),
    );
    bytes
}

/// Bytes flipped, cut, doubled; half of the answers stay as they are.
fn damage(random: &mut Random, bytes: &mut Vec<u8>) {
    if random.one_in(2) {
        return;
    }
    for _ in 0..=random.below(3) {
        // Mostly in the head and the start of the body, where it means something.
        let reach = bytes.len().min(400);
        let at = random.below(reach);
        match random.below(5) {
            0 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
            1 => bytes.truncate(at),
            2 if at < bytes.len() => drop(bytes.remove(at)),
            3 => bytes.insert(at, random.below(256) as u8),
            _ => bytes
                .splice(
                    at..at,
                    random
                        .pick(&["\r\n", "\0", "\"", "}", "\u{feff}", "9", "-"])
                        .bytes(),
                )
                .for_each(drop),
        }
    }
}
