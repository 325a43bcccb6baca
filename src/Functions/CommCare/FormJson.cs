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
    public static FormMetadataAnswer Metadata(XElement root)
    {
        var meta = root.Elements().FirstOrDefault(child => child.Name.LocalName is "meta" or "Meta");
        string? Find(string name) =>
            meta?.Elements().FirstOrDefault(child => child.Name.LocalName == name) is { } found ? TextOf(found) : null;

        var appVersion = Find("appVersion");
        return new()
        {
            DeprecatedId = Find("deprecatedID"),
            DeviceId = Find("deviceID"),
            Location = Find("location"),
            TimeEnd = Find("timeEnd"),
            TimeStart = Find("timeStart"),
            UserId = Find("userID"),
            Username = Find("username"),
            InstanceId = Find("instanceID") ?? Find("uid"),
            AppVersion = appVersion,
            AppBuildVersion = Version(AppVersion(), appVersion) is { } number ? int.Parse(number, CultureInfo.InvariantCulture) : null,
            CommCareVersion = Version(ClientVersion(), appVersion),
        };
    }

    private static string? Version(Regex pattern, string? text) =>
        text is not null && pattern.Match(text) is { Success: true } found ? found.Groups["version"].Value : null;

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
