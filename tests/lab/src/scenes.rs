//! The scenes: what can be wrong with a space that is logged in, and what real clients make of it.
//!
//! Before each, the space logs in while its world is in order; then the faults come, and the cached token is gone. So
//! pip, whose helper asks for a new token, needs the API; npm has its token in a file, and does not.

use crate::fault::{
    Answer, Certificate, Clock, Fault, Link, Missing, Proxy, Refusal, Resolver, Session, Setting,
};
use crate::place::Host;
use crate::world::World;
use Outcome::{Fails, Installs};

/// What becomes of an installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The package is there.
    Installs,
    /// It is not.
    Fails,
}

/// A world, what is wrong with it, and what comes of that: to clients, and to `check`.
#[derive(Clone, Copy, Debug)]
pub struct Scene {
    /// What it is called.
    pub name: &'static str,
    /// The world that it would be without faults.
    pub world: World,
    /// What is wrong.
    pub faults: &'static [Fault],
    /// What becomes of `pip install`.
    pub pip: Outcome,
    /// What becomes of `npm install`.
    pub npm: Outcome,
    /// What becomes of `uv pip install`; where it is not asked, uv is not installed.
    pub uv: Option<Outcome>,
    /// The ids of the checks that fail: the root causes, and nothing that follows from them.
    pub failing: &'static [&'static str],
    /// The ids of the checks that warn.
    pub warning: &'static [&'static str],
}

impl Scene {
    const fn failing(mut self, ids: &'static [&'static str]) -> Scene {
        self.failing = ids;
        self
    }

    const fn warning(mut self, ids: &'static [&'static str]) -> Scene {
        self.warning = ids;
        self
    }

    const fn uv(mut self, outcome: Outcome) -> Scene {
        self.uv = Some(outcome);
        self
    }

    /// Whether it is a world in order.
    pub fn is_healthy(&self) -> bool {
        self.faults.is_empty()
    }

    /// The scene of this name.
    pub fn named(name: &str) -> Option<&'static Scene> {
        SCENES.iter().find(|scene| scene.name == name)
    }
}

const fn scene(
    name: &'static str,
    world: World,
    faults: &'static [Fault],
    pip: Outcome,
    npm: Outcome,
) -> Scene {
    Scene {
        name,
        world,
        faults,
        pip,
        npm,
        uv: None,
        failing: &[],
        warning: &[],
    }
}

use Host::{Api, Assets, Credentials, Repositories, Sts};
use World::{BesideProxy, DualStack, Ipv4, PrivateCa, Vpce};

/// All scenes, by topic.
#[rustfmt::skip]
pub const SCENES: &[Scene] = &[
    // Worlds in order.
    scene("healthy_ipv4", Ipv4, &[], Installs, Installs).uv(Installs),
    scene("healthy_dual_stack", DualStack, &[], Installs, Installs).uv(Installs),
    scene("healthy_vpce_names", Vpce, &[], Installs, Installs).uv(Installs),
    scene("healthy_through_a_proxy", World::Proxy, &[], Installs, Installs).uv(Installs),
    scene("healthy_beside_a_proxy", BesideProxy, &[], Installs, Installs).uv(Installs),
    scene("healthy_private_ca", PrivateCa, &[], Installs, Installs).uv(Installs),
    // Names.
    scene("api_without_private_dns", Ipv4, &[Fault::Dns(Api, Answer::Public)], Fails, Installs).failing(&["network.api.dns"]),
    scene("repositories_without_private_dns", Ipv4, &[Fault::Dns(Repositories, Answer::Public)], Fails, Fails).failing(&["network.repositories.dns"]),
    scene("no_private_dns_at_all", Ipv4, &[Fault::Dns(Api, Answer::Public), Fault::Dns(Repositories, Answer::Public)], Fails, Fails).failing(&["network.api.dns"]),
    scene("every_name_leads_outside", Ipv4, &[Fault::Dns(Api, Answer::Public), Fault::Dns(Repositories, Answer::Public), Fault::Dns(Sts, Answer::Public)], Fails, Fails).failing(&["network.api.dns"]),
    scene("api_has_no_endpoint_nor_has_sts", Ipv4, &[Fault::Dns(Api, Answer::Public), Fault::Dns(Sts, Answer::Public)], Fails, Installs).failing(&["network.api.dns"]).warning(&["network.sts"]),
    scene("api_leads_outside_and_the_repositories_are_dropped", Ipv4, &[Fault::Dns(Api, Answer::Public), Fault::Link(Repositories, Link::SecurityGroup)], Fails, Fails).failing(&["network.api.dns", "network.repositories.tcp"]),
    scene("api_has_no_name", Ipv4, &[Fault::Dns(Api, Answer::NxDomain)], Fails, Installs).failing(&["network.api.dns"]),
    scene("repositories_have_no_name", Ipv4, &[Fault::Dns(Repositories, Answer::NxDomain)], Fails, Fails).failing(&["network.repositories.dns"]),
    scene("assets_have_no_name", Ipv4, &[Fault::Dns(Assets, Answer::NxDomain)], Installs, Fails).failing(&["network.assets.dns"]),
    scene("sts_has_no_name", Ipv4, &[Fault::Dns(Sts, Answer::NxDomain)], Installs, Installs).warning(&["network.sts"]),
    scene("dns_firewall_says_nxdomain", Ipv4, &[Fault::Dns(Api, Answer::NxDomain), Fault::Dns(Repositories, Answer::NxDomain)], Fails, Fails).failing(&["network.api.dns"]),
    scene("dns_firewall_says_two_things", Ipv4, &[Fault::Dns(Api, Answer::NxDomain), Fault::Dns(Repositories, Answer::Public)], Fails, Fails).failing(&["network.api.dns", "network.repositories.dns"]),
    scene("dns_firewall_says_nothing_is_there", Ipv4, &[Fault::Dns(Repositories, Answer::NoData)], Fails, Fails).failing(&["network.repositories.dns"]),
    scene("resolver_fails_for_the_api", Ipv4, &[Fault::Dns(Api, Answer::ServFail)], Fails, Installs).failing(&["network.api.dns"]),
    scene("resolver_fails_for_the_repositories", Ipv4, &[Fault::Dns(Repositories, Answer::ServFail)], Fails, Fails).failing(&["network.repositories.dns"]),
    scene("resolver_refuses_the_repositories", Ipv4, &[Fault::Dns(Repositories, Answer::Refused)], Fails, Fails).failing(&["network.repositories.dns"]),
    scene("resolver_is_silent_about_the_api", Ipv4, &[Fault::Dns(Api, Answer::Silence)], Fails, Installs).failing(&["network.api.dns"]),
    scene("resolver_is_silent", Ipv4, &[Fault::Resolver(Resolver::Silent)], Fails, Fails).failing(&["dns.resolver"]),
    scene("nobody_resolves", Ipv4, &[Fault::Resolver(Resolver::Closed)], Fails, Fails).failing(&["dns.resolver"]),
    scene("resolvers_disagree_about_the_repositories", Ipv4, &[Fault::Split(Repositories, Answer::Public)], Fails, Fails).failing(&["dns.agreement"]),
    scene("first_resolver_does_not_know_the_repositories", Ipv4, &[Fault::Split(Repositories, Answer::NxDomain)], Fails, Fails).failing(&["dns.agreement"]),
    scene("first_resolver_does_not_know_the_assets", Ipv4, &[Fault::Split(Assets, Answer::NxDomain)], Installs, Fails).failing(&["dns.agreement"]),
    scene("first_resolver_has_an_older_address_of_the_assets", Ipv4, &[Fault::Split(Assets, Answer::Stale)], Installs, Fails).failing(&["network.assets.tcp"]),
    scene("first_resolver_does_not_know_sts", Ipv4, &[Fault::Split(Sts, Answer::NxDomain)], Installs, Installs).warning(&["network.sts"]),
    scene("first_resolver_leads_sts_outside", Ipv4, &[Fault::Split(Sts, Answer::Public)], Installs, Installs).warning(&["network.sts"]),
    scene("hosts_file_leads_the_repositories_astray", Ipv4, &[Fault::HostsFile(Repositories)], Fails, Fails).failing(&["network.repositories.dns"]),
    scene("vpce_name_of_the_repositories_is_gone", Vpce, &[Fault::Dns(Repositories, Answer::NxDomain)], Fails, Fails).failing(&["network.repositories.dns"]),
    // Ways.
    scene("api_security_group", Ipv4, &[Fault::Link(Api, Link::SecurityGroup)], Fails, Installs).failing(&["network.api.tcp"]),
    scene("repositories_security_group", Ipv4, &[Fault::Link(Repositories, Link::SecurityGroup)], Fails, Fails).failing(&["network.repositories.tcp"]),
    scene("both_security_groups", Ipv4, &[Fault::Link(Api, Link::SecurityGroup), Fault::Link(Repositories, Link::SecurityGroup)], Fails, Fails).failing(&["network.api.tcp"]),
    scene("the_spaces_own_group_lets_nothing_out", Ipv4, &[Fault::Link(Api, Link::SecurityGroup), Fault::Link(Repositories, Link::SecurityGroup), Fault::Link(Assets, Link::SecurityGroup), Fault::Link(Sts, Link::SecurityGroup)], Fails, Fails).failing(&["network.api.tcp"]),
    scene("no_way_leads_anywhere", Ipv4, &[Fault::Link(Api, Link::NoRoute), Fault::Link(Repositories, Link::NoRoute), Fault::Link(Assets, Link::NoRoute), Fault::Link(Sts, Link::NoRoute)], Fails, Fails).failing(&["network.api.tcp"]),
    scene("both_ports_are_closed", Ipv4, &[Fault::Link(Api, Link::Refused), Fault::Link(Repositories, Link::Refused)], Fails, Fails).failing(&["network.api.tcp"]),
    scene("api_is_dropped_and_the_repositories_refuse", Ipv4, &[Fault::Link(Api, Link::SecurityGroup), Fault::Link(Repositories, Link::Refused)], Fails, Fails).failing(&["network.api.tcp", "network.repositories.tcp"]),
    scene("api_and_assets_are_dropped", Ipv4, &[Fault::Link(Api, Link::SecurityGroup), Fault::Link(Assets, Link::SecurityGroup)], Fails, Fails).failing(&["network.api.tcp", "network.assets.tcp"]),
    scene("dual_stack_security_group", DualStack, &[Fault::Link(Repositories, Link::SecurityGroup)], Fails, Fails).failing(&["network.repositories.tcp"]),
    scene("dual_stack_loses_ipv6_alone", DualStack, &[Fault::Link(Repositories, Link::DropsV6)], Installs, Installs).warning(&["network.repositories.tcp"]),
    scene("vpce_security_group", Vpce, &[Fault::Link(Api, Link::SecurityGroup)], Fails, Installs).failing(&["network.api.tcp"]),
    scene("assets_without_a_gateway", Ipv4, &[Fault::Link(Assets, Link::SecurityGroup)], Installs, Fails).failing(&["network.assets.tcp"]),
    scene("sts_without_an_endpoint", Ipv4, &[Fault::Dns(Sts, Answer::Public)], Installs, Installs).warning(&["network.sts"]),
    scene("api_port_is_closed", Ipv4, &[Fault::Link(Api, Link::Refused)], Fails, Installs).failing(&["network.api.tcp"]),
    scene("repositories_port_is_closed", Ipv4, &[Fault::Link(Repositories, Link::Refused)], Fails, Fails).failing(&["network.repositories.tcp"]),
    scene("api_resets", Ipv4, &[Fault::Link(Api, Link::Reset)], Fails, Installs).failing(&["network.api.tcp"]),
    scene("repositories_reset", Ipv4, &[Fault::Link(Repositories, Link::Reset)], Fails, Fails).failing(&["network.repositories.tcp"]),
    scene("repositories_are_unreachable", Ipv4, &[Fault::Link(Repositories, Link::Unreachable)], Fails, Fails).failing(&["network.repositories.tcp"]),
    scene("repositories_hang", Ipv4, &[Fault::Link(Repositories, Link::Hangs)], Fails, Fails).failing(&["network.repositories.tls"]),
    scene("everything_is_dropped", Ipv4, &[Fault::AllDropped], Fails, Fails).failing(&["dns.resolver"]),
    // TLS.
    scene("api_issuer_is_unknown", Ipv4, &[Fault::Tls(Api, Certificate::UnknownIssuer)], Fails, Installs).failing(&["network.api.tls"]),
    scene("repositories_issuer_is_unknown", Ipv4, &[Fault::Tls(Repositories, Certificate::UnknownIssuer)], Fails, Fails).failing(&["network.repositories.tls"]),
    scene("repositories_show_anothers_certificate", Ipv4, &[Fault::Tls(Repositories, Certificate::WrongHost)], Fails, Fails).failing(&["network.repositories.tls"]),
    scene("api_certificate_has_expired", Ipv4, &[Fault::Tls(Api, Certificate::Expired)], Fails, Installs).failing(&["network.api.tls"]),
    scene("repositories_certificate_has_expired", Ipv4, &[Fault::Tls(Repositories, Certificate::Expired)], Fails, Fails).failing(&["network.repositories.tls"]),
    scene("repositories_certificate_is_not_yet_valid", Ipv4, &[Fault::Tls(Repositories, Certificate::NotYetValid)], Fails, Fails).failing(&["network.repositories.tls"]),
    scene("assets_issuer_is_unknown", Ipv4, &[Fault::Tls(Assets, Certificate::UnknownIssuer)], Installs, Fails).failing(&["network.assets.tls"]),
    scene("tls_is_inspected", Ipv4, &[Fault::Inspection], Fails, Fails).failing(&["network.api.tls"]),
    scene("proxy_inspects_tls", World::Proxy, &[Fault::Inspection], Fails, Fails).failing(&["network.api.tls"]),
    // The proxy.
    scene("no_proxy_lacks_the_endpoints", Ipv4, &[Fault::Proxy(Proxy::Refuses)], Fails, Fails).failing(&["proxy.tunnel"]),
    scene("proxy_beside_cannot_reach_the_endpoints", BesideProxy, &[Fault::Proxy(Proxy::CannotReach)], Fails, Fails).failing(&["proxy.tunnel"]),
    scene("proxy_refuses", World::Proxy, &[Fault::Proxy(Proxy::Refuses)], Fails, Fails).failing(&["proxy.tunnel"]),
    scene("proxy_asks_for_a_password", World::Proxy, &[Fault::Proxy(Proxy::AsksWho)], Fails, Fails).failing(&["proxy.tunnel"]),
    scene("proxy_is_dead", World::Proxy, &[Fault::Proxy(Proxy::Dead)], Fails, Fails).failing(&["proxy.reach"]),
    scene("proxy_hangs", World::Proxy, &[Fault::Proxy(Proxy::Hangs)], Fails, Fails).failing(&["proxy.tunnel"]),
    scene("proxy_has_no_name", World::Proxy, &[Fault::Proxy(Proxy::Unresolvable)], Fails, Fails).failing(&["proxy.reach"]),
    // Answers.
    scene("everything_is_unavailable", Ipv4, &[Fault::AllUnavailable], Fails, Fails).failing(&["network.api.http"]),
    scene("api_is_unavailable", Ipv4, &[Fault::Unavailable(Api)], Fails, Installs).failing(&["network.api.http"]),
    scene("repositories_are_unavailable", Ipv4, &[Fault::Unavailable(Repositories)], Fails, Fails).failing(&["network.repositories.http"]),
    scene("token_denied_by_the_identity", Ipv4, &[Fault::Token(Refusal::Identity)], Fails, Installs).failing(&["token.mint"]),
    scene("bearer_token_denied", Ipv4, &[Fault::Token(Refusal::BearerToken)], Fails, Installs).failing(&["token.mint"]),
    scene("token_denied_by_the_endpoint_policy", Ipv4, &[Fault::Token(Refusal::Vpce)], Fails, Installs).failing(&["token.mint"]),
    scene("token_denied_explicitly", Ipv4, &[Fault::Token(Refusal::Explicit)], Fails, Installs).failing(&["token.mint"]),
    scene("token_denied_by_the_domain_policy", Ipv4, &[Fault::Token(Refusal::Resource)], Fails, Installs).failing(&["token.mint"]),
    scene("read_denied_by_the_identity", Ipv4, &[Fault::Read(Refusal::Identity)], Fails, Fails).failing(&["repository.read.pypi"]),
    scene("read_denied_by_the_endpoint_policy", Ipv4, &[Fault::Read(Refusal::Vpce)], Fails, Fails).failing(&["repository.read.pypi"]),
    scene("endpoint_policy_is_bound_to_a_role", Ipv4, &[Fault::AnonymousDenied], Fails, Installs).failing(&["auth.challenge"]),
    scene("assets_denied_by_the_endpoint_policy", Ipv4, &[Fault::AssetsDenied], Installs, Fails).failing(&["network.assets.http"]),
    scene("assets_hang", Ipv4, &[Fault::Link(Assets, Link::Hangs)], Installs, Fails).failing(&["network.assets.tls"]),
    scene("account_is_throttled", Ipv4, &[Fault::Throttled], Fails, Installs).failing(&["token.mint"]),
    scene("domain_is_missing", Ipv4, &[Fault::Missing(Missing::Domain)], Fails, Installs).failing(&["token.mint"]),
    scene("repository_is_missing", Ipv4, &[Fault::Missing(Missing::Repository)], Fails, Fails).failing(&["repository.endpoint"]),
    scene("clock_is_behind", Ipv4, &[Fault::Clock(Clock::Behind)], Fails, Installs).failing(&["clock.skew"]),
    scene("clock_is_ahead", Ipv4, &[Fault::Clock(Clock::Ahead)], Fails, Installs).failing(&["clock.skew"]),
    // Credentials and settings.
    scene("session_has_expired", Ipv4, &[Fault::Session(Session::Expired)], Fails, Installs).failing(&["token.mint"]),
    scene("session_is_not_handed_out", Ipv4, &[Fault::Session(Session::Denied)], Fails, Installs).failing(&["credentials.found"]),
    scene("credentials_are_out_of_reach", Ipv4, &[Fault::Link(Credentials, Link::Refused)], Fails, Installs).failing(&["credentials.found"]),
    scene("cron_has_no_credentials_variable", Ipv4, &[Fault::Session(Session::Unnamed)], Installs, Installs).failing(&["credentials.found"]),
    scene("region_without_codeartifact", Ipv4, &[Fault::Region], Fails, Fails).failing(&["settings.region"]),
    // Names, told badly or of long ago.
    scene("api_has_an_older_networks_address", Ipv4, &[Fault::Dns(Api, Answer::Stale)], Fails, Installs).failing(&["network.api.tcp"]),
    scene("repositories_have_an_older_networks_address", Ipv4, &[Fault::Dns(Repositories, Answer::Stale)], Fails, Fails).failing(&["network.repositories.tcp"]),
    scene("healthy_with_answers_that_are_cut_off", Ipv4, &[Fault::Dns(Api, Answer::Truncated), Fault::Dns(Repositories, Answer::Truncated), Fault::Dns(Assets, Answer::Truncated), Fault::Dns(Sts, Answer::Truncated)], Installs, Installs),
    scene("resolver_is_slow", Ipv4, &[Fault::Dns(Api, Answer::Slow), Fault::Dns(Repositories, Answer::Slow), Fault::Dns(Assets, Answer::Slow), Fault::Dns(Sts, Answer::Slow)], Fails, Fails).failing(&["dns.resolver"]),
    scene("resolver_fails_for_all", Ipv4, &[Fault::Dns(Api, Answer::ServFail), Fault::Dns(Repositories, Answer::ServFail), Fault::Dns(Assets, Answer::ServFail), Fault::Dns(Sts, Answer::ServFail)], Fails, Fails).failing(&["dns.resolver"]),
    scene("resolver_refuses_all", Ipv4, &[Fault::Dns(Api, Answer::Refused), Fault::Dns(Repositories, Answer::Refused), Fault::Dns(Assets, Answer::Refused), Fault::Dns(Sts, Answer::Refused)], Fails, Fails).failing(&["dns.resolver"]),
    scene("first_resolver_is_silent", Ipv4, &[Fault::Split(Api, Answer::Silence), Fault::Split(Repositories, Answer::Silence), Fault::Split(Assets, Answer::Silence), Fault::Split(Sts, Answer::Silence)], Installs, Installs).warning(&["dns.resolver"]),
    scene("resolver_is_slow_about_the_repositories", Ipv4, &[Fault::Dns(Repositories, Answer::Slow)], Fails, Fails).failing(&["network.repositories.dns"]),
    scene("repositories_are_an_alias_of_themselves", Ipv4, &[Fault::Dns(Repositories, Answer::Loop)], Fails, Fails).failing(&["network.repositories.dns"]),
    scene("no_name_of_the_region_is_known", Ipv4, &[Fault::Dns(Api, Answer::NxDomain), Fault::Dns(Repositories, Answer::NxDomain), Fault::Dns(Assets, Answer::NxDomain), Fault::Dns(Sts, Answer::NxDomain)], Fails, Fails).failing(&["network.api.dns"]),
    scene("dual_stack_name_is_not_there", DualStack, &[Fault::Dns(Repositories, Answer::NxDomain)], Fails, Fails).failing(&["network.repositories.dns"]),
    scene("no_file_names_a_resolver", Ipv4, &[Fault::Resolver(Resolver::Unnamed)], Fails, Fails).failing(&["dns.resolver"]),
    scene("hosts_file_has_an_older_networks_address", Ipv4, &[Fault::StaleHostsFile(Repositories)], Fails, Fails).failing(&["network.repositories.dns"]),
    scene("hosts_file_has_an_older_address_of_the_api", Ipv4, &[Fault::StaleHostsFile(Api)], Fails, Installs).failing(&["network.api.dns"]),
    scene("healthy_hosts_file_in_place_of_dns", Ipv4, &[Fault::RightHostsFile(Repositories), Fault::Dns(Repositories, Answer::NxDomain)], Installs, Installs),
    scene("hosts_file_is_right_and_the_security_group_is_not", Ipv4, &[Fault::RightHostsFile(Repositories), Fault::Link(Repositories, Link::SecurityGroup)], Fails, Fails).failing(&["network.repositories.tcp"]),
    // Ways and handshakes that end otherwise.
    scene("dual_stack_loses_ipv4_alone", DualStack, &[Fault::Link(Api, Link::DropsV4), Fault::Link(Repositories, Link::DropsV4)], Installs, Installs).warning(&["network.api.tcp", "network.repositories.tcp"]),
    scene("full_sized_packets_are_lost", Ipv4, &[Fault::BlackHole], Fails, Fails).failing(&["network.api.tls"]),
    scene("everybody_hangs", Ipv4, &[Fault::Link(Api, Link::Hangs), Fault::Link(Repositories, Link::Hangs), Fault::Link(Assets, Link::Hangs), Fault::Link(Sts, Link::Hangs)], Fails, Fails).failing(&["network.api.tls"]),
    scene("tls_ends_with_an_alert", Ipv4, &[Fault::Link(Repositories, Link::Alert)], Fails, Fails).failing(&["network.repositories.tls"]),
    scene("tls_ends_with_an_alert_everywhere", Ipv4, &[Fault::Link(Api, Link::Alert), Fault::Link(Repositories, Link::Alert), Fault::Link(Assets, Link::Alert), Fault::Link(Sts, Link::Alert)], Fails, Fails).failing(&["network.api.tls"]),
    scene("repositories_speak_no_tls", Ipv4, &[Fault::Link(Repositories, Link::Plain)], Fails, Fails).failing(&["network.repositories.tls"]),
    scene("certificates_vouch_for_themselves", Ipv4, &[Fault::Tls(Api, Certificate::SelfSigned), Fault::Tls(Repositories, Certificate::SelfSigned)], Fails, Fails).failing(&["network.api.tls"]),
    scene("intermediate_is_not_shown", Ipv4, &[Fault::Tls(Repositories, Certificate::NoIntermediate)], Fails, Fails).failing(&["network.repositories.tls"]),
    scene("certificates_have_expired", Ipv4, &[Fault::Tls(Api, Certificate::Expired), Fault::Tls(Repositories, Certificate::Expired)], Fails, Fails).failing(&["network.api.tls"]),
    scene("both_show_anothers_certificate", Ipv4, &[Fault::Tls(Api, Certificate::WrongHost), Fault::Tls(Repositories, Certificate::WrongHost)], Fails, Fails).failing(&["network.api.tls"]),
    scene("sts_issuer_is_unknown", Ipv4, &[Fault::Tls(Sts, Certificate::UnknownIssuer)], Installs, Installs).warning(&["network.sts"]),
    scene("sts_certificate_has_expired", Ipv4, &[Fault::Tls(Sts, Certificate::Expired)], Installs, Installs).warning(&["network.sts"]),
    scene("sts_is_unavailable", Ipv4, &[Fault::Unavailable(Sts)], Installs, Installs).warning(&["network.sts"]),
    // Somebody else's answers.
    scene("a_portal_answers_for_the_api", Ipv4, &[Fault::Link(Api, Link::Portal)], Fails, Installs).failing(&["network.api.http"]),
    scene("a_portal_answers_for_the_repositories", Ipv4, &[Fault::Link(Repositories, Link::Portal)], Fails, Fails).failing(&["network.repositories.http"]),
    scene("a_portal_answers_for_all", Ipv4, &[Fault::Link(Api, Link::Portal), Fault::Link(Repositories, Link::Portal), Fault::Link(Assets, Link::Portal)], Fails, Fails).failing(&["network.api.http"]),
    scene("a_filter_blocks_the_api", Ipv4, &[Fault::Link(Api, Link::BlockPage)], Fails, Installs).failing(&["network.api.http"]),
    scene("a_filter_blocks_the_repositories", Ipv4, &[Fault::Link(Repositories, Link::BlockPage)], Fails, Fails).failing(&["network.repositories.http"]),
    scene("a_filter_blocks_the_assets", Ipv4, &[Fault::Link(Assets, Link::BlockPage)], Installs, Fails).failing(&["network.assets.http"]),
    scene("assets_are_in_another_region", Ipv4, &[Fault::Link(Assets, Link::Elsewhere)], Installs, Fails).failing(&["network.assets.http"]),
    scene("assets_are_unavailable", Ipv4, &[Fault::Unavailable(Assets)], Installs, Fails).failing(&["network.assets.http"]),
    // Refusals, by every policy that there is.
    scene("token_not_allowed_by_the_boundary", Ipv4, &[Fault::Token(Refusal::Boundary)], Fails, Installs).failing(&["token.mint"]),
    scene("token_not_allowed_by_the_organization", Ipv4, &[Fault::Token(Refusal::Organization)], Fails, Installs).failing(&["token.mint"]),
    scene("token_not_allowed_by_the_session_policy", Ipv4, &[Fault::Token(Refusal::SessionPolicy)], Fails, Installs).failing(&["token.mint"]),
    scene("token_denied_by_the_organization", Ipv4, &[Fault::Token(Refusal::OrganizationDenies)], Fails, Installs).failing(&["token.mint"]),
    scene("token_denied_in_the_endpoint_policy", Ipv4, &[Fault::Token(Refusal::VpceDenies)], Fails, Installs).failing(&["token.mint"]),
    scene("endpoint_denied_by_the_identity", Ipv4, &[Fault::Endpoint(Refusal::Identity)], Installs, Installs).failing(&["repository.endpoint"]),
    scene("endpoint_denied_by_the_endpoint_policy", Ipv4, &[Fault::Endpoint(Refusal::Vpce)], Installs, Installs).failing(&["repository.endpoint"]),
    scene("endpoint_denied_by_the_repository_policy", Ipv4, &[Fault::Endpoint(Refusal::Resource)], Installs, Installs).failing(&["repository.endpoint"]),
    scene("token_and_endpoint_denied_by_the_identity", Ipv4, &[Fault::Token(Refusal::Identity), Fault::Endpoint(Refusal::Identity)], Fails, Installs).failing(&["token.mint"]),
    scene("read_denied_by_the_repository_policy", Ipv4, &[Fault::Read(Refusal::Resource)], Fails, Fails).failing(&["repository.read.pypi"]),
    scene("read_denied_explicitly", Ipv4, &[Fault::Read(Refusal::Explicit)], Fails, Fails).failing(&["repository.read.pypi"]),
    scene("read_not_allowed_by_the_boundary", Ipv4, &[Fault::Read(Refusal::Boundary)], Fails, Fails).failing(&["repository.read.pypi"]),
    scene("read_denied_by_the_organization", Ipv4, &[Fault::Read(Refusal::OrganizationDenies)], Fails, Fails).failing(&["repository.read.pypi"]),
    scene("read_denied_in_the_endpoint_policy", Ipv4, &[Fault::Read(Refusal::VpceDenies)], Fails, Fails).failing(&["repository.read.pypi"]),
    scene("reads_are_throttled", Ipv4, &[Fault::ReadsThrottled], Fails, Fails).failing(&["repository.read.pypi"]),
    scene("tokens_are_dropped_on_the_way", Ipv4, &[Fault::TokenDropped], Fails, Fails).failing(&["repository.read.pypi"]),
    scene("clock_is_days_ahead", Ipv4, &[Fault::Clock(Clock::FarAhead)], Fails, Installs).failing(&["clock.skew"]),
    // Proxies.
    scene("proxy_is_out_of_order", World::Proxy, &[Fault::Proxy(Proxy::Unavailable)], Fails, Fails).failing(&["proxy.tunnel"]),
    scene("proxy_refuses_the_repositories", World::Proxy, &[Fault::Proxy(Proxy::RefusesRepositories)], Fails, Fails).failing(&["proxy.tunnel"]),
    scene("two_proxies_in_two_spellings", World::Proxy, &[Fault::Setting(Setting::TwoProxies)], Fails, Fails).failing(&["proxy.settings"]),
    scene("healthy_two_proxies_that_nobody_uses", BesideProxy, &[Fault::Setting(Setting::TwoProxies)], Installs, Installs),
    scene("two_lists_of_exceptions", Ipv4, &[Fault::Setting(Setting::TwoExceptions)], Fails, Fails).failing(&["proxy.settings"]),
    scene("no_proxy_holds_a_pattern", Ipv4, &[Fault::Setting(Setting::NoProxyPattern)], Fails, Fails).failing(&["proxy.reach"]),
    scene("no_proxy_holds_networks", Ipv4, &[Fault::Setting(Setting::NoProxyNetwork)], Fails, Fails).failing(&["proxy.reach"]),
    scene("proxy_speaks_socks", Ipv4, &[Fault::Setting(Setting::Socks)], Fails, Installs).failing(&["proxy.settings"]),
    scene("proxy_is_spelt_https", World::Proxy, &[Fault::Setting(Setting::TlsProxy)], Fails, Fails).failing(&["proxy.settings"]),
    scene("proxy_is_no_url", Ipv4, &[Fault::Setting(Setting::NoUrl)], Fails, Fails).failing(&["proxy.settings"]),
    // Variables that came after the login. Its own settings still serve the helper.
    scene("bundle_has_the_organisations_ca_alone", Ipv4, &[Fault::Setting(Setting::OwnCaAlone)], Fails, Installs).failing(&["network.api.tls"]),
    scene("bundle_is_not_there", Ipv4, &[Fault::Setting(Setting::NoCa)], Fails, Installs).failing(&["trust.roots"]),
    scene("folder_of_cas_is_not_there", Ipv4, &[Fault::Setting(Setting::NoCaFolder)], Fails, Installs).failing(&["trust.roots"]),
    scene("settings_file_is_not_there", Ipv4, &[Fault::Setting(Setting::NoConfig)], Installs, Installs).failing(&["settings.complete"]),
    scene("region_is_another", Ipv4, &[Fault::Setting(Setting::OtherRegion)], Installs, Installs).failing(&["network.api.dns"]),
    scene("domain_is_misspelt", Ipv4, &[Fault::Setting(Setting::OtherDomain)], Installs, Installs).failing(&["token.mint"]),
    scene("owner_is_another", Ipv4, &[Fault::Setting(Setting::OtherOwner)], Installs, Installs).failing(&["token.mint"]),
    scene("repository_is_misspelt", Ipv4, &[Fault::Setting(Setting::OtherRepository)], Installs, Installs).failing(&["repository.endpoint"]),
    scene("a_variable_leads_the_api_astray", Ipv4, &[Fault::Setting(Setting::Endpoint)], Installs, Installs).failing(&["network.api.tcp"]),
    scene("profile_is_unknown", Ipv4, &[Fault::Setting(Setting::Profile)], Installs, Installs).failing(&["credentials.found"]),
    scene("keys_are_unknown", Ipv4, &[Fault::Setting(Setting::Keys)], Installs, Installs).failing(&["token.mint"]),
    scene("path_to_the_credentials_is_none", Ipv4, &[Fault::Setting(Setting::CredentialsPath)], Fails, Installs).failing(&["credentials.found"]),
    scene("web_identity_is_not_there", Ipv4, &[Fault::Setting(Setting::WebIdentity)], Installs, Installs).failing(&["credentials.found"]),
    scene("role_of_sts_without_an_endpoint", Ipv4, &[Fault::Setting(Setting::RoleOfSts), Fault::Dns(Sts, Answer::Public)], Installs, Installs).failing(&["credentials.found"]),
    scene("pips_ca_file_is_not_there", Ipv4, &[Fault::Setting(Setting::PipCa)], Fails, Installs).failing(&["tools.pip.connection"]),
    scene("pips_proxy_is_dead", Ipv4, &[Fault::Setting(Setting::PipProxy)], Fails, Installs).failing(&["tools.pip.connection"]),
    scene("node_knows_its_own_cas_alone", Ipv4, &[Fault::Setting(Setting::NodeCa)], Installs, Fails).failing(&["tools.npm.connection"]),
    scene("uv_knows_its_own_cas_alone", Ipv4, &[Fault::Setting(Setting::UvList)], Installs, Installs).uv(Fails).failing(&["tools.uv.connection"]),
    scene("uv_is_led_to_another_ca", Ipv4, &[Fault::Setting(Setting::UvCa)], Installs, Installs).uv(Fails).failing(&["tools.uv.connection"]),
    scene("uv_lets_anybody_be_the_repositories", Ipv4, &[Fault::Setting(Setting::UvInsecure)], Installs, Installs).uv(Installs).warning(&["tools.uv.connection"]),
    scene("npms_ca_file_has_another_ca", Ipv4, &[Fault::Setting(Setting::NpmCa)], Installs, Fails).failing(&["tools.npm.connection"]),
    scene("npms_proxy_is_dead", Ipv4, &[Fault::Setting(Setting::NpmProxy)], Installs, Fails).failing(&["tools.npm.connection"]),
    scene("npm_stays_offline", Ipv4, &[Fault::Setting(Setting::NpmOffline)], Installs, Fails).failing(&["tools.npm.registry"]),
    scene("credentials_hang", Ipv4, &[Fault::Link(Credentials, Link::Hangs)], Fails, Installs).failing(&["credentials.found"]),
    scene("credentials_are_dropped", Ipv4, &[Fault::Link(Credentials, Link::SecurityGroup)], Fails, Installs).failing(&["credentials.found"]),
    // Pairs.
    scene("no_private_dns_and_no_gateway", Ipv4, &[Fault::Dns(Repositories, Answer::Public), Fault::Link(Assets, Link::SecurityGroup)], Fails, Fails).failing(&["network.repositories.dns", "network.assets.tcp"]),
    scene("bearer_token_denied_and_repositories_dropped", Ipv4, &[Fault::Token(Refusal::BearerToken), Fault::Link(Repositories, Link::SecurityGroup)], Fails, Fails).failing(&["token.mint", "network.repositories.tcp"]),
    scene("clock_is_behind_and_assets_denied", Ipv4, &[Fault::Clock(Clock::Behind), Fault::AssetsDenied], Fails, Fails).failing(&["clock.skew"]),
    scene("inspection_and_read_denied", Ipv4, &[Fault::Inspection, Fault::Read(Refusal::Identity)], Fails, Fails).failing(&["network.api.tls"]),
    scene("sts_missing_and_api_dropped", Ipv4, &[Fault::Dns(Sts, Answer::Public), Fault::Link(Api, Link::SecurityGroup)], Fails, Installs).failing(&["network.api.tcp"]).warning(&["network.sts"]),
    scene("clock_is_ahead_and_the_session_has_expired", Ipv4, &[Fault::Clock(Clock::Ahead), Fault::Session(Session::Expired)], Fails, Installs).failing(&["clock.skew", "token.mint"]),
    scene("token_denied_and_endpoint_denied_elsewhere", Ipv4, &[Fault::Token(Refusal::Vpce), Fault::Endpoint(Refusal::Identity)], Fails, Installs).failing(&["token.mint", "repository.endpoint"]),
    scene("stale_repositories_and_portal_at_the_api", Ipv4, &[Fault::Dns(Repositories, Answer::Stale), Fault::Link(Api, Link::Portal)], Fails, Fails).failing(&["network.api.http", "network.repositories.tcp"]),
    scene("hosts_file_astray_and_assets_denied", Ipv4, &[Fault::StaleHostsFile(Api), Fault::AssetsDenied], Fails, Fails).failing(&["network.api.dns"]),
    scene("expired_certificate_and_no_gateway", Ipv4, &[Fault::Tls(Repositories, Certificate::Expired), Fault::Link(Assets, Link::SecurityGroup)], Fails, Fails).failing(&["network.repositories.tls", "network.assets.tcp"]),
    scene("api_nxdomain_and_repositories_closed", Ipv4, &[Fault::Dns(Api, Answer::NxDomain), Fault::Link(Repositories, Link::Refused)], Fails, Fails).failing(&["network.api.dns", "network.repositories.tcp"]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_and_none_is_a_word_of_something_else() {
        let names: BTreeSet<_> = SCENES.iter().map(|scene| scene.name).collect();
        assert_eq!(names.len(), SCENES.len());
        for name in names {
            assert!(
                name.parse::<World>().is_err() && name.parse::<Fault>().is_err(),
                "{name}"
            );
        }
    }

    #[test]
    fn each_world_is_there_in_order_and_both_clients_install_in_it() {
        let healthy = || SCENES.iter().filter(|scene| scene.is_healthy());
        for world in World::ALL {
            assert!(healthy().any(|scene| scene.world == world), "{world}");
        }
        assert!(healthy().all(|scene| (scene.pip, scene.npm) == (Installs, Installs)));
    }
}
