using System.Xml.Linq;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Restore;

namespace ServerlessRosa.Protocol.Tests.Fixtures;

/// <summary>What the tests of fixtures look at: a restore, without the namespaces that phones don't look at either.</summary>
internal static class FixtureReading
{
    /// <summary>The root's children of a full restore, or of the one that <paramref name="query"/> asks for.</summary>
    public static async Task<RestoreDocument> DocumentAsync(this Domain domain, Worker worker, string query = "") =>
        RestoreDocument.Of(await domain.RestoreAsync(worker.Phone, query));

    /// <summary>The fixture's one child, as text; null without the fixture.</summary>
    public static string? Content(this RestoreDocument document, string id)
    {
        var fixture = document.Fixtures.SingleOrDefault(element =>
            element.Name.LocalName == "fixture" && (string?)element.Attribute("id") == id
        );
        return fixture is null ? null : Plain(Assert.Single(fixture.Elements())).ToString(SaveOptions.DisableFormatting);
    }

    public static string Ids(this RestoreDocument document) =>
        string.Join(' ', document.Fixtures.Select(element => $"{element.Name.LocalName}:{(string?)element.Attribute("id")}"));

    public static XElement Plain(XElement element) =>
        new(
            element.Name.LocalName,
            element
                .Attributes()
                .Where(attribute => !attribute.IsNamespaceDeclaration)
                .Select(attribute => new XAttribute(attribute.Name.LocalName, attribute.Value)),
            element.Nodes().Select(node => node is XElement child ? Plain(child) : node)
        );
}
