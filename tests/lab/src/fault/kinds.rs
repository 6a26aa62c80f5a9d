//! The kinds of each fault, with their words.

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$what:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$what])* $variant,)* }

        impl $name {
            pub(crate) const ALL: &'static [$name] = &[$($name::$variant),*];

            pub(super) fn word(self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }
        }
    };
}

words! {
    /// What a resolver says of a name.
    Answer {
        /// The public address: private DNS is off, or the resolver is not the VPC's.
        Public = "public",
        /// There is no such name.
        NxDomain = "nxdomain",
        /// The name is there, an address is not.
        NoData = "nodata",
        /// The resolver failed.
        ServFail = "servfail",
        /// The resolver will not say.
        Refused = "refused",
        /// Nothing.
        Silence = "silence",
        /// An address of a network that is gone: a VPC's that was there before.
        Stale = "stale",
        /// By UDP only the beginning of the answer; by TCP all of it.
        Truncated = "truncated",
        /// The answer, after longer than anybody waits here.
        Slow = "slow",
        /// An alias that leads to itself.
        Loop = "loop",
    }
}

words! {
    /// What is wrong with all resolvers.
    Resolver {
        /// They never answer.
        Silent = "silent",
        /// Nobody listens at their address.
        Closed = "closed",
        /// No file names one.
        Unnamed = "unnamed",
    }
}

words! {
    /// What is wrong on the way to a host, or at its door.
    Link {
        /// A security group: the SYN arrives, the answer never does.
        SecurityGroup = "security-group",
        /// Nobody listens.
        Refused = "refused",
        /// A router says that there is no way.
        Unreachable = "unreachable",
        /// The space has no route there.
        NoRoute = "no-route",
        /// The connection is reset once TLS begins.
        Reset = "reset",
        /// The connection is taken, and nothing is ever said.
        Hangs = "hangs",
        /// Packets to its IPv6 address are lost.
        DropsV6 = "drops-v6",
        /// Packets to its IPv4 address are lost.
        DropsV4 = "drops-v4",
        /// TLS ends with an alert.
        Alert = "tls-alert",
        /// It speaks HTTP without TLS.
        Plain = "plain-http",
        /// A login page instead of an answer.
        Portal = "portal",
        /// A page that says that this is forbidden.
        BlockPage = "block-page",
        /// Another region's bucket has it, says the answer.
        Elsewhere = "elsewhere",
    }
}

words! {
    /// What is wrong with a certificate.
    Certificate {
        /// Nobody knows who signed it.
        UnknownIssuer = "unknown-issuer",
        /// It is another host's.
        WrongHost = "wrong-host",
        /// It was good.
        Expired = "expired",
        /// It will be good.
        NotYetValid = "not-yet-valid",
        /// It vouches for itself.
        SelfSigned = "self-signed",
        /// Who signed it is trusted by way of another, whose certificate is not shown.
        NoIntermediate = "no-intermediate",
    }
}

words! {
    /// The policy that refuses.
    Refusal {
        /// No identity-based policy allows it.
        Identity = "identity",
        /// No identity-based policy allows `sts:GetServiceBearerToken`.
        BearerToken = "bearer-token",
        /// No VPC endpoint policy allows it.
        Vpce = "vpce",
        /// An identity-based policy denies it.
        Explicit = "explicit",
        /// No resource-based policy allows it.
        Resource = "resource",
        /// No permissions boundary allows it.
        Boundary = "boundary",
        /// No service control policy allows it.
        Organization = "organization",
        /// No session policy allows it.
        SessionPolicy = "session-policy",
        /// A service control policy denies it.
        OrganizationDenies = "organization-denies",
        /// The VPC endpoint's policy denies it.
        VpceDenies = "vpce-denies",
    }
}

words! {
    /// What is not there.
    Missing {
        /// The domain.
        Domain = "domain",
        /// The repository.
        Repository = "repository",
    }
}

words! {
    /// How the space's clock is wrong.
    Clock {
        /// Twenty minutes slow.
        Behind = "behind",
        /// Twenty minutes fast.
        Ahead = "ahead",
        /// Two days fast: past the end of credentials.
        FarAhead = "far-ahead",
    }
}

words! {
    /// What is wrong with the container's session.
    Session {
        /// Nothing names where it is to be had, as in cron.
        Unnamed = "unnamed",
        /// AWS counts it as expired.
        Expired = "expired",
        /// It is not handed out.
        Denied = "denied",
    }
}

words! {
    /// What a proxy does. Where the world has none, HTTPS_PROXY names this one and nothing is excepted.
    Proxy {
        /// It does not let anybody through to these hosts: 403.
        Refuses = "refuses",
        /// It wants a password: 407.
        AsksWho = "asks-who",
        /// It cannot reach the host: 502.
        CannotReach = "cannot-reach",
        /// Nobody listens at its address.
        Dead = "dead",
        /// It takes the connection and says nothing.
        Hangs = "hangs",
        /// Its name does not resolve.
        Unresolvable = "unresolvable",
        /// It is out of order: 503.
        Unavailable = "unavailable",
        /// It does not let anybody through to the repositories alone.
        RefusesRepositories = "refuses-repositories",
    }
}

words! {
    /// What somebody has put into the space's environment after the login.
    Setting {
        /// Another region, which has CodeArtifact too.
        OtherRegion = "other-region",
        /// A domain that is not there.
        OtherDomain = "other-domain",
        /// An account that the domain is not of.
        OtherOwner = "other-owner",
        /// A repository that is not there.
        OtherRepository = "other-repository",
        /// An address of AWS's APIs where nobody is.
        Endpoint = "endpoint",
        /// A profile that no file has.
        Profile = "profile",
        /// Keys that AWS does not know.
        Keys = "keys",
        /// A path to the container's credentials that is none.
        CredentialsPath = "credentials-path",
        /// A role that STS gives for a web identity.
        RoleOfSts = "role-of-sts",
        /// A token of a web identity that is not there.
        WebIdentity = "web-identity",
        /// https_proxy leads to nobody, HTTPS_PROXY to the proxy.
        TwoProxies = "two-proxies",
        /// no_proxy excepts nobody, NO_PROXY the endpoints.
        TwoExceptions = "two-exceptions",
        /// NO_PROXY holds a pattern, which nobody reads as one.
        NoProxyPattern = "no-proxy-pattern",
        /// NO_PROXY names networks, which names are not looked up for.
        NoProxyNetwork = "no-proxy-network",
        /// A proxy that speaks SOCKS.
        Socks = "socks",
        /// The proxy, spelt as if it spoke TLS.
        TlsProxy = "tls-proxy",
        /// A proxy that is no URL.
        NoUrl = "no-url",
        /// A CA bundle that holds an organisation's CA alone.
        OwnCaAlone = "own-ca-alone",
        /// A CA bundle that is not there.
        NoCa = "no-ca",
        /// A folder of CAs that is not there.
        NoCaFolder = "no-ca-folder",
        /// A file of settings that is not there.
        NoConfig = "no-config",
        /// pip's own CA file, which is not there.
        PipCa = "pip-ca",
        /// A proxy for pip alone, where nobody listens.
        PipProxy = "pip-proxy",
        /// Nothing tells Node of CAs beside its own.
        NodeCa = "node-ca",
        /// uv trusts the list of CAs that it brings along, and nothing tells it otherwise.
        UvList = "uv-list",
        /// The CA file of OpenSSL's variable, with another CA in it; everybody but uv is told of the right one besides.
        UvCa = "uv-ca",
        /// The repositories need not prove to uv who they are.
        UvInsecure = "uv-insecure",
        /// npm's own CA file, with another CA in it.
        NpmCa = "npm-ca",
        /// A proxy for npm alone, where nobody listens.
        NpmProxy = "npm-proxy",
        /// npm stays off the network.
        NpmOffline = "npm-offline",
    }
}
