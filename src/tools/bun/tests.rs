//! The user's .bunfig.toml.

use super::*;
use crate::tools::login_for_tests::Login;

const URL: &str = "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/npm/team/";

fn configured(text: &str) -> Result<String, SyntaxError> {
    let login = Login::by("eyJ2ZXexample");
    Ok(Bunfig
        .configure(text, &[login.to("codeartifact", URL)])?
        .text)
}

#[test]
fn a_registry_is_made_ours_in_every_form_that_bun_reads() {
    let ours = format!("{{ url = \"{URL}\", token = \"eyJ2ZXexample\" }}");
    for (text, expected) in [
        (
            "telemetry = false\r\n[install] # mine\r\nregistry = \"https://a.example\" # why\r\nexact = true\r\n",
            format!(
                "telemetry = false\r\n[install] # mine\r\nregistry = {ours} # why\r\nexact = true\r\n"
            ),
        ),
        (
            "[install]\nregistry = { url = \"https://a.example\", username = \"me\", password = \"p\" }",
            format!("[install]\nregistry = {ours}"),
        ),
        (
            "[install.registry]\nurl = \"https://a.example\"\nusername = \"me\"\npassword = \"p\"\n[test]\nsmol = true\n",
            format!(
                "[install.registry]\nurl = \"{URL}\"\ntoken = \"eyJ2ZXexample\"\n[test]\nsmol = true\n"
            ),
        ),
    ] {
        let done = configured(text).unwrap();
        assert_eq!(done, expected);
        assert_eq!(configured(&done).unwrap(), done);
        let found = Bunfig.inspect(&done, URL).unwrap();
        assert_eq!(found, Found::Token(Secret::new("eyJ2ZXexample")));
        let undone = Bunfig.unconfigure(&done, &[URL]).unwrap();
        assert_eq!(
            Bunfig.inspect(&undone, URL),
            Ok(Found::Unneeded),
            "{undone:?}"
        );
        assert_eq!(Bunfig.unconfigure(text, &[URL]).unwrap(), text);
    }
}

#[test]
fn a_file_without_a_registry_is_left_alone_and_an_odd_one_is_refused() {
    for text in [
        "",
        "[install]\nexact = true\n",
        "[install.scopes]\nacme = \"https://a.example\"\n",
    ] {
        assert_eq!(configured(text).unwrap(), text);
        assert_eq!(Bunfig.inspect(text, URL), Ok(Found::Unneeded));
    }
    for text in [
        "[install\n",
        "install.registry = \"https://a.example\"\n",
        "install = { registry = \"https://a.example\" }\n",
    ] {
        assert!(configured(text).is_err(), "{text:?}");
    }
}
