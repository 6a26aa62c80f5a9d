//! Where a space is: as the command line says, as its own network interface says, as its Studio domain says.

use super::Space;
use crate::aws::StudioDomain;
use crate::aws::ec2::NetworkInterface;
use crate::check::evidence::Trouble;

/// Where a space is, as far as somebody says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The Studio domain.
    pub studio_domain: Option<String>,
    /// The VPC.
    pub vpc: Option<String>,
    /// The subnets.
    pub subnets: Vec<String>,
    /// The security groups.
    pub groups: Vec<String>,
}

/// What is known of the space's place.
pub(super) struct Known<'a> {
    pub(super) place: &'a Place,
    pub(super) domain: Option<(&'a StudioDomain, &'a str)>,
    pub(super) interfaces: &'a [NetworkInterface],
}

impl Known<'_> {
    /// Where the space is, or why that is not known.
    pub(super) fn space(&self) -> Result<Space, Trouble> {
        let in_domain = self.domain.map(|(domain, _)| domain.vpc_id.clone());
        let told = self.place.vpc.clone().or(in_domain);
        // The same address may be in use in several VPCs.
        let mut own = self
            .interfaces
            .iter()
            .filter(|interface| told.as_ref().is_none_or(|vpc| *vpc == interface.vpc));
        let interface = match (own.next(), own.next()) {
            (Some(only), None) => Some(only),
            _ => None,
        };
        let vpc = told.or(interface.map(|interface| interface.vpc.clone()));
        let vpc = vpc.ok_or_else(|| self.unknown())?;
        let domain = self.domain.filter(|(domain, _)| domain.vpc_id == vpc);
        let chosen =
            |told: &[String], own: Option<Vec<String>>, of_domain: Option<&[String]>| match (
                told.is_empty(),
                own,
            ) {
                (false, _) => told.to_vec(),
                (true, Some(own)) => own,
                (true, None) => of_domain.unwrap_or_default().to_vec(),
            };
        let settings = domain.map(|(domain, _)| &domain.default_user_settings);
        let role = settings.map(|settings| settings.execution_role.clone());
        Ok(Space {
            known_by: self.known_by(interface),
            subnets: chosen(
                &self.place.subnets,
                interface.map(|interface| vec![interface.subnet.clone()]),
                domain.map(|(domain, _)| domain.subnet_ids.as_slice()),
            ),
            groups: chosen(
                &self.place.groups,
                interface.map(|interface| interface.groups.clone()),
                settings.map(|settings| settings.security_groups.as_slice()),
            ),
            address: interface.and_then(|interface| interface.addresses.first().cloned()),
            is_outside: domain
                .is_some_and(|(domain, _)| domain.app_network_access_type == "PublicInternetOnly"),
            studio_domain: domain.map(|(_, id)| id.to_owned()),
            role: role.filter(|role| !role.is_empty()),
            vpc,
        })
    }

    fn known_by(&self, interface: Option<&NetworkInterface>) -> String {
        match (&self.place.vpc, interface, self.domain) {
            (Some(_), ..) => "--vpc-id".to_owned(),
            (_, Some(interface), _) => format!("the space's network interface {}", interface.id),
            (_, _, Some((_, id))) => format!("the Studio domain {id}"),
            _ => String::new(),
        }
    }

    fn unknown(&self) -> Trouble {
        let what = match self.interfaces.len() {
            0 => "nothing says in which VPC the space is".to_owned(),
            count => format!("its address is in use in {count} VPCs of this account and region"),
        };
        Trouble { what, mend: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interface(vpc: &str) -> NetworkInterface {
        NetworkInterface {
            id: "eni-1".to_owned(),
            vpc: vpc.to_owned(),
            subnet: "subnet-own".to_owned(),
            groups: vec!["sg-own".to_owned()],
            addresses: vec!["10.0.1.7".to_owned()],
        }
    }

    fn domain() -> StudioDomain {
        let mut domain = StudioDomain {
            vpc_id: "vpc-1".to_owned(),
            subnet_ids: vec!["subnet-a".to_owned(), "subnet-b".to_owned()],
            ..StudioDomain::default()
        };
        domain.default_user_settings.security_groups = vec!["sg-default".to_owned()];
        domain
    }

    fn space(
        place: Place,
        domain: Option<&StudioDomain>,
        interfaces: &[NetworkInterface],
    ) -> Result<Space, Trouble> {
        let domain = domain.map(|domain| (domain, "d-1"));
        Known {
            place: &place,
            domain,
            interfaces,
        }
        .space()
    }

    #[test]
    fn the_spaces_own_interface_knows_best_and_flags_win() {
        let own = space(Place::default(), Some(&domain()), &[interface("vpc-1")]).expect("known");
        assert_eq!(
            (own.subnets, own.groups),
            (vec!["subnet-own".to_owned()], vec!["sg-own".to_owned()])
        );
        let general = space(Place::default(), Some(&domain()), &[]).expect("known");
        assert_eq!(general.subnets.len(), 2);
        assert_eq!(general.known_by, "the Studio domain d-1");
        let told = Place {
            vpc: Some("vpc-2".to_owned()),
            groups: vec!["sg-told".to_owned()],
            ..Place::default()
        };
        let told = space(told, Some(&domain()), &[interface("vpc-1")]).expect("known");
        assert_eq!(
            (told.vpc.as_str(), told.groups.len(), told.subnets.len()),
            ("vpc-2", 1, 0)
        );
    }

    #[test]
    fn an_address_that_several_vpcs_have_tells_nothing_alone() {
        let both = [interface("vpc-1"), interface("vpc-2")];
        let unknown = space(Place::default(), None, &both).expect_err("two");
        assert!(unknown.what.contains("2 VPCs"), "{}", unknown.what);
        let known = space(Place::default(), Some(&domain()), &both).expect("the domain decides");
        assert_eq!(known.groups, ["sg-own"]);
        assert!(space(Place::default(), None, &[]).is_err());
    }
}
