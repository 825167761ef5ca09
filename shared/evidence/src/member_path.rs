//! Which paths a file may have inside a package.
//!
//! A path means the same place on every machine and can never climb out of the folder it is unpacked into.

/// The longest path in bytes; every file system and every unzip program takes it.
pub(crate) const MAX_PATH_BYTES: usize = 1024;

/// What is wrong with a path inside a package; `None` when nothing is.
///
/// A path is relative, has `/` between its parts, no empty, `.` or `..` part, no backslash, no colon (a drive or a
/// stream on Windows), no control character, and at most 1024 bytes.
pub(crate) fn path_problem(path: &str) -> Option<&'static str> {
    if path.is_empty() {
        return Some("is empty");
    }
    if path.len() > MAX_PATH_BYTES {
        return Some("is longer than 1024 bytes");
    }
    if path.starts_with('/') {
        return Some("is absolute");
    }
    if path.contains('\\') {
        return Some("has a backslash");
    }
    if path.contains(':') {
        return Some("has a colon");
    }
    if path.chars().any(char::is_control) {
        return Some("has a control character");
    }
    path.split('/').find_map(|part| match part {
        "" => Some("has an empty part"),
        "." => Some("has a '.' part"),
        ".." => Some("has a '..' part"),
        _ => None,
    })
}

/// The folders above a path, from the nearest: `a/b`, `a` for `a/b/c`.
pub(crate) fn parents(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| path.rsplit_once('/').map(|(folder, _)| folder)).skip(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_cannot_climb_out_or_hide() {
        for path in ["run.json", "data/orders/rows.parquet", "definition/größe.sql", "a b/..c", ".hidden"] {
            assert_eq!(path_problem(path), None, "{path}");
        }
        for path in ["", "/etc/passwd", "../x", "a/../b", "a/..", "./a", "a//b", "a/", "a\\b", "C:x", "a\nb", "a\u{7f}"]
        {
            assert!(path_problem(path).is_some(), "{path:?}");
        }
        assert!(path_problem(&"a".repeat(1025)).is_some());
    }

    #[test]
    fn the_folders_above_a_path_come_nearest_first() {
        assert_eq!(parents("a/b/c").collect::<Vec<_>>(), ["a/b", "a"]);
        assert_eq!(parents("a").count(), 0);
    }
}
