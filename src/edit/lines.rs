//! Text as lines that remember their own line end, so that what is not touched is written back as it was.

/// One line: its text and the line end that followed it (`\n`, `\r\n`, `\r`, or nothing at the end of the file).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line<R> {
    pub text: String,
    pub end: &'static str,
    pub role: R,
}

/// Splits where Python's universal newlines and npm's ini both do: at `\n`, `\r\n` and a lone `\r`.
pub(super) fn split(text: &str) -> Vec<(&str, &'static str)> {
    let mut lines = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let Some(at) = rest.find(['\n', '\r']) else {
            lines.push((rest, ""));
            break;
        };
        let end = if rest[at..].starts_with("\r\n") {
            "\r\n"
        } else if rest[at..].starts_with('\n') {
            "\n"
        } else {
            "\r"
        };
        lines.push((&rest[..at], end));
        rest = &rest[at + end.len()..];
    }
    lines
}

/// The text again.
pub(super) fn join<R>(lines: &[Line<R>]) -> String {
    lines
        .iter()
        .flat_map(|line| [line.text.as_str(), line.end])
        .collect()
}

/// Puts a line in at `at`, in the line end of its neighbours; a file without a final line end stays one.
pub(super) fn insert<R>(lines: &mut Vec<Line<R>>, at: usize, text: String, role: R) {
    let end = lines
        .iter()
        .map(|line| line.end)
        .rfind(|end| !end.is_empty());
    let neighbour = at
        .checked_sub(1)
        .and_then(|before| lines.get(before))
        .map(|line| line.end);
    let end = neighbour
        .filter(|end| !end.is_empty())
        .or(end)
        .unwrap_or("\n");
    // A `\r` must not become one line end with a blank line's `\n` behind it.
    let joins = |next: &Line<R>| next.text.is_empty() && next.end == "\n";
    let end = match end {
        "\r" if lines.get(at).is_some_and(joins) => "\r\n",
        end => end,
    };
    let mut line = Line { text, end, role };
    if neighbour == Some("") {
        lines[at - 1].end = end;
        line.end = "";
    }
    lines.insert(at, line);
}

/// Takes the lines at these places, in their order, out as [`remove`] does, in one pass.
pub(super) fn remove_each<R>(lines: &mut Vec<Line<R>>, places: &[usize]) {
    let is_last = |place: &usize| place + 1 == lines.len() && lines[*place].end.is_empty();
    let ends_bare = places.last().is_some_and(is_last);
    let mut places = places.iter().peekable();
    let mut at = 0;
    lines.retain(|_| {
        let is_gone = places.next_if(|place| **place == at).is_some();
        at += 1;
        !is_gone
    });
    if let (true, Some(last)) = (ends_bare, lines.last_mut()) {
        last.end = "";
    }
}

/// Takes the line at `at` out; the line before it becomes the last one without a line end if this was that one.
pub(super) fn remove<R>(lines: &mut Vec<Line<R>>, at: usize) {
    let removed = lines.remove(at);
    if removed.end.is_empty()
        && at == lines.len()
        && let Some(last) = lines.last_mut()
    {
        last.end = "";
    }
}
