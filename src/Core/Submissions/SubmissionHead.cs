using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Submissions;

/// <summary>What decides where a submission goes (OR-193 to OR-199), read from its XML before anything is looked up.</summary>
/// <param name="RootName">The local name of the document element.</param>
/// <param name="FormId">As found; a form with this id may not exist.</param>
/// <param name="Version">Blank when absent.</param>
/// <param name="InstanceId">Null when absent or blank: the server makes one up.</param>
/// <param name="DeprecatedId">The instance that this submission edits.</param>
/// <param name="Encrypted">Null for a submission in the clear.</param>
/// <param name="CaseBlocks">How many elements at any depth may be case blocks.</param>
public sealed record SubmissionHead(
    string RootName,
    string FormId,
    string Version,
    InstanceId? InstanceId,
    InstanceId? DeprecatedId,
    string? InstanceName,
    EncryptedSubmission? Encrypted,
    int CaseBlocks
);

/// <summary>The manifest of an encrypted submission (OR-235 to OR-237). The server stores what it names and decrypts nothing.</summary>
/// <param name="Key">`base64EncryptedKey`.</param>
/// <param name="XmlFile">`encryptedXmlFile`.</param>
/// <param name="Signature">`base64EncryptedElementSignature`.</param>
/// <param name="MediaFiles">Every `media/file`, in order: the order is part of the decryption.</param>
public sealed record EncryptedSubmission(string? Key, string? XmlFile, string? Signature, IReadOnlyList<string> MediaFiles)
{
    private const string AuditFile = "audit.csv.enc";

    /// <summary>The files that the manifest names: the media, then the XML (OR-235).</summary>
    public IReadOnlyList<ExpectedFile> ExpectedFiles =>
        [
            .. (XmlFile is null ? MediaFiles : MediaFiles.Append(XmlFile))
                .Distinct()
                .Select(name => new ExpectedFile(name, IsAudit: name == AuditFile)),
        ];
}

/// <summary>A file that a submission names and that may come with it, in this POST or a later one (OR-214 to OR-219).</summary>
/// <param name="IsAudit">True for the log of the phone's events.</param>
public sealed record ExpectedFile(string Name, bool IsAudit);
