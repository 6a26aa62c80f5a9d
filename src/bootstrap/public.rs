//! What may come from outside, as people write it into a file.

use anyhow::{bail, ensure};

use super::stacks::{NamePattern, PublicName};

/// The most names that a file may have: each is a resource of the stack, and CloudFormation takes 500.
const MOST: usize = 400;

/// Reads `text`: a `pypi:NAME` or `npm:NAME` a line, where a name may end in a star. `#` begins a comment.
///
/// # Errors
/// Which line is none, or that there are too many or none at all.
pub fn public_names(text: &str) -> anyhow::Result<Vec<PublicName>> {
    let mut names = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        let name = line.split_once(':').filter(|(format, name)| {
            matches!(*format, "pypi" | "npm")
                && !name.is_empty()
                && !name.contains(char::is_whitespace)
        });
        let Some((format, name)) = name else {
            bail!(
                "line {}: `{}` is neither pypi:NAME nor npm:NAME",
                number + 1,
                line.escape_debug()
            );
        };
        names.push(PublicName {
            format: format.to_owned(),
            name: NamePattern(name.to_owned()),
        });
    }
    names.sort_by(|a, b| (&a.format, &a.name.0).cmp(&(&b.format, &b.name.0)));
    names.dedup();
    ensure!(
        !names.is_empty(),
        "it names no package: to let nothing in give `--public none`"
    );
    ensure!(
        names.len() <= MOST,
        "it has {} names, and a stack takes {MOST}: a prefix with a star covers many",
        names.len()
    );
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_name_with_its_format() {
        let names = public_names(
            "# ours\nnpm:@types/*\npypi:requests # http\n\npypi:numpy*\npypi:requests\n",
        );
        let names = names.expect("names");
        let shown: Vec<String> = names
            .iter()
            .map(|one| format!("{}:{}", one.format, one.name.0))
            .collect();
        assert_eq!(shown, ["npm:@types/*", "pypi:numpy*", "pypi:requests"]);
    }

    #[test]
    fn what_is_no_name_is_said_with_its_line() {
        for (text, why) in [
            ("pypi:a\nrequests\n", "line 2"),
            ("maven:a\n", "line 1"),
            ("pypi:\n", "line 1"),
            ("# nothing\n", "no package"),
        ] {
            let said = public_names(text).expect_err(text).to_string();
            assert!(said.contains(why), "{said}");
        }
        let many: String = (0..=MOST).map(|n| format!("pypi:p{n}\n")).collect();
        assert!(public_names(&many).is_err());
    }
}
