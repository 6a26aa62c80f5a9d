//! What README shows of a plan: `scripts/record plan` runs this, and draws what it wrote.

use crate::administrator::{Administrator, STUDIO};

#[test]
#[ignore = "scripts/record runs it"]
fn a_plan_for_the_readme() {
    let out = std::env::var_os("STUDIO_MIRROR_RECORD").expect("a file for what it says");
    let administrator = Administrator::new();
    let told = administrator.plan(&[]);
    assert_eq!(told.code(), 3, "{told:?}");
    let typed = format!("$ studio-mirror bootstrap plan --studio-domain-id {STUDIO}\n");
    std::fs::write(out, typed + &told.stdout).expect("the file can be written");
}
