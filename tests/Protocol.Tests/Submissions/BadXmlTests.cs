using System.Globalization;
using System.Text;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Submissions;

/// <summary>XML that is broken, or made to hurt: refused, and nothing stored.</summary>
public sealed class BadXmlTests
{
    private const string Content = "<species>oak</species><meta><instanceID>uuid:1</instanceID></meta>";

    // Each is given the form's id.
    private static readonly Dictionary<string, Func<string, byte[]>> Documents = new()
    {
        ["a document type"] = form => Text($"<!DOCTYPE data>{Data(form, Content)}"),
        ["a billion laughs"] = form => Text($"<!DOCTYPE data [{Laughs()}]>{Data(form, "<species>&e9;</species>")}"),
        ["a large entity many times"] = form =>
            Text(
                $"<!DOCTYPE data [<!ENTITY a \"{new string('a', 50_000)}\">]>{Data(form, string.Concat(Enumerable.Repeat("&a;", 50_000)))}"
            ),
        ["a file of the server"] = form =>
            Text($"<!DOCTYPE data [<!ENTITY f SYSTEM \"file:///etc/passwd\">]>{Data(form, "<species>&f;</species>")}"),
        ["an address on the network"] = form => Text($"<!DOCTYPE data SYSTEM \"http://127.0.0.1:1/x.dtd\">{Data(form, Content)}"),
        ["a parameter entity"] = form => Text($"<!DOCTYPE data [<!ENTITY % p SYSTEM \"http://127.0.0.1:1/x\">%p;]>{Data(form, Content)}"),
        ["invalid UTF-8"] = form => [.. Text(Data(form, "<species>")[..^7]), 0xC3, 0x28, 0xFF, .. Text($"</species>{Content}</data>")],
        ["UTF-8 cut in the middle of a character"] = form => Text(Data(form, "木"))[..^8],
        ["a NUL"] = form => Text(Data(form, Content).Replace("oak", "o\0k", StringComparison.Ordinal)),
        ["a reference to a NUL"] = form => Text(Data(form, Content).Replace("oak", "&#0;", StringComparison.Ordinal)),
        ["half of a surrogate pair"] = form => Text(Data(form, Content).Replace("oak", "&#xD800;", StringComparison.Ordinal)),
        ["UTF-16 cut in the middle of a character"] = form =>
            Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes(Data(form, Content))).SkipLast(1).ToArray(),
        ["UTF-16 that says it is UTF-8 and ends early"] = form =>
            Encoding.Unicode.GetBytes("<?xml version=\"1.0\" encoding=\"utf-8\"?>" + Data(form, Content)[..^3]),
        ["UTF-32"] = form => Encoding.UTF32.GetBytes(Data(form, Content)),
        ["UTF-7"] = form => Text("<?xml version=\"1.0\" encoding=\"utf-7\"?>" + Data(form, Content)),
        ["an encoding that nobody knows"] = form => Text("<?xml version=\"1.0\" encoding=\"klingon\"?>" + Data(form, Content)),
        ["a hundred thousand levels"] = form =>
            Text(Data(form, string.Concat(Enumerable.Repeat("<a>", 100_000)) + string.Concat(Enumerable.Repeat("</a>", 100_000)))),
        ["a million levels never closed"] = form => Text(Data(form, string.Concat(Enumerable.Repeat("<a>", 1_000_000)))),
        ["two hundred thousand attributes"] = form => Text(Data(form, $"<a {Join(200_000, i => $"a{i}=''")}/>")),
        ["as many namespaces"] = form => Text(Data(form, $"<a {Join(200_000, i => $"xmlns:n{i}='urn:{i}'")}/>")),
        ["half a million names"] = form => Text(Data(form, Join(500_000, i => $"<a{i}/>"))),
        ["a name of a megabyte"] = form => Text(Data(form, $"<{new string('a', 1 << 20)}/>")),
        ["a comment that never ends"] = form => Text(Data(form, $"<!--{new string('-', 1 << 20)}")),
        ["a CDATA section that never ends"] = form => Text(Data(form, $"<![CDATA[{new string(']', 1 << 20)}")),
        ["an instruction that never ends"] = form => Text(Data(form, $"<?{new string('a', 1 << 20)}")),
        ["nothing but angles"] = _ => Text(new string('<', 1 << 20)),
        ["nothing but NULs"] = _ => new byte[1 << 20],
        ["noise"] = _ => Samples.Bytes(1 << 20),
        ["eleven megabytes"] = form => Text(Data(form, new string('x', 11 << 20))),
        ["more photos than any phone takes"] = form => Text(Data(form, Join(5000, i => $"<plot><leaf>{i}.jpg</leaf></plot>"))),
    };

    public static TheoryData<string> Names => [.. Documents.Keys];

    /// <summary>All of them, for a form.</summary>
    public static IEnumerable<byte[]> All(string form) => Documents.Values.Select(document => document(form));

    [Theory, Clause("OR-194"), Clause("OR-154")]
    [MemberData(nameof(Names))]
    public async Task Malicious_XML_is_refused_and_nothing_is_stored(string name)
    {
        var inbox = await Inbox.OpenAsync();
        var xml = Documents[name](inbox.Form);

        (await inbox.PostAsync(Samples.Multipart(xml, ("a.jpg", Samples.Bytes(100), "image/jpeg")))).ShouldBeRefused();
        await inbox.ShouldHoldNothingAsync();
        await inbox.SendAsync(inbox.Submission("uuid:afterwards"));
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static string Data(string form, string content) => $"<data id=\"{form}\" version=\"1\">{content}</data>";

    private static string Join(int count, Func<int, FormattableString> piece) =>
        string.Join(' ', Enumerable.Range(0, count).Select(i => piece(i).ToString(CultureInfo.InvariantCulture)));

    private static string Laughs() =>
        "<!ENTITY e0 \"ha\">"
        + string.Concat(Enumerable.Range(1, 9).Select(i => $"<!ENTITY e{i} \"{string.Concat(Enumerable.Repeat($"&e{i - 1};", 10))}\">"));
}
