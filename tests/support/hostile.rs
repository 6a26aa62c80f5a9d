//! URLs that somebody could take for a login's own endpoint.

/// AWS's own host names, and all that looks like one of them to somebody.
pub fn hostile() -> Vec<String> {
    let host = "corp-111122223333.d.codeartifact.us-east-1.amazonaws.com";
    let path = "/pypi/team/simple/";
    let hosts = [
        // Other accounts, domains, regions, services, address families.
        "corp-444455556666.d.codeartifact.us-east-1.amazonaws.com",
        "corps-111122223333.d.codeartifact.us-east-1.amazonaws.com",
        "other-111122223333.d.codeartifact.us-east-1.amazonaws.com",
        "corp-111122223333.d.codeartifact.us-east-2.amazonaws.com",
        "corp-111122223333.d.codeartifact.us-east-1.amazonaws.com.cn",
        "corp-111122223333.codeartifact.us-east-1.on.aws",
        "codeartifact.us-east-1.amazonaws.com",
        // Suffixes, prefixes, look-alikes.
        "corp-111122223333.d.codeartifact.us-east-1.amazonaws.com.evil.example",
        "evil-corp-111122223333.d.codeartifact.us-east-1.amazonaws.com",
        "x.corp-111122223333.d.codeartifact.us-east-1.amazonaws.com",
        "corp-111122223333.d.codeartifact.us-east-1.amazonaws.co",
        "corp-111122223333.d.codeartifact.us-east-1.amaz0naws.com",
        "corp-111122223333.d.codeartifact.us-east-1-amazonaws.com",
        "corp-111122223333-d.codeartifact.us-east-1.amazonaws.com",
        "corp-111122223333.d.codeartifact.us-east-1.amazonaws.com.",
        "corp-111122223333..d.codeartifact.us-east-1.amazonaws.com",
        "corp‑111122223333.d.codeartifact.us-east-1.amazonaws.com",
        "cоrp-111122223333.d.codeartifact.us-east-1.amazonaws.com",
        "corp-111122223333。d.codeartifact.us-east-1.amazonaws.com",
        "corp-111122223333.d.codeartifact.us-east-1.ａmazonaws.com",
        "xn--crp-6kc-111122223333.d.codeartifact.us-east-1.amazonaws.com",
        "Corp-111122223333.d.codeartifact.us-east-1.amazonaws.com",
        "CORP-111122223333.D.CODEARTIFACT.US-EAST-1.AMAZONAWS.COM",
        // Percent encoding, addresses, nothing at all.
        "corp-111122223333%2ed.codeartifact.us-east-1.amazonaws.com",
        "%63orp-111122223333.d.codeartifact.us-east-1.amazonaws.com",
        "corp-111122223333.d.codeartifact.us-east-1.amazonaws.com%00.evil.example",
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[corp-111122223333.d.codeartifact.us-east-1.amazonaws.com]",
        "",
    ];
    let mut urls: Vec<String> = hosts
        .iter()
        .map(|host| format!("https://{host}{path}"))
        .collect();
    urls.extend([
        // Ports.
        format!("https://{host}:80{path}"),
        format!("https://{host}:8443{path}"),
        format!("https://{host}:0443{path}"),
        format!("https://{host}:{path}"),
        format!("https://{host}:+443{path}"),
        format!("https://{host}:443:443{path}"),
        format!("https://{host}:65979{path}"),
        // Schemes, and none.
        format!("http://{host}{path}"),
        format!("http://{host}:443{path}"),
        format!("HTTPS://{host}{path}"),
        format!("ftp://{host}{path}"),
        format!("//{host}{path}"),
        format!("https:{host}{path}"),
        format!("https:/{host}{path}"),
        format!("https:///{host}{path}"),
        format!("{host}{path}"),
        format!("{host}:443"),
        host.to_owned(),
        // User information that hides the host, and other people's.
        format!("https://{host}@evil.example{path}"),
        format!("https://aws@{host}@evil.example{path}"),
        format!("https://aws:{host}@evil.example{path}"),
        format!("https://evil.example@{host}@{host}{path}"),
        format!("https://aws:password@{host}{path}"),
        format!("https://:@{host}{path}"),
        format!("https://somebody@{host}{path}"),
        format!("https://AWS@{host}{path}"),
        format!("https://aws%40evil@{host}{path}"),
        // Where one parser sees another host than the next.
        format!("https://evil.example/{host}{path}"),
        format!("https://evil.example/@{host}{path}"),
        format!("https://evil.example#@{host}{path}"),
        format!("https://evil.example?@{host}{path}"),
        format!("https://evil.example\\@{host}{path}"),
        format!("https://evil.example;@{host}{path}"),
        format!("https://{host}\\.evil.example{path}"),
        format!("https://{host}\t{path}"),
        format!("https://{host}\n.evil.example{path}"),
        format!("https://{host}\r\nHost: evil.example{path}"),
        format!(" https://{host}{path}"),
        format!("https:// {host}{path}"),
        format!("https://{host} {path}"),
        format!("https://{host},evil.example{path}"),
        String::new(),
    ]);
    urls
}
