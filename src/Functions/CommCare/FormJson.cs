using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Xml;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>
/// A form's XML as JSON, in the shape of CommCare HQ: attributes as `@name`, the root's name as `#type`, a namespace as `@xmlns` where it
/// is not the parent's, text beside attributes as `#text`, elements of one name as a list, and times with an offset in UTC.
/// </summary>
internal static partial class FormJson
{
    private const string Namespace = "@xmlns";

    public static XElement Read(ReadOnlyMemory<byte> xml) => SafeXml.Read(xml, XElement.Load);

    public static void WriteForm(Utf8JsonWriter json, XElement root)
    {
        json.WriteStartObject();
        json.WriteString("#type", root.Name.LocalName);
        WriteMembers(json, root, parent: null);
        json.WriteEndObject();
    }

    /// <summary>The form's `meta`, with what its `appVersion` says.</summary>
    public static void WriteMetadata(Utf8JsonWriter json, XElement root)
    {
        var meta = root.Elements().FirstOrDefault(child => child.Name.LocalName is "meta" or "Meta");
        string? Find(string name) =>
            meta?.Elements().FirstOrDefault(child => child.Name.LocalName == name) is { } found ? TextOf(found) : null;

        var appVersion = Find("appVersion");
        json.WriteStartObject();
        json.WriteString("doc_type", "Metadata");
        foreach (var name in new[] { "deprecatedID", "deviceID", "location", "timeEnd", "timeStart", "userID", "username" })
        {
            json.WriteString(name, Find(name));
        }
        json.WriteString("instanceID", Find("instanceID") ?? Find("uid"));
        json.WriteString("appVersion", appVersion);
        if (appVersion is not null && AppVersion().Match(appVersion) is { Success: true } version)
        {
            json.WriteNumber("app_build_version", int.Parse(version.Groups["version"].ValueSpan, CultureInfo.InvariantCulture));
        }
        else
        {
            json.WriteNull("app_build_version");
        }
        var client = appVersion is null ? null : ClientVersion().Match(appVersion);
        json.WriteString("commcare_version", client is { Success: true } ? client.Groups["version"].Value : null);
        json.WriteEndObject();
    }

    private static void WriteMembers(Utf8JsonWriter json, XElement element, XElement? parent)
    {
        var names = new HashSet<string>();
        if (element.Name.NamespaceName != (parent?.Name.NamespaceName ?? ""))
        {
            json.WriteString(Namespace, element.Name.NamespaceName);
            names.Add(Namespace);
        }
        foreach (var attribute in element.Attributes().Where(attribute => !attribute.IsNamespaceDeclaration))
        {
            // Of two with the same local name the first counts.
            if (names.Add("@" + attribute.Name.LocalName))
            {
                json.WriteString("@" + attribute.Name.LocalName, InUtc(attribute.Value));
            }
        }
        foreach (var same in element.Elements().GroupBy(child => child.Name.LocalName))
        {
            json.WritePropertyName(same.Key);
            if (same.Skip(1).Any())
            {
                json.WriteStartArray();
                foreach (var child in same)
                {
                    WriteValue(json, child, element);
                }
                json.WriteEndArray();
            }
            else
            {
                WriteValue(json, same.First(), element);
            }
        }
        if (TextOf(element) is { Length: > 0 } text)
        {
            json.WriteString("#text", text);
        }
    }

    private static void WriteValue(Utf8JsonWriter json, XElement element, XElement parent)
    {
        if (element.HasElements || element.Name.Namespace != parent.Name.Namespace || HasAttributes(element))
        {
            json.WriteStartObject();
            WriteMembers(json, element, parent);
            json.WriteEndObject();
        }
        else
        {
            json.WriteStringValue(TextOf(element));
        }
    }

    private static bool HasAttributes(XElement element) => element.Attributes().Any(attribute => !attribute.IsNamespaceDeclaration);

    private static string TextOf(XElement element) =>
        InUtc(string.Concat(element.Nodes().OfType<XText>().Select(text => text.Value)).Trim());

    private static string InUtc(string text) =>
        text.Length is > 19 and < 40 && TimeWithOffset().IsMatch(text) ? CaseShapes.Time(CaseDates.Parse(text)) ?? text : text;

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([.,]\d{1,12})?(Z|[+-]\d\d(:?\d\d)?)$", RegexOptions.CultureInvariant)]
    private static partial Regex TimeWithOffset();

    [GeneratedRegex(@"App v(?<version>\d{1,9})\b", RegexOptions.CultureInvariant)]
    private static partial Regex AppVersion();

    [GeneratedRegex("version \"(?<version>[\\d.]{1,30})\"", RegexOptions.CultureInvariant)]
    private static partial Regex ClientVersion();
}
