use strsim::damerau_levenshtein;

/// The name that was probably meant: the one that differs least, if at most a third of the letters differ.
///
/// ```
/// assert_eq!(l2c_documents::nearest("discont", ["amount", "discount"]), Some("discount"));
/// assert_eq!(l2c_documents::nearest("colour", ["amount", "discount"]), None);
/// ```
pub fn nearest<'a>(name: &str, choices: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const LONGEST: usize = 100;
    if name.len() > LONGEST {
        return None;
    }
    let differences = |choice: &str| {
        let (name, choice) = (name.to_lowercase(), choice.to_lowercase());
        damerau_levenshtein(&name, &choice)
    };
    let allowed = name.chars().count().div_ceil(3);
    choices
        .into_iter()
        .filter(|choice| choice.len() <= LONGEST)
        .map(|choice| (differences(choice), choice))
        .filter(|(differences, _)| *differences <= allowed)
        .min_by_key(|(differences, _)| *differences)
        .map(|(_, choice)| choice)
}
