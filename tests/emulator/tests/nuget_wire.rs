//! NuGet's endpoint, asked as plainly as curl asks, by NuGet's documentation of its server API, version 3.

mod support;

use std::io::{Cursor, Write};
use support::publisher::{CORP, Publisher};
use support::{Answer, request};

fn get(publisher: &Publisher, below: &str) -> Answer {
    publisher.get(&format!("/nuget{CORP}/team/{below}"))
}

fn package(id: &str, version: &str, text: &str) -> Vec<u8> {
    let specification = format!(
        "<package><metadata><id>{id}</id><version>{version}</version><description>{text}</description>\
         <dependencies><dependency id=\"Other\" version=\"[1.0, )\" /></dependencies></metadata></package>"
    );
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    archive.start_file(format!("{id}.nuspec"), options).unwrap();
    archive.write_all(specification.as_bytes()).unwrap();
    archive.finish().unwrap().into_inner()
}

fn push(publisher: &Publisher, bytes: &[u8]) -> u16 {
    let head = "--b\r\nContent-Disposition: form-data; name=\"package\"; filename=\"package.nupkg\"\r\n\r\n";
    let body = [head.as_bytes(), bytes, b"\r\n--b--\r\n"].concat();
    let path = format!("/nuget{CORP}/team/v2/package/");
    publisher
        .send("PUT", &path, "multipart/form-data; boundary=b", body)
        .status
}

#[test]
fn nothing_is_told_without_a_token() {
    let publisher = Publisher::new();
    let base = publisher.world.emulator.http_url();
    for (method, below) in [
        ("GET", "v3/index.json"),
        ("GET", "v3/registrations/mine/index.json"),
        ("PUT", "v2/package"),
    ] {
        let answer = request(
            method,
            &base,
            &format!("/nuget{CORP}/team/{below}"),
            &[],
            "",
        );
        assert_eq!(answer.status, 401, "{below}");
    }
}

#[test]
fn the_service_index_leads_to_what_was_pushed() {
    let publisher = Publisher::new();
    let mine = package("My.Own", "1.0.0-Beta", "x");
    assert_eq!(push(&publisher, &mine), 200);
    assert_eq!(push(&publisher, &mine), 200, "the same again");
    assert_eq!(
        push(&publisher, &package("My.Own", "1.0.0-Beta", "another")),
        409
    );
    assert_eq!(push(&publisher, b"no package"), 400);
    let index = get(&publisher, "v3/index.json").json();
    let of = |kind: &str| {
        let resources = index["resources"].as_array().unwrap().iter();
        let found = resources.clone().find(|resource| resource["@type"] == kind);
        let url = found.unwrap()["@id"].as_str().unwrap().to_owned();
        url.split_once("/team/").unwrap().1.to_owned()
    };
    let flat = of("PackageBaseAddress/3.0.0");
    let versions = get(&publisher, &format!("{flat}my.own/index.json")).json();
    assert_eq!(versions["versions"][0], "1.0.0-beta");
    let file = get(
        &publisher,
        &format!("{flat}my.own/1.0.0-beta/my.own.1.0.0-beta.nupkg"),
    );
    assert_eq!(file.body, mine);
    let registrations = of("RegistrationsBaseUrl/3.6.0");
    let page =
        get(&publisher, &format!("{registrations}my.own/index.json")).json()["items"][0].clone();
    let entry = &page["items"][0]["catalogEntry"];
    assert_eq!(
        (&entry["id"], &entry["version"]),
        (&"My.Own".into(), &"1.0.0-Beta".into())
    );
    assert_eq!(
        entry["dependencyGroups"][0]["dependencies"][0]["range"],
        "[1.0, )"
    );
    assert_eq!(of("PackagePublish/2.0.0"), "v2/package");
    assert_eq!(
        get(&publisher, &format!("{registrations}other/index.json")).status,
        404
    );
}
