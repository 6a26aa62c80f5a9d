//! The completions, in the shells themselves.

use super::{X86_64, release, shipped};
use crate::support::home::{Finished, Home};

/// Runs `script` in a shell that reads no start-up file, with the completions' folder in `$COMPLETIONS`.
fn in_shell(test: &str, shell: &[&str], script: &str) -> Option<Finished> {
    let release = release(test)?;
    let home = Home::new()
        .env("COMPLETIONS", release.join("completions"))
        .env("TERM", "dumb");
    // A shell completes what it finds.
    let ours = home.join(".local/bin/studio-mirror");
    std::fs::create_dir_all(ours.parent().expect("a folder")).expect("a folder in the home");
    std::os::unix::fs::symlink(shipped(&release, X86_64, ""), ours).expect("a link");
    let mut command = home.command(shell[0]);
    Some(home.run(command.args(&shell[1..]).arg(script)).success())
}

#[test]
fn bash_completes_a_command_and_a_tool() {
    // As bash-completion loads it: by the command's name, from a folder for completions.
    let script = r#"
        set -eu
        mkdir -p ~/.local/share/bash-completion && cp -r "$COMPLETIONS/bash" ~/.local/share/bash-completion/completions
        set +eu; . /usr/share/bash-completion/bash_completion; set -eu
        _completion_loader studio-mirror || [ $? = 124 ]
        answer() {
            COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
            local function=$(complete -p studio-mirror | sed -n 's/.* -F \([^ ]*\) .*/\1/p')
            "$function" studio-mirror "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
            echo "${COMPREPLY[*]}"
        }
        answer studio-mirror lo
        answer studio-mirror login --tool po
        answer studio-mirror bootstrap pro"#;
    let Some(told) = in_shell(
        "bash_completes_a_command_and_a_tool",
        &["bash", "--norc", "-c"],
        script,
    ) else {
        return;
    };
    assert_eq!(told.stdout, "login logout\npoetry\nprove\n", "{told}");
    assert_eq!(told.stderr, "");
}

#[test]
fn zsh_completes_a_command_and_a_tool() {
    // zsh completes on a terminal only: one of its own, where a tab is pressed.
    let script = r#"
        zmodload zsh/zpty
        zpty shell zsh -f -i
        zpty -w shell "PS1=; fpath=($COMPLETIONS/zsh \$fpath); autoload -Uz compinit; compinit -u -d ~/dump; print rea''dy"
        zpty -r -m shell line '*ready*'
        ask() {
            zpty -w -n shell "$1"$'\t'
            zpty -r -m shell line "*$2*" && print -r -- "$2"
            zpty -w shell $'\x15'
        }
        ask 'studio-mirror logi' 'studio-mirror login '
        ask 'studio-mirror login --tool poe' '--tool poetry'
        zpty -d shell"#;
    let Some(told) = in_shell(
        "zsh_completes_a_command_and_a_tool",
        &["zsh", "-f", "-c"],
        script,
    ) else {
        return;
    };
    assert_eq!(
        told.stdout, "studio-mirror login \n--tool poetry\n",
        "{told}"
    );
}

#[test]
fn fish_completes_a_command_and_a_tool() {
    let script = r#"
        mkdir -p ~/.config/fish/completions; and cp $COMPLETIONS/fish/* ~/.config/fish/completions/
        for line in 'studio-mirror lo' 'studio-mirror login --tool po'
            complete --do-complete $line | string replace --regex '\t.*' ''
        end"#;
    let Some(told) = in_shell(
        "fish_completes_a_command_and_a_tool",
        &["fish", "-c"],
        script,
    ) else {
        return;
    };
    assert_eq!(told.stdout, "login\nlogout\npoetry\n", "{told}");
    assert_eq!(told.stderr, "");
}
