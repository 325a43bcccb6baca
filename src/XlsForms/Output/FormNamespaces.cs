namespace ServerlessRosa.XlsForms;

/// <summary>The prefixes declared on the root of an XForm.</summary>
internal static class FormNamespaces
{
    private const string Entities = "http://www.opendatakit.org/xforms/entities";

    private static readonly (string Prefix, string Uri)[] BuiltIn =
    [
        ("h", "http://www.w3.org/1999/xhtml"),
        ("ev", "http://www.w3.org/2001/xml-events"),
        ("xsd", "http://www.w3.org/2001/XMLSchema"),
        ("jr", "http://openrosa.org/javarosa"),
        ("orx", "http://openrosa.org/xforms"),
        ("odk", "http://www.opendatakit.org/xforms"),
    ];

    /// <summary>The built-in prefixes, and those of the setting `namespaces` that redefine none.</summary>
    public static List<(string Prefix, string Uri)> InScope(FormContext context)
    {
        var all = BuiltIn.ToList();
        if (context.HasEntities)
            all.Add(("entities", Entities));
        foreach (var pair in (context.Settings["namespaces"] ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=');
            if (parts.Length != 2 || !XmlName.IsNcName(parts[0]) || all.Exists(known => known.Prefix == parts[0]))
                continue;
            all.Add((parts[0], parts[1].Replace("\"", "", StringComparison.Ordinal).Replace("'", "", StringComparison.Ordinal)));
        }
        return all;
    }
}
