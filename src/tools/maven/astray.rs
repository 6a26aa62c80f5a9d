//! Whether Maven would send a token of ours elsewhere: it gives a server's password to whatever bears the server's name, a mirror,
//! a repository or a place to publish to.

use super::{SERVERS, names};
use crate::edit::SyntaxError;
use crate::edit::xml::{Element, XmlFile};
use crate::token::is_token;
use crate::tools::tables::Keys;
use crate::tools::url::is_at_host_of;

/// What the deploy plugin's properties for other places to publish to end in; their values are `NAME::URL`, or
/// `NAME::LAYOUT::URL`.
const DEPLOYING: &str = "DeploymentRepository";

/// Whether what bears the name of a server of ours is at a host that none of `urls` is at.
pub(super) fn leads_astray(file: &XmlFile, urls: &[&str]) -> Result<bool, SyntaxError> {
    let mut servers = file.all(SERVERS, "server")?;
    // Somebody's own may ask the environment, `${env.…}`: no token of ours.
    servers.retain(|server| server.text_of("password").is_some_and(is_token));
    let ids = servers.iter().filter_map(|server| server.text_of("id"));
    let is_ours = |id: &&str| names::is_ours(id) || Keys::is_our_name(id);
    let ids: Vec<&str> = ids.filter(is_ours).collect();
    let is_astray = |(id, url): (&str, &str)| ids.contains(&id) && !is_at_host_of(url, urls);
    let mut addresses = Vec::new();
    if let Some(settings) = file.find(&[])? {
        collect(settings, &mut addresses);
    }
    Ok(addresses.into_iter().any(is_astray))
}

/// The names in an element and all that is in it, each with its address.
fn collect<'a>(element: &'a Element, addresses: &mut Vec<(&'a str, &'a str)>) {
    addresses.extend(element.text_of("id").zip(element.text_of("url")));
    if element.name.ends_with(DEPLOYING) {
        let name = element.text.split("::").next();
        let url = element.text.rsplit_once("::").map(|(_, url)| url);
        addresses.extend(name.zip(url));
    }
    for child in &element.children {
        collect(child, addresses);
    }
}
