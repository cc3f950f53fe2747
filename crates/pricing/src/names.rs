use l2c_documents::Check;

/// Begins the check of a document, with its id.
pub(crate) fn check_document(kind: &str, id: &str) -> Check {
    let mut check = Check::new(format!("{kind} `{id}`"));
    check_name(&mut check, "id", id);
    check
}

/// A name: not empty, at most 100 characters, no blanks around it, no control characters.
pub(crate) fn check_name(check: &mut Check, path: impl Into<String>, name: &str) {
    let long = name.chars().count() > 100;
    if name.is_empty() || long || name.trim() != name || name.chars().any(char::is_control) {
        let message = "write 1 to 100 characters without blanks around them";
        check.fault(path, "invalid_text", message);
    }
}
