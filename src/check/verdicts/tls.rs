//! Handshakes: who stands at the other end, and what the certificate proves.

use super::network::skew;
use super::{list, names};
use crate::check::catalogue::{MOST_SKEW, TRUST, hops};
use crate::check::evidence::{Distrust, Handshake, Role};
use crate::check::{Cause, Evidence, Verdict};

/// Whether a host proves its identity.
pub fn proves(evidence: &Evidence, role: Role) -> Option<Verdict> {
    let Some(host) = evidence.host(role) else {
        return names::resolves(evidence, role);
    };
    if !host.tls {
        return Some(Verdict::ok("no TLS, on this machine alone"));
    }
    let roots = match &evidence.roots {
        Some(Ok(roots)) => roots.from.as_str(),
        _ => return Some(Verdict::waits_for("trust.roots")),
    };
    let name = &host.host;
    let Some(handshake) = &host.handshake else {
        return Some(Verdict::waits_for(hops(role).tcp.id));
    };
    // What befalls several hosts in the same way has one cause between here and all of them.
    let verdict = |what: String, how: &str| {
        Verdict::failed(what)
            .fix(cut(name))
            .because(Cause::NoTls(how.to_owned()))
    };
    Some(match handshake {
        Handshake::Done { issuer, trust } => match trust {
            Ok(()) => Verdict::ok(format!("issued by {}", or_nameless(issuer))),
            Err(distrust) => distrusted(name, issuer, roots, distrust, evidence),
        },
        Handshake::TimedOut => {
            let what = format!(
                "{name} accepts the connection and then does not answer: something on the way swallows TLS"
            );
            let verdict = verdict(what, "silence");
            let fix = format!(
                "{}\nIf that hangs behind CONNECTED, full-sized packets may be lost on the way: with smaller ones it goes on:\n\
                 $ sudo ip link set dev eth0 mtu 1300",
                cut(name)
            );
            verdict.fix(fix)
        }
        Handshake::Cut(why) => Verdict::failed(format!(
            "the connection to {name} is cut when TLS begins ({why})"
        ))
        .fix(cut(name))
        .because(Cause::CutTls),
        Handshake::Failed(why) => verdict(format!("no TLS with {name}: {why}"), why),
    })
}

/// The mend where something stops TLS on the way to `host`.
pub(super) fn cut(host: &str) -> String {
    format!(
        "A firewall between the space and the endpoint stops TLS: it must let {host} through by its name (SNI). \
         This shows what happens:\n\
         $ openssl s_client -connect {host}:443 -servername {host}"
    )
}

fn or_nameless(issuer: &str) -> &str {
    if issuer.is_empty() {
        "somebody without a name"
    } else {
        issuer
    }
}

fn distrusted(
    name: &str,
    issuer: &str,
    roots: &str,
    distrust: &Distrust,
    evidence: &Evidence,
) -> Verdict {
    let issuer = or_nameless(issuer);
    // Whoever signs what cannot be trusted at several hosts is one thing to mend.
    let verdict =
        |detail: String| Verdict::failed(detail).because(Cause::Issuer(issuer.to_owned()));
    match distrust {
        Distrust::UnknownIssuer => {
            let verdict = verdict(format!(
                "the certificate of {name} is issued by {issuer}, which is not trusted (trusted: {roots})"
            ));
            match issuer.contains("Amazon") {
                true => verdict.fix(AMAZONS),
                false => verdict,
            }
        }
        Distrust::WrongName(names) => {
            let whose = match names.is_empty() {
                true => "other names".to_owned(),
                false => list(names),
            };
            verdict(format!(
                "the certificate of {name} is for {whose} (issued by {issuer})"
            ))
            .fix(format!(
                "The name leads to the wrong place. See what it stands for, here and in the VPC's private hosted zones:\n\
                 $ getent ahosts {name}"
            ))
        }
        Distrust::Expired | Distrust::NotYetValid => {
            let when = match distrust {
                Distrust::Expired => "has expired",
                _ => "is not valid yet",
            };
            let verdict = verdict(format!(
                "the certificate of {name} (issued by {issuer}) {when}"
            ));
            // A clock ahead ends what is valid, a clock behind lets it not begin; neither does the other.
            let off = skew(evidence).unwrap_or_default();
            let is_clocks = off.unsigned_abs() > MOST_SKEW.as_secs()
                && (off > 0) == (*distrust == Distrust::Expired);
            if is_clocks {
                verdict.because(Cause::Clock)
            } else {
                verdict.fix(format!(
                    "Whoever issues this certificate must renew it; if that is not Amazon, it is what opens TLS on the way:\n\
                     $ openssl s_client -connect {name}:443 -servername {name} < /dev/null | openssl x509 -noout -issuer -dates"
                ))
            }
        }
        Distrust::Other(why) => verdict(format!(
            "the certificate of {name} (issued by {issuer}) cannot be used: {why}"
        ))
        .fix(TRUST),
    }
}

/// A bundle that holds the CA of an organisation alone, where TLS is opened for some hosts only.
const AMAZONS: &str = "The trusted certificates lack Amazon's, which sign here. A bundle that a variable names counts alone, so it must hold the \
    public ones beside your organisation's:\n\
    $ cat /etc/ssl/certs/ca-certificates.crt {ca_file} > ~/ca-bundle.pem\n\
    $ export AWS_CA_BUNDLE=~/ca-bundle.pem PIP_CERT=~/ca-bundle.pem SSL_CERT_FILE=~/ca-bundle.pem";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::verdicts::sample::{evidence, host};

    #[test]
    fn an_identity_that_is_not_proved_says_whose_fault_it_is() {
        let shown = |trust: Distrust, now| {
            let mut host = host();
            host.handshake = Some(Handshake::Done {
                issuer: "Corp CA".into(),
                trust: Err(trust),
            });
            let mut evidence = evidence(host);
            evidence.now = now;
            proves(&evidence, Role::Api).unwrap()
        };
        let unknown = shown(Distrust::UnknownIssuer, 1_000);
        assert_eq!(unknown.cause, Some(Cause::Issuer("Corp CA".into())));
        assert!(unknown.detail.contains("issued by Corp CA"), "{unknown:?}");
        assert_eq!(unknown.fix, None);
        let wrong = shown(Distrust::WrongName(vec!["a.example".into()]), 1_000);
        assert!(wrong.detail.contains("is for a.example"), "{wrong:?}");
        // The same certificate is at fault by a right clock and not by a wrong one.
        let expired = shown(Distrust::Expired, 1_000);
        assert_eq!(expired.cause, Some(Cause::Issuer("Corp CA".into())));
        assert_eq!(shown(Distrust::Expired, 90_000).cause, Some(Cause::Clock));
        assert_eq!(shown(Distrust::NotYetValid, 0).cause, Some(Cause::Clock));
        // A clock that is wrong the other way hides such a fault; it cannot bring it about.
        let issuer = Some(Cause::Issuer("Corp CA".into()));
        assert_eq!(shown(Distrust::Expired, 0).cause, issuer);
        assert_eq!(shown(Distrust::NotYetValid, 90_000).cause, issuer);
    }
}
