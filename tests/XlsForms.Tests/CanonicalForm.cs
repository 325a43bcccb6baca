using System.Xml.Linq;

namespace ServerlessRosa.XlsForms.Tests;

/// <summary>
/// Compares two XForms: attribute order, unused namespace declarations and white space between elements do not count, nor does the order of
/// the `value`s of one `text`. All other order does (XF-250).
/// </summary>
internal static class CanonicalForm
{
    private static readonly XNamespace XForms = "http://www.w3.org/2002/xforms";

    /// <summary>The first difference; null if there is none.</summary>
    public static string? Difference(string expected, string actual)
    {
        var want = Of(expected);
        var got = Of(actual);
        for (var i = 0; i < Math.Max(want.Length, got.Length); i++)
        {
            if (want.ElementAtOrDefault(i) != got.ElementAtOrDefault(i))
                return $"want {want.ElementAtOrDefault(i)?.Trim()} got {got.ElementAtOrDefault(i)?.Trim()}";
        }
        return null;
    }

    private static string[] Of(string xml) =>
        string.Join('\n', Lines(XDocument.Parse(xml, LoadOptions.PreserveWhitespace).Root!, 0)).Split('\n');

    private static string Short(XName name) => name.Namespace == XForms ? name.LocalName : name.ToString();

    private static IEnumerable<string> Lines(XElement element, int depth)
    {
        var indent = new string(' ', depth);
        var attributes = element
            .Attributes()
            .Where(attribute => !attribute.IsNamespaceDeclaration)
            .OrderBy(attribute => attribute.Name.ToString(), StringComparer.Ordinal)
            .Select(attribute => $" {Short(attribute.Name)}=[{attribute.Value}]");
        yield return $"{indent}<{Short(element.Name)}{string.Concat(attributes)}>";
        var hasChildren = element.Elements().Any();
        var isMixed = hasChildren && element.Nodes().OfType<XText>().Any(text => !string.IsNullOrWhiteSpace(text.Value));
        if (!hasChildren)
        {
            yield return $"{indent} [{element.Value}]";
            yield break;
        }
        var children = new List<string>();
        var nodes = element.Nodes().ToList();
        for (var i = 0; i < nodes.Count; i++)
        {
            if (nodes[i] is XElement child)
                children.Add(string.Join('\n', Lines(child, depth + 1)));
            else if (isMixed && nodes[i] is XText text && Trim(text.Value, i == 0, i == nodes.Count - 1) is { Length: > 0 } trimmed)
                children.Add($"{indent} [{trimmed}]");
        }
        if (element.Name == XForms + "text" && !isMixed)
            children.Sort(StringComparer.Ordinal);
        foreach (var line in children)
        {
            yield return line;
        }
    }

    private static string Trim(string text, bool isFirst, bool isLast)
    {
        text = isFirst ? text.TrimStart() : text;
        return isLast ? text.TrimEnd() : text;
    }
}
