use crate::Paragraph;

/// Incremental costs of obtaining a contract are an asset if they are expected to be recovered.
pub(super) const OBTAIN: Paragraph = Paragraph::new("340-40-25-1", "91");
/// Costs that would have been incurred anyway are an expense unless the customer is charged for them regardless.
pub(super) const REGARDLESS: Paragraph = Paragraph::new("340-40-25-3", "93");
/// The expedient of a year.
pub(super) const ONE_YEAR: Paragraph = Paragraph::new("340-40-25-4", "94");
/// Costs of fulfilling a contract that no other standard covers: three tests.
pub(super) const FULFIL: Paragraph = Paragraph::new("340-40-25-5", "95");
/// Costs that another standard covers are accounted for under it.
pub(super) const OTHER_STANDARD: Paragraph = Paragraph::new("340-40-25-6", "96");
/// Amortisation with the transfer of the goods or services, those of anticipated contracts included.
pub(super) const AMORTISATION: Paragraph = Paragraph::new("340-40-35-1", "99");
/// A change of the expected transfer is a change of estimate.
pub(super) const REVISION: Paragraph = Paragraph::new("340-40-35-2", "100");
/// Impairment.
pub(super) const IMPAIRMENT: Paragraph = Paragraph::new("340-40-35-3", "101");
/// Impairment is reversed in IFRS 15 (340-40-35-6 forbids it).
pub(super) const REVERSAL: Paragraph = Paragraph::new("340-40-35-6", "104");
