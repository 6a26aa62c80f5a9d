//! PyPI's wire: project pages in PEP 503's HTML and PEP 691's JSON, written for clients and read from the public index.

use crate::asset::Asset;
use crate::call::normalise;
use crate::canonical::RESERVED;
use crate::error::{escape, respond};
use anyhow::{Context, Result};
use axum::response::Response;
use percent_encoding::utf8_percent_encode;
use regex_lite::Regex;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use url::Url;

/// PEP 691's JSON.
pub(crate) const JSON: &str = "application/vnd.pypi.simple.v1+json";
/// PEP 691's name for PEP 503's HTML.
pub(crate) const HTML: &str = "application/vnd.pypi.simple.v1+html";

/// A representation that a client accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Representation {
    Json,
    /// HTML under the name that was asked for.
    Html(&'static str),
}

/// Chooses by an Accept header; `None` means 406. No header at all is a browser's or curl's, and gets HTML.
pub(crate) fn negotiate(accept: Option<&str>) -> Option<Representation> {
    let mut best: Option<(f32, Representation)> = None;
    for range in accept.unwrap_or("*/*").split(',') {
        let mut parts = range.split(';').map(str::trim);
        let representation = match parts.next().unwrap_or("").to_ascii_lowercase().as_str() {
            JSON | "application/vnd.pypi.simple.latest+json" => Representation::Json,
            HTML | "application/vnd.pypi.simple.latest+html" => Representation::Html(HTML),
            "text/html" | "text/*" | "*/*" => Representation::Html("text/html"),
            _ => continue,
        };
        let quality = parts
            .find_map(|part| part.strip_prefix("q=")?.parse().ok())
            .unwrap_or(1.0_f32);
        if quality > 0.0 && best.is_none_or(|(best, _)| quality > best) {
            best = Some((quality, representation));
        }
    }
    best.map(|(_, representation)| representation)
}

/// A project's page. File addresses are relative to it.
pub(crate) fn page(
    project: &str,
    files: &[Arc<Asset>],
    representation: Representation,
) -> Response {
    match representation {
        Representation::Json => respond(200, JSON, json_page(project, files).to_string()),
        Representation::Html(kind) => respond(200, kind, html_page(project, files)),
    }
}

/// The address of a file relative to its project's page: its version, then its name.
fn address(asset: &Asset) -> String {
    let encode = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
    format!("{}/{}", encode(&asset.version), encode(&asset.filename))
}

fn json_page(project: &str, files: &[Arc<Asset>]) -> Value {
    let file = |asset: &Arc<Asset>| {
        let mut file = Map::new();
        file.insert("filename".into(), json!(asset.filename));
        file.insert("url".into(), json!(address(asset)));
        let hashes = asset
            .sha256
            .as_ref()
            .map_or(json!({}), |hash| json!({ "sha256": hash }));
        file.insert("hashes".into(), hashes);
        if let Some(requires) = &asset.requires_python {
            file.insert("requires-python".into(), json!(requires));
        }
        if let Some(reason) = &asset.yanked {
            file.insert(
                "yanked".into(),
                if reason.is_empty() {
                    json!(true)
                } else {
                    json!(reason)
                },
            );
        }
        Value::Object(file)
    };
    json!({
        "meta": { "api-version": "1.0" },
        "name": project,
        "files": files.iter().map(file).collect::<Vec<_>>(),
    })
}

fn html_page(project: &str, files: &[Arc<Asset>]) -> String {
    let mut page = format!(
        "<!DOCTYPE html>\n<html>\n<head><title>Links for {0}</title></head>\n<body>\n<h1>Links for {0}</h1>\n",
        escape(project)
    );
    for asset in files {
        let fragment = asset
            .sha256
            .as_ref()
            .map_or(String::new(), |hash| format!("#sha256={hash}"));
        let mut attributes = String::new();
        if let Some(requires) = &asset.requires_python {
            attributes.push_str(&format!(" data-requires-python=\"{}\"", escape(requires)));
        }
        if let Some(reason) = &asset.yanked {
            attributes.push_str(&format!(" data-yanked=\"{}\"", escape(reason)));
        }
        let (address, name) = (escape(&address(asset)), escape(&asset.filename));
        page.push_str(&format!(
            "<a href=\"{address}{fragment}\"{attributes}>{name}</a><br/>\n"
        ));
    }
    page.push_str("</body>\n</html>\n");
    page
}

/// A file that the public index lists.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RemoteFile {
    pub(crate) filename: String,
    pub(crate) url: Url,
    pub(crate) sha256: Option<String>,
    pub(crate) requires_python: Option<String>,
    pub(crate) yanked: Option<String>,
}

/// Reads a PEP 691 page that came from `page`. Entries that make no sense are left out.
pub(crate) fn read_json(page: &Url, body: &[u8]) -> Result<Vec<RemoteFile>> {
    let body: Value = serde_json::from_slice(body).context("the page is no JSON")?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let file = |file: &Value| {
        Some(RemoteFile {
            filename: text(&file["filename"])?,
            url: page.join(file["url"].as_str()?).ok()?,
            sha256: text(&file["hashes"]["sha256"]),
            requires_python: text(&file["requires-python"]),
            yanked: match &file["yanked"] {
                Value::Bool(true) => Some(String::new()),
                Value::String(reason) => Some(reason.clone()),
                _ => None,
            },
        })
    };
    let files = body["files"]
        .as_array()
        .context("the page lists no files")?;
    Ok(files.iter().filter_map(file).collect())
}

/// Reads a PEP 503 page that came from `page`. Anchors that make no sense are left out.
pub(crate) fn read_html(page: &Url, body: &str) -> Vec<RemoteFile> {
    let anchor = Regex::new(r"(?is)<a\s([^>]*)>(.*?)</a>").expect("the pattern is right");
    let file = |captures: regex_lite::Captures<'_>| {
        let attributes = captures.get(1)?.as_str();
        let mut url = page.join(&attribute(attributes, "href")?).ok()?;
        let sha256 = url
            .fragment()
            .and_then(|fragment| fragment.strip_prefix("sha256="))
            .map(str::to_owned);
        url.set_fragment(None);
        Some(RemoteFile {
            filename: unescape(captures.get(2)?.as_str().trim()),
            url,
            sha256,
            requires_python: attribute(attributes, "data-requires-python"),
            yanked: attribute(attributes, "data-yanked"),
        })
    };
    anchor.captures_iter(body).filter_map(file).collect()
}

fn attribute(attributes: &str, name: &str) -> Option<String> {
    let pattern = Regex::new(&format!(
        r#"(?is)(?:^|\s){name}\s*=\s*(?:"([^"]*)"|'([^']*)')"#
    ))
    .ok()?;
    let captures = pattern.captures(attributes)?;
    let value = captures.get(1).or_else(|| captures.get(2))?;
    Some(unescape(value.as_str()))
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&#x27;", "'")
        .replace("&amp;", "&")
}

/// The version in a file's name; `None` for kinds of files that CodeArtifact does not serve.
pub(crate) fn version_of(project: &str, filename: &str) -> Option<String> {
    if let Some(stem) = filename.strip_suffix(".whl") {
        return stem.split('-').nth(1).map(str::to_owned);
    }
    let stem = filename
        .strip_suffix(".tar.gz")
        .or_else(|| filename.strip_suffix(".zip"))?;
    // A version may hold a dash too, so it is the project's name that says where it begins.
    stem.match_indices('-')
        .find(|(at, _)| normalise(&stem[..*at]) == project)
        .map(|(at, _)| stem[at + 1..].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_representation_follows_the_accept_header() {
        let html = Some(Representation::Html("text/html"));
        assert_eq!(negotiate(None), html);
        assert_eq!(negotiate(Some("text/html,*/*;q=0.1")), html);
        assert_eq!(
            negotiate(Some(&format!("{JSON}, {HTML};q=0.1, text/html;q=0.01"))),
            Some(Representation::Json)
        );
        assert_eq!(negotiate(Some("application/json")), None);
        assert_eq!(negotiate(Some("application/vnd.pypi.simple.v2+json")), None);
        assert_eq!(negotiate(Some("text/html;q=0")), None);
    }

    #[test]
    fn versions_are_found_in_file_names() {
        let version = |project: &str, name: &str| version_of(project, name);
        assert_eq!(
            version("a-b", "a_b-1.0-py3-none-any.whl").as_deref(),
            Some("1.0")
        );
        assert_eq!(
            version("a-b", "a-b-1.0-beta.tar.gz").as_deref(),
            Some("1.0-beta")
        );
        assert_eq!(version("a-b", "A.b-2.zip").as_deref(), Some("2"));
        assert_eq!(version("a-b", "a-b-1.0.exe"), None);
    }

    #[test]
    fn both_kinds_of_page_are_read_alike() {
        let page = Url::parse("http://index.test/simple/a/").unwrap();
        let html = "<a href='../../files/a-1.tar.gz#sha256=ab' data-requires-python=\"&gt;=3\">a-1.tar.gz</a>";
        let json = r#"{"files":[{"filename":"a-1.tar.gz","url":"/files/a-1.tar.gz","hashes":{"sha256":"ab"},
                       "requires-python":">=3"}]}"#;
        let read = read_json(&page, json.as_bytes()).unwrap();
        assert_eq!(read, read_html(&page, html));
        assert_eq!(read[0].url.as_str(), "http://index.test/files/a-1.tar.gz");
    }
}
