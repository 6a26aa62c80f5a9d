//! The laboratory: a Studio space and its VPC in network namespaces, and everything that can be wrong with them.
//!
//! Data flows one way. A [`Scene`] is a [`World`] that would be in order and the [`Fault`]s in it. It becomes a plan
//! (pure: what each resolver says, what stands at each door, which packets are lost, what the space is told), and the
//! plan is laid over a laboratory that stands: its namespaces, resolvers, doors, proxy and emulator.

mod certificates;
mod dns;
mod doors;
mod fault;
mod laboratory;
mod place;
mod plan;
mod proxy;
mod routes;
mod scenes;
mod space;
mod world;

pub use fault::{
    Answer, Certificate, Clock, Fault, Link, Missing, Proxy, Refusal, Resolver, Session,
};
pub use laboratory::{Laboratory, Ready};
pub use place::Host;
pub use scenes::{Outcome, SCENES, Scene};
pub use world::World;
