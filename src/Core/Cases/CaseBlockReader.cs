using System.Xml;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Xml;

namespace ServerlessRosa.Core.Cases;

/// <summary>
/// The case blocks of a form, and those of its ledger, in document order, or the problem that prevents applying them.
/// <see cref="UserId"/> is the form's `userID`, blank when absent.
/// </summary>
public sealed record CaseBlocks(IReadOnlyList<CaseBlock> Blocks, string UserId, CaseProblem? Problem)
{
    public static CaseBlocks None { get; } = new([], "", null);

    /// <summary>The form's `instanceID`, or the `uid` of old forms, unparsed; null or blank when absent.</summary>
    public string? InstanceId { get; init; }

    /// <summary>The user who changed the case with this block.</summary>
    internal string UserOf(CaseBlock block) => string.IsNullOrEmpty(block.UserId) ? UserId : block.UserId;

    /// <summary>The phone's date in the first block of a case; null when there is none.</summary>
    internal DateTimeOffset? DateOf(CaseId id) => Blocks.FirstOrDefault(block => block.Id == id)?.ModifiedOn;
}

/// <summary>
/// Reads the case blocks of a form (CC-056 to CC-079) in one pass, at any depth and with any prefix (CC-056). A `case` element without
/// `case_id` is form data (CC-057). Blocks are not searched for nested blocks, nor is a device report for any (CC-105). The first error
/// becomes the form's problem.
/// </summary>
public sealed class CaseBlockReader
{
    public const string Namespace = "http://commcarehq.org/case/transaction/v2";
    private const string DeviceReport = "http://code.javarosa.org/devicereport";
    private const int MaxValue = 255;

    private readonly bool _knowsVersion1;
    private readonly List<CaseBlock> _blocks = [];
    private readonly Stack<int> _plainCases = new();
    private CaseProblem? _problem;
    private string _userId = "";
    private string? _instanceId;
    private string? _legacyId;

    private CaseBlockReader(bool knowsVersion1) => _knowsVersion1 = knowsVersion1;

    /// <summary>
    /// With <paramref name="knowsVersion1"/>, a `case` with a child `case_id` is a version 1.0 block, which is a problem (CC-083). Without
    /// it, as in forms not made for CommCare, it is form data.
    /// </summary>
    public static CaseBlocks Read(ReadOnlyMemory<byte> form, bool knowsVersion1) => SafeXml.Read(form, xml => Read(xml, knowsVersion1));

    /// <summary>Reads from the start tag of the form's root to its end tag.</summary>
    public static CaseBlocks Read(XmlReader form, bool knowsVersion1) => new CaseBlockReader(knowsVersion1).Read(form);

    private CaseBlocks Read(XmlReader xml)
    {
        var formNamespace = xml.NamespaceURI;
        var inMeta = false;
        while (xml.Read())
        {
            if (xml.NodeType != XmlNodeType.Element)
            {
                continue;
            }
            while (_plainCases.TryPeek(out var depth) && depth >= xml.Depth)
            {
                _plainCases.Pop();
            }
            if (xml.Depth == 1)
            {
                inMeta = xml.LocalName is "meta" or "Meta";
            }
            if (xml.NamespaceURI == DeviceReport && !(xml.Depth == 1 && inMeta))
            {
                SkipContent(xml);
            }
            else if (xml.LocalName == "case")
            {
                ReadCase(xml, formNamespace);
            }
            else if (LedgerBlockReader.IsLedger(xml))
            {
                var (blocks, problem) = LedgerBlockReader.Read(xml);
                _blocks.AddRange(blocks);
                _problem ??= problem;
            }
            else if (inMeta && xml.Depth == 2)
            {
                ReadMeta(xml);
            }
            else if (_knowsVersion1 && xml.LocalName == "case_id" && _plainCases.TryPeek(out var parent) && parent == xml.Depth - 1)
            {
                _problem ??= CaseProblem.VersionNotSupported(
                    "Case XML version 1.0 is not supported; a case block names its case in the attribute case_id."
                );
            }
        }
        return new CaseBlocks(_blocks, _userId, _problem) { InstanceId = string.IsNullOrEmpty(_instanceId) ? _legacyId : _instanceId };
    }

    private void ReadMeta(XmlReader xml)
    {
        switch (xml.LocalName)
        {
            case "userID" when _userId.Length == 0:
                _userId = xml.ReadTrimmedText();
                break;
            case "instanceID" when string.IsNullOrEmpty(_instanceId):
                _instanceId = xml.ReadTrimmedText();
                break;
            case "uid" when string.IsNullOrEmpty(_legacyId):
                _legacyId = xml.ReadTrimmedText();
                break;
        }
    }

    private void ReadCase(XmlReader xml, string formNamespace)
    {
        if (xml.GetAttribute("case_id") is not { } idText)
        {
            _plainCases.Push(xml.Depth);
            return;
        }
        if (xml.NamespaceURI != Namespace && xml.NamespaceURI != formNamespace)
        {
            _problem ??= CaseProblem.VersionNotSupported($"The namespace {Short(xml.NamespaceURI)} of a case block is not known.");
        }
        if (!CaseId.TryParse(idText, out var id))
        {
            _problem ??= CaseProblem.IllegalCaseId(
                string.IsNullOrWhiteSpace(idText)
                    ? "A case block must have a case_id."
                    : $"A case_id has at most {CaseId.MaxLength} characters."
            );
        }
        DateTimeOffset? modifiedOn = null;
        // Empty counts as absent, as in CommCare HQ.
        if (xml.GetAttribute("date_modified") is { } dateText && !string.IsNullOrWhiteSpace(dateText))
        {
            modifiedOn = CaseDates.Parse(dateText);
            _problem ??= modifiedOn is null
                ? CaseProblem.InvalidDate($"The date_modified {Short(dateText)} of case {id} is not a date.")
                : null;
        }
        _blocks.Add(ReadActions(xml, new CaseBlock(id) { ModifiedOn = modifiedOn, UserId = xml.GetAttribute("user_id")?.Trim() }));
    }

    private CaseBlock ReadActions(XmlReader xml, CaseBlock block)
    {
        foreach (var action in Children(xml))
        {
            switch (action)
            {
                case "create":
                    block = block with { Create = ReadValues(xml, block.Id, block.Create) };
                    break;
                case "update":
                    block = block with { Update = ReadValues(xml, block.Id, block.Update) };
                    break;
                case "close":
                    block = block with { Closes = true };
                    break;
                case "index":
                    block = block with { Indices = ReadIndices(xml, block) };
                    break;
                case "referral":
                    _problem ??= CaseProblem.UsesReferrals();
                    break;
            }
        }
        return block;
    }

    private Dictionary<string, string> ReadValues(XmlReader xml, CaseId id, IReadOnlyDictionary<string, string>? before)
    {
        var values = before is null ? new Dictionary<string, string>() : new Dictionary<string, string>(before);
        foreach (var name in Children(xml))
        {
            var value = xml.ReadTrimmedText();
            values[name] = value;
            if (!name.All(XmlConvert.IsNCNameChar))
            {
                _problem ??= CaseProblem.InvalidValue($"The property {Short(name)} of case {id} has a name that no restore can hold.");
            }
            switch (name)
            {
                case "case_name"
                or "name"
                or "case_type"
                or "owner_id"
                or "external_id"
                or "hq_user_id"
                or "user_id" when value.Length > MaxValue && value.EnumerateRunes().Count() > MaxValue:
                    _problem ??= CaseProblem.InvalidValue($"Value for {name} of case {id} exceeds allowed length: {MaxValue}");
                    break;
                case "date_opened" when value.Length > 0 && CaseDates.Parse(value) is null:
                    _problem ??= CaseProblem.InvalidDate($"The date_opened {Short(value)} of case {id} is not a date.");
                    break;
            }
        }
        return values;
    }

    private List<CaseIndex> ReadIndices(XmlReader xml, CaseBlock block)
    {
        var indices = block.Indices.ToList();
        foreach (var identifier in Children(xml))
        {
            var (type, relationship) = (xml.GetAttribute("case_type"), xml.GetAttribute("relationship"));
            var text = xml.ReadTrimmedText();
            CaseId? target = CaseId.TryParse(text, out var parsed) ? parsed : null;
            _problem ??= text.Length switch
            {
                0 => null,
                > CaseId.MaxLength => CaseProblem.InvalidIndex($"The index {Short(identifier)} of case {block.Id} names no possible case."),
                _ when type is null => CaseProblem.InvalidIndex($"The index {Short(identifier)} of case {block.Id} has no case_type."),
                _ when relationship is not (null or "child" or "extension") => CaseProblem.InvalidIndex(
                    $"The index {Short(identifier)} of case {block.Id} has the relationship '{Short(relationship)}', which is "
                        + "neither child nor extension."
                ),
                _ when target == block.Id => CaseProblem.InvalidIndex($"Case {block.Id} cannot index itself."),
                _ => null,
            };
            indices.RemoveAll(index => index.Identifier == identifier);
            indices.Add(
                new CaseIndex(
                    identifier,
                    target,
                    type ?? "",
                    relationship == "extension" ? CaseRelationship.Extension : CaseRelationship.Child
                )
            );
        }
        return indices;
    }

    /// <summary>
    /// The names of the child elements in order. The caller leaves the reader on an element's end tag or does not move it; unread content
    /// is skipped.
    /// </summary>
    private static IEnumerable<string> Children(XmlReader xml)
    {
        if (xml.IsEmptyElement)
        {
            yield break;
        }
        var depth = xml.Depth;
        while (xml.Read() && xml.Depth > depth)
        {
            if (xml.NodeType == XmlNodeType.Element && xml.Depth == depth + 1)
            {
                yield return xml.LocalName;
            }
        }
    }

    // To the end tag of the element.
    private static void SkipContent(XmlReader xml)
    {
        var depth = xml.Depth;
        while (!xml.IsEmptyElement && xml.Read() && xml.Depth > depth) { }
    }

    private static string Short(string text) => text.Length <= 100 ? text : text[..100] + "…";
}
