namespace ServerlessRosa.Core.Cases;

/// <summary>
/// The reason why a form's case blocks cannot be applied, with CommCare HQ's texts (CC-070 to CC-079, CC-084 to CC-106): `InvalidCaseIndex:
/// Case 'X' references non-existent case 'Y'`.
/// </summary>
public sealed record CaseProblem(string Error, string Detail)
{
    public static CaseProblem IllegalCaseId(string detail) => new("IllegalCaseId", detail);

    /// <summary>The case belongs to another project; the message reveals nothing about it (CC-079).</summary>
    public static CaseProblem ForeignCase() => IllegalCaseId("Bad case id");

    public static CaseProblem InvalidIndex(string detail) => new("InvalidCaseIndex", detail);

    public static CaseProblem InvalidValue(string detail) => new("CaseValueError", detail);

    public static CaseProblem InvalidDate(string detail) => new("PhoneDateValueError", detail);

    public static CaseProblem UsesReferrals() => new("UsesReferrals", "Sorry, referrals are not supported.");

    public static CaseProblem UnknownLedgerCase(string id) => IllegalCaseId($"Ledger transaction references invalid Case ID \"{id}\"");

    public static CaseProblem MissingProductId() => new("MissingProductId", "Product IDs must be set for all ledger updates!");

    public static CaseProblem VersionNotSupported(string detail) => new("VersionNotSupported", detail);

    public override string ToString() => $"{Error}: {Detail}";
}
