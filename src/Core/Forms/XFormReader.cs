using System.Xml;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Xml;

namespace ServerlessRosa.Core.Forms;

/// <summary>
/// Reads a form definition (OR-147 to OR-151, OR-164 to OR-176) in one streaming pass; secondary instances, which may have tens of
/// thousands of choices, are skipped. Elements are matched by local name. <see cref="XFormChecks"/> validates the result.
/// </summary>
public sealed class XFormReader
{
    private const int MaxFileNameLength = 255;
    private const string ItemsetsFile = "itemsets.csv";
    private const string AuditPath = "/meta/audit";

    private readonly List<MediaSlot> _fromInstances = [];
    private readonly List<MediaSlot> _fromItext = [];
    private readonly List<MediaSlot> _fromSearches = [];
    private readonly List<(string Nodeset, string? Type, string? SaveTo)> _binds = [];
    private readonly List<string> _repeats = [];
    private readonly List<string> _multipleSelects = [];
    private PrimaryInstance? _primary;
    private bool _primarySeen;
    private bool _hasItemsets;
    private string? _title;
    private string? _publicKey;
    private string? _entitiesVersion;

    private XFormReader() { }

    /// <summary>
    /// Refuses a document that is not well-formed with 400.1, a missing form id with 400.2, an invalid one with 400.8 or 400.13, and
    /// unbalanced quotes in `search()` with 400.8 (OR-147 to OR-176).
    /// </summary>
    public static XForm Read(ReadOnlyMemory<byte> document)
    {
        var form = new XFormReader();
        return SafeXml
            .Read(
                document,
                xml =>
                {
                    if (xml.LocalName == "html")
                        form.ReadHtml(xml);
                    return form;
                },
                isForm: true
            )
            .Build();
    }

    private void ReadHtml(XmlReader xml)
    {
        var parts = xml.Children();
        while (parts.MoveNext())
        {
            if (xml.LocalName == "head")
                ReadHead(xml);
            else if (xml.LocalName == "body")
                ReadBody(xml);
        }
    }

    private void ReadHead(XmlReader xml)
    {
        var parts = xml.Children();
        while (parts.MoveNext())
        {
            if (xml.LocalName == "title")
                _title ??= Present(xml.ReadTrimmedText());
            else if (xml.LocalName == "model")
                ReadModel(xml);
        }
    }

    private void ReadModel(XmlReader xml)
    {
        _entitiesVersion ??= xml.FirstAttribute("entities-version");
        var parts = xml.Children();
        while (parts.MoveNext())
        {
            switch (xml.LocalName)
            {
                case "instance":
                    ReadInstance(xml);
                    break;
                case "itext":
                    ReadItext(xml);
                    break;
                case "bind":
                    ReadBind(xml);
                    break;
                case "submission":
                    _publicKey ??= Present(xml.FirstAttribute("base64RsaPublicKey"));
                    break;
            }
        }
    }

    private void ReadInstance(XmlReader xml)
    {
        if (xml.FirstAttribute("src") is { } source && JrUri.FileOf(source) is { } file)
            _fromInstances.Add(Slot(file, MediaSlotType.File));
        if (_primarySeen)
            return;
        // The first instance is the primary one, whatever its id; ChildElements skips the others.
        _primarySeen = true;
        var roots = xml.Children();
        if (roots.MoveNext())
            _primary = PrimaryInstance.Read(xml);
    }

    private void ReadItext(XmlReader xml)
    {
        var translations = xml.Children();
        while (translations.MoveNext())
        {
            if (xml.LocalName != "translation")
                continue;
            var texts = xml.Children();
            while (texts.MoveNext())
            {
                if (xml.LocalName == "text")
                    ReadItextValues(xml);
            }
        }
    }

    private void ReadItextValues(XmlReader xml)
    {
        var values = xml.Children();
        while (values.MoveNext())
        {
            if (xml.LocalName != "value")
                continue;
            var type = xml.FirstAttribute("form") switch
            {
                "image" or "big-image" => MediaSlotType.Image,
                "audio" => MediaSlotType.Audio,
                "video" => MediaSlotType.Video,
                _ => null,
            };
            if (type is not null && JrUri.FileOf(xml.ReadTrimmedText()) is { } file)
                _fromItext.Add(Slot(file, type));
        }
    }

    private void ReadBind(XmlReader xml)
    {
        var nodeset = xml.FirstAttribute("nodeset");
        var type = Present(xml.FirstAttribute("type"));
        var saveTo = Present(xml.FirstAttribute("saveto"));
        if (nodeset is not null && (type ?? saveTo) is not null)
            _binds.Add((nodeset, type, saveTo));
    }

    private void ReadBody(XmlReader xml)
    {
        if (xml.IsEmptyElement)
            return;
        var body = xml.Depth;
        while (xml.Read() && xml.Depth > body)
        {
            if (xml.NodeType != XmlNodeType.Element)
                continue;
            switch (xml.LocalName)
            {
                case "repeat":
                    if (xml.FirstAttribute("nodeset") is { } nodeset)
                        _repeats.Add(nodeset);
                    break;
                case "input":
                    _hasItemsets |= xml.FirstAttribute("query") is not null;
                    break;
                case "select":
                    if (xml.FirstAttribute("ref") is { } target)
                        _multipleSelects.Add(target);
                    ReadSearch(xml);
                    break;
                case "select1":
                    ReadSearch(xml);
                    break;
            }
        }
    }

    private void ReadSearch(XmlReader xml)
    {
        if (xml.FirstAttribute("appearance") is { } appearance && SearchAppearance.FileOf(appearance) is { } file)
            _fromSearches.Add(Slot(file, MediaSlotType.File));
    }

    private XForm Build()
    {
        if (_primary is null)
            throw Problem.MissingParameter("formId").AsException();
        return new XForm(
            _primary.Id,
            _primary.Version,
            _title,
            _publicKey,
            Fields(_primary),
            MediaSlots(_primary),
            _primary.Entities,
            _entitiesVersion
        );
    }

    private List<FormField> Fields(PrimaryInstance instance)
    {
        var types = new Dictionary<string, string>();
        var properties = new Dictionary<string, string>();
        foreach (var (nodeset, type, saveTo) in _binds)
        {
            if (FieldPath.Of(nodeset, instance.RootName) is not { } path)
                continue;
            if (type is not null)
                types.TryAdd(path, type);
            if (saveTo is not null)
                properties.TryAdd(path, saveTo);
        }
        var repeats = FieldPath.SetOf(_repeats, instance.RootName);
        var multipleSelects = FieldPath.SetOf(_multipleSelects, instance.RootName);

        var fields = new List<FormField>(instance.Nodes.Count);
        var repeatsSeen = new HashSet<string>();
        var skipBelow = int.MaxValue;
        foreach (var node in instance.Nodes)
        {
            if (node.Level > skipBelow)
                continue;
            skipBelow = int.MaxValue;
            string type;
            if (repeats.Contains(node.Path))
            {
                type = FieldType.Repeat;
                if (!repeatsSeen.Add(node.Path))
                {
                    skipBelow = node.Level;
                    continue;
                }
            }
            else if (types.TryGetValue(node.Path, out var bound))
            {
                type = bound;
                skipBelow = node.Level;
            }
            else
            {
                type = node.HasChildren || node.IsEntity ? FieldType.Structure : FieldType.Unknown;
            }
            fields.Add(
                new FormField(
                    node.Path,
                    node.Name,
                    type,
                    Binary: type == FieldType.Binary || node.Path == AuditPath ? true : null,
                    SelectMultiple: multipleSelects.Contains(node.Path) ? true : null,
                    EntityProperty: properties.GetValueOrDefault(node.Path)
                )
            );
        }
        return fields;
    }

    private List<MediaSlot> MediaSlots(PrimaryInstance instance)
    {
        var all = _fromInstances
            .Concat(_fromItext)
            .Concat(instance.Images.Select(image => Slot(image, MediaSlotType.Image)))
            .Concat(_hasItemsets ? [Slot(ItemsetsFile, MediaSlotType.File)] : [])
            .Concat(_fromSearches);
        var slots = new List<MediaSlot>();
        var lastOfName = new Dictionary<string, MediaSlot>();
        foreach (var slot in all)
        {
            if (lastOfName.TryGetValue(slot.Name, out var last) && last == slot)
                continue;
            lastOfName[slot.Name] = slot;
            slots.Add(slot);
        }
        return slots;
    }

    private static MediaSlot Slot(string name, string type) =>
        name.Length <= MaxFileNameLength
            ? new MediaSlot(name, type)
            : throw Problem.ValueTooLong("attachment", MaxFileNameLength).AsException();

    private static string? Present(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
