using System.Xml;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Xml;

namespace ServerlessRosa.Core.Submissions;

/// <summary>
/// Finds the head of a submission (OR-193 to OR-199, OR-235 to OR-237) in one pass over the whole document, so that what isn't well-formed
/// is refused (OR-194). It is shown the document node by node. Elements are matched by local name, since `meta` and the encryption manifest
/// live in several namespaces (OR-195, OR-237).
/// </summary>
public sealed class SubmissionHeadReader
{
    // A row of a table holds 32,000 characters in one property, and a page of a thousand rows should stay small.
    private const int MaxInstanceName = 1000;

    private readonly string _rootName;
    private readonly string? _instanceIdAttribute;
    private readonly bool _saysEncrypted;
    private readonly List<string> _mediaFiles = [];
    private string? _metaInstanceId;
    private string? _rootInstanceId;
    private string? _deprecatedId;
    private string? _instanceName;
    private string? _encryptedKey;
    private string? _encryptedXmlFile;
    private string? _signature;
    private int _caseBlocks;
    private string _section = "";
    private Field _field;
    private int _fieldDepth;
    private ElementText _text;

    /// <summary>Reads the root element's tag.</summary>
    internal SubmissionHeadReader(XmlReader xml)
    {
        _rootName = xml.LocalName;
        FormId = xml.FirstAttribute("id");
        if (string.IsNullOrWhiteSpace(FormId))
            FormId = FormIdentity.FromNamespace(xml);
        Version = xml.FirstAttribute("version") ?? "";
        _instanceIdAttribute = xml.FirstAttribute("instanceID");
        _saysEncrypted = xml.FirstAttribute("encrypted") == "yes";
    }

    /// <summary>As found: it may be blank.</summary>
    internal string? FormId { get; }

    /// <summary>Blank when absent.</summary>
    internal string Version { get; }

    /// <summary>No form id is 400.2 (OR-193), and so is an encrypted submission without an instanceID (OR-236); an id that is too long
    /// is 400.13 (OR-198).</summary>
    public static SubmissionHead Read(ReadOnlyMemory<byte> document) =>
        SafeXml.Read(
            document,
            static xml =>
            {
                var reader = new SubmissionHeadReader(xml);
                while (xml.Read())
                    reader.Add(xml);
                return reader.Finish();
            }
        );

    /// <summary>Takes the next node after the root element's tag.</summary>
    internal void Add(XmlReader xml)
    {
        if (_field != Field.None)
            AddToField(xml);
        else if (xml.NodeType == XmlNodeType.Element)
            AddElement(xml);
    }

    /// <summary>The head, after the last node. Refuses as <see cref="Read"/> does.</summary>
    internal SubmissionHead Finish()
    {
        if (string.IsNullOrWhiteSpace(FormId))
            throw Problem.MissingParameter("form ID xml attribute").AsException();
        var instanceId = InstanceId.ParseOrNull(_metaInstanceId ?? _rootInstanceId ?? _instanceIdAttribute);
        var encrypted =
            _saysEncrypted || _encryptedKey is not null
                ? new EncryptedSubmission(_encryptedKey, _encryptedXmlFile, _signature, _mediaFiles)
                : null;
        // The instanceID is an input of the decryption, so a generated one would lock the data away.
        if (encrypted is not null && instanceId is null)
            throw Problem.MissingParameter("instanceId (required for encrypted submissions)").AsException();
        return new SubmissionHead(
            _rootName,
            FormId,
            Version,
            instanceId,
            InstanceId.ParseOrNull(_deprecatedId),
            _instanceName,
            encrypted,
            _caseBlocks
        );
    }

    private void AddElement(XmlReader xml)
    {
        if ((xml.LocalName == "case" && xml.GetAttribute("case_id") is not null) || LedgerBlockReader.IsLedger(xml))
            _caseBlocks++;
        if (xml.Depth == 1)
            _section = xml.LocalName;
        var field = FieldOf(xml);
        if (!xml.IsEmptyElement)
            (_field, _fieldDepth) = (field, xml.Depth);
    }

    // Nothing is looked for inside of a field.
    private void AddToField(XmlReader xml)
    {
        if (xml.Depth == _fieldDepth + 1)
        {
            _text.Add(xml);
        }
        else if (xml.Depth == _fieldDepth)
        {
            if (_text.Take() is { Length: > 0 } text)
                Set(_field, text);
            _field = Field.None;
        }
    }

    // The first one that is not blank counts.
    private Field FieldOf(XmlReader xml) =>
        (xml.Depth, _section, xml.LocalName) switch
        {
            (1, _, "instanceID") when _rootInstanceId is null => Field.RootInstanceId,
            (1, _, "base64EncryptedKey") when _encryptedKey is null => Field.EncryptedKey,
            (1, _, "encryptedXmlFile") when _encryptedXmlFile is null => Field.EncryptedXmlFile,
            (1, _, "base64EncryptedElementSignature") when _signature is null => Field.Signature,
            (2, "meta", "instanceID") when _metaInstanceId is null => Field.MetaInstanceId,
            (2, "meta", "deprecatedID") when _deprecatedId is null => Field.DeprecatedId,
            (2, "meta", "instanceName") when _instanceName is null => Field.InstanceName,
            (2, "media", "file") => Field.MediaFile,
            _ => Field.None,
        };

    private void Set(Field field, string text)
    {
        switch (field)
        {
            case Field.RootInstanceId:
                _rootInstanceId = text;
                break;
            case Field.EncryptedKey:
                _encryptedKey = text;
                break;
            case Field.EncryptedXmlFile:
                _encryptedXmlFile = text;
                break;
            case Field.Signature:
                _signature = text;
                break;
            case Field.MetaInstanceId:
                _metaInstanceId = text;
                break;
            case Field.DeprecatedId:
                _deprecatedId = text;
                break;
            case Field.InstanceName:
                _instanceName = ShortText.Cut(text, MaxInstanceName);
                break;
            case Field.MediaFile:
                _mediaFiles.Add(text);
                break;
        }
    }

    private enum Field
    {
        None,
        RootInstanceId,
        EncryptedKey,
        EncryptedXmlFile,
        Signature,
        MetaInstanceId,
        DeprecatedId,
        InstanceName,
        MediaFile,
    }
}
