//! What a file of the binary is: only a static program for x86_64 runs in every space.

use anyhow::{anyhow, bail};

/// Whether `bytes` are a static ELF program for x86_64 (System V ABI, chapter 4 and 5).
///
/// # Errors
/// What it is instead.
pub fn check(bytes: &[u8]) -> anyhow::Result<()> {
    const PROGRAM: [u16; 2] = [2, 3];
    const X86_64: u16 = 62;
    const INTERPRETER: u32 = 3;
    let half = |at: usize| {
        let bytes = bytes.get(at..)?.get(..2)?;
        Some(u16::from_le_bytes(bytes.try_into().ok()?))
    };
    let word = |at: usize| {
        let bytes = bytes.get(at..)?.get(..4)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?))
    };
    let long = |at: usize| {
        let bytes = bytes.get(at..)?.get(..8)?;
        usize::try_from(u64::from_le_bytes(bytes.try_into().ok()?)).ok()
    };
    if bytes.get(..4) != Some(b"\x7fELF") {
        bail!("it is no ELF file: a program of another system");
    }
    // 64 bits, the low byte first.
    if bytes.get(4..6) != Some(&[2, 1]) || half(18) != Some(X86_64) {
        bail!("it is for another processor than x86_64");
    }
    if !half(16).is_some_and(|kind| PROGRAM.contains(&kind)) {
        bail!("it is no program");
    }
    // Where a table of so many entries of this size ends.
    let end = |start: usize, size: u16, count: u16| {
        start.checked_add(usize::from(size) * usize::from(count))
    };
    let holds = |end: Option<usize>| end.is_some_and(|end| end <= bytes.len());
    let table = long(32).zip(half(54)).zip(half(56));
    let ((start, size), count) = table.ok_or_else(|| anyhow!("it is cut off"))?;
    for index in 0..count {
        let entry = end(start, size, index);
        let kind = entry
            .and_then(word)
            .ok_or_else(|| anyhow!("it is cut off"))?;
        if kind == INTERPRETER {
            bail!("it is linked dynamically, and would look for another system's libraries");
        }
        let long_of = |offset| entry.and_then(|entry| long(entry.checked_add(offset)?));
        // What the kernel maps must be there: a program whose end is missing starts, and crashes.
        let segment = long_of(8).zip(long_of(32));
        if !holds(segment.and_then(|(start, size)| start.checked_add(size))) {
            bail!("it is cut off");
        }
    }
    // Linkers put the table of sections last, behind everything that is mapped: a copy that only just did not end lacks it.
    let sections = long(40).zip(half(58)).zip(half(60));
    if !holds(sections.and_then(|((start, size), count)| end(start, size, count))) {
        bail!("it is cut off");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elf(machine: u16, segment: u32) -> Vec<u8> {
        let mut bytes = vec![0; 64 + 56];
        bytes[..6].copy_from_slice(b"\x7fELF\x02\x01");
        bytes[16..18].copy_from_slice(&3_u16.to_le_bytes());
        bytes[18..20].copy_from_slice(&machine.to_le_bytes());
        bytes[32..40].copy_from_slice(&64_u64.to_le_bytes());
        bytes[54..56].copy_from_slice(&56_u16.to_le_bytes());
        bytes[56..58].copy_from_slice(&1_u16.to_le_bytes());
        bytes[64..68].copy_from_slice(&segment.to_le_bytes());
        // The segment is the whole file.
        bytes[96..104].copy_from_slice(&120_u64.to_le_bytes());
        bytes
    }

    fn refused(bytes: &[u8]) -> String {
        check(bytes).expect_err("no binary for spaces").to_string()
    }

    #[test]
    fn only_static_programs_for_x86_64_linux_pass() {
        assert!(check(&elf(62, 1)).is_ok());
        assert!(refused(b"\xcf\xfa\xed\xfe").contains("no ELF"));
        assert!(refused(&elf(183, 1)).contains("processor"));
        assert!(refused(&elf(62, 3)).contains("dynamically"));
        assert!(refused(&elf(62, 1)[..60]).contains("cut off"));
        let mut endless = elf(62, 1);
        endless[32..40].copy_from_slice(&u64::MAX.to_le_bytes());
        assert!(refused(&endless).contains("cut off"));
    }

    #[test]
    fn what_a_segment_or_the_table_of_sections_lacks_is_told() {
        let whole = elf(62, 1);
        let with = |at: usize, value: &[u8]| {
            let mut bytes = whole.clone();
            bytes[at..at + value.len()].copy_from_slice(value);
            bytes
        };
        for (at, value) in [(72, 1), (72, u64::MAX), (96, 121), (96, u64::MAX)] {
            let told = refused(&with(at, &value.to_le_bytes()));
            assert!(told.contains("cut off"), "{at}: {told}");
        }
        let sections = |start: u64| {
            let mut bytes = with(40, &start.to_le_bytes());
            bytes[58..62].copy_from_slice(&[10, 0, 2, 0]);
            bytes
        };
        assert!(check(&sections(100)).is_ok());
        assert!(refused(&sections(101)).contains("cut off"));
        assert!(refused(&sections(u64::MAX)).contains("cut off"));
    }
}
