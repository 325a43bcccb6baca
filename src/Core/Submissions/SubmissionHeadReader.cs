using System.Xml;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Xml;

namespace ServerlessRosa.Core.Submissions;

/// <summary>
/// Reads the head of a submission (OR-193 to OR-199, OR-235 to OR-237) in one pass over the whole document, so that what isn't well-formed
/// is refused (OR-194). Elements are matched by local name, since `meta` and the encryption manifest live in several namespaces (OR-195,
/// OR-237).
/// </summary>
public sealed class SubmissionHeadReader
{
    // A row of a table holds 32,000 characters in one property, and a page of a thousand rows should stay small.
    private const int MaxInstanceName = 1000;

    private readonly List<string> _mediaFiles = [];
    private string? _metaInstanceId;
    private string? _rootInstanceId;
    private string? _deprecatedId;
    private string? _instanceName;
    private string? _encryptedKey;
    private string? _encryptedXmlFile;
    private string? _signature;
    private int _caseBlocks;

    private SubmissionHeadReader() { }

    /// <summary>No form id is 400.2 (OR-193), and so is an encrypted submission without an instanceID (OR-236); an id that is too long
    /// is 400.13 (OR-198).</summary>
    public static SubmissionHead Read(ReadOnlyMemory<byte> document) =>
        SafeXml.Read(document, static xml => new SubmissionHeadReader().Read(xml));

    private SubmissionHead Read(XmlReader xml)
    {
        var rootName = xml.LocalName;
        var formId = xml.FirstAttribute("id");
        if (string.IsNullOrWhiteSpace(formId))
            formId = FormIdentity.FromNamespace(xml);
        var version = xml.FirstAttribute("version") ?? "";
        var instanceIdAttribute = xml.FirstAttribute("instanceID");
        var saysEncrypted = xml.FirstAttribute("encrypted") == "yes";

        ReadElements(xml);

        if (string.IsNullOrWhiteSpace(formId))
            throw Problem.MissingParameter("form ID xml attribute").AsException();
        var instanceId = InstanceId.ParseOrNull(_metaInstanceId ?? _rootInstanceId ?? instanceIdAttribute);
        var encrypted =
            saysEncrypted || _encryptedKey is not null
                ? new EncryptedSubmission(_encryptedKey, _encryptedXmlFile, _signature, _mediaFiles)
                : null;
        // The instanceID is an input of the decryption, so a generated one would lock the data away.
        if (encrypted is not null && instanceId is null)
            throw Problem.MissingParameter("instanceId (required for encrypted submissions)").AsException();
        return new SubmissionHead(
            rootName,
            formId,
            version,
            instanceId,
            InstanceId.ParseOrNull(_deprecatedId),
            _instanceName,
            encrypted,
            _caseBlocks
        );
    }

    private void ReadElements(XmlReader xml)
    {
        var section = "";
        while (xml.Read())
        {
            if (xml.NodeType != XmlNodeType.Element)
                continue;
            if ((xml.LocalName == "case" && xml.GetAttribute("case_id") is not null) || LedgerBlockReader.IsLedger(xml))
                _caseBlocks++;
            switch (xml.Depth)
            {
                case 1:
                    section = xml.LocalName;
                    ReadRootChild(xml);
                    break;
                case 2 when section == "meta":
                    ReadMetaChild(xml);
                    break;
                case 2 when section == "media" && xml.LocalName == "file":
                    if (Text(xml) is { } file)
                        _mediaFiles.Add(file);
                    break;
            }
        }
    }

    private void ReadRootChild(XmlReader xml)
    {
        switch (xml.LocalName)
        {
            case "instanceID":
                _rootInstanceId ??= Text(xml);
                break;
            case "base64EncryptedKey":
                _encryptedKey ??= Text(xml);
                break;
            case "encryptedXmlFile":
                _encryptedXmlFile ??= Text(xml);
                break;
            case "base64EncryptedElementSignature":
                _signature ??= Text(xml);
                break;
        }
    }

    private void ReadMetaChild(XmlReader xml)
    {
        switch (xml.LocalName)
        {
            case "instanceID":
                _metaInstanceId ??= Text(xml);
                break;
            case "deprecatedID":
                _deprecatedId ??= Text(xml);
                break;
            case "instanceName":
                _instanceName ??= Text(xml) is { } name ? ShortText.Cut(name, MaxInstanceName) : null;
                break;
        }
    }

    private static string? Text(XmlReader xml) => xml.ReadTrimmedText() is { Length: > 0 } text ? text : null;
}
