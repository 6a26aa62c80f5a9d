//! Ruby's Marshal, version 4.8: the few kinds of values that a gem server hands out. Only writing; nothing is shared by links.

/// A Ruby value.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Nil,
    True,
    False,
    Integer(u8),
    Text(String),
    Symbol(&'static str),
    List(Vec<Value>),
    /// A hash whose keys are symbols.
    Hash(Vec<(&'static str, Value)>),
    /// An object that was asked for its own form (`marshal_dump`).
    Own(&'static str, Box<Value>),
    /// An object that gave a string of its own (`_dump`).
    Dumped(&'static str, Vec<u8>),
    /// An object with its variables.
    Object(&'static str, Vec<(&'static str, Value)>),
}

/// `value` with Marshal's header.
pub(crate) fn dump(value: &Value) -> Vec<u8> {
    let mut out = vec![4, 8];
    write(&mut out, value);
    out
}

fn write(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Nil => out.push(b'0'),
        Value::True => out.push(b'T'),
        Value::False => out.push(b'F'),
        Value::Integer(number) => {
            out.push(b'i');
            integer(out, usize::from(*number));
        }
        Value::Text(text) => {
            // With one variable of its own: that its encoding is UTF-8.
            out.push(b'I');
            bytes(out, b'"', text.as_bytes());
            integer(out, 1);
            symbol(out, "E");
            out.push(b'T');
        }
        Value::Symbol(name) => symbol(out, name),
        Value::List(values) => {
            out.push(b'[');
            integer(out, values.len());
            values.iter().for_each(|value| write(out, value));
        }
        Value::Hash(entries) => {
            out.push(b'{');
            pairs(out, entries);
        }
        Value::Own(class, value) => {
            out.push(b'U');
            symbol(out, class);
            write(out, value);
        }
        Value::Dumped(class, dumped) => {
            out.push(b'u');
            symbol(out, class);
            integer(out, dumped.len());
            out.extend(dumped);
        }
        Value::Object(class, variables) => {
            out.push(b'o');
            symbol(out, class);
            pairs(out, variables);
        }
    }
}

fn pairs(out: &mut Vec<u8>, pairs: &[(&'static str, Value)]) {
    integer(out, pairs.len());
    for (name, value) in pairs {
        symbol(out, name);
        write(out, value);
    }
}

fn symbol(out: &mut Vec<u8>, name: &str) {
    bytes(out, b':', name.as_bytes());
}

fn bytes(out: &mut Vec<u8>, kind: u8, bytes: &[u8]) {
    out.push(kind);
    integer(out, bytes.len());
    out.extend(bytes);
}

/// Small ones in a byte, five added; others as their length and their bytes from the lowest.
fn integer(out: &mut Vec<u8>, number: usize) {
    match number {
        0 => out.push(0),
        1..=122 => out.push(number as u8 + 5),
        _ => {
            let bytes = number.to_le_bytes();
            let length = bytes.iter().rposition(|byte| *byte != 0).unwrap_or(0) + 1;
            out.push(length as u8);
            out.extend(&bytes[..length]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_ruby_writes_them() {
        let written = dump(&Value::List(vec![
            Value::Hash(vec![("name", Value::Text("a".into()))]),
            Value::Integer(4),
            Value::Nil,
        ]));
        // Marshal.dump([{name: "a"}, 4, nil]) of Ruby 3.1.
        assert_eq!(
            written,
            b"\x04\x08[\x08{\x06:\x09nameI\"\x06a\x06:\x06ETi\x090"
        );
        let mut long = Vec::new();
        integer(&mut long, 300);
        assert_eq!(long, [2, 0x2c, 1]);
    }
}
