//! What a set-up costs a month, by stated prices.

use serde::Serialize;

use super::stacks::{ConsumerStack, PackagesStack};

/// An interface endpoint, each hour in each zone, in US dollars (AWS's price list of us-east-1; other regions ask up to half as much again).
const ENDPOINT_HOUR: f64 = 0.01;
/// Hours of a month, as AWS reckons.
const HOURS: f64 = 730.0;

/// The monthly cost of what the stacks hold, without what depends on use.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Cost {
    /// In US dollars.
    pub usd_a_month: f64,
    /// How that is reckoned, and what comes on top.
    pub reckoning: Vec<String>,
}

/// Reckons.
pub fn cost(packages: Option<&PackagesStack>, consumer: Option<&ConsumerStack>) -> Cost {
    let mut cost = Cost::default();
    if let Some(consumer) = consumer {
        let kinds = consumer.endpoints.iter();
        let interfaces = kinds.filter(|endpoint| !endpoint.is_gateway()).count();
        let zones = consumer.subnet_ids.len();
        // A few dozen at most: exact.
        let addresses = u32::try_from(interfaces * zones).unwrap_or(u32::MAX);
        cost.usd_a_month += f64::from(addresses) * ENDPOINT_HOUR * HOURS;
        cost.reckoning.push(format!(
            "{interfaces} interface endpoints in {zones} zones, {HOURS} hours at {ENDPOINT_HOUR} USD (us-east-1; look up your region's)"
        ));
        cost.reckoning.push(
            "on top: 0.01 USD for each GB through them; the S3 gateway costs nothing".to_owned(),
        );
    }
    if packages.is_some() {
        cost.reckoning.push(
            "on top: CodeArtifact's 0.05 USD for each GB kept, and for each 10,000 requests"
                .to_owned(),
        );
    }
    cost
}
