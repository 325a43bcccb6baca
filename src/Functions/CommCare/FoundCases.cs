using System.Globalization;
using System.Xml;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>The result of a search, streamed while cases are found (CC-151, CC-152).</summary>
public sealed record FoundCases(IAsyncEnumerable<FoundCase> Cases) : IResult
{
    // Marks what the phone's list of results omits.
    private const string Related = "commcare_is_related_case";

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.ContentType = OpenRosaResponse.ContentType;
        if (HttpMethods.IsHead(httpContext.Request.Method))
        {
            return;
        }
        using var body = new StreamedXml(httpContext.Response);
        var xml = body.Writer;
        xml.WriteStartElement("results");
        xml.WriteAttributeString("id", "case");
        await foreach (var (found, isRelated) in Cases)
        {
            Write(xml, found, isRelated);
            await body.SendIfFullAsync(httpContext.RequestAborted);
        }
        xml.WriteEndElement();
        await body.EndAsync(httpContext.RequestAborted);
    }

    // As a case database shows cases to XPath.
    private static void Write(XmlWriter xml, Case value, bool isRelated)
    {
        xml.WriteStartElement("case");
        Attribute("case_id", value.Id.Value);
        Attribute("case_type", value.Type);
        Attribute("owner_id", value.Owner.Value);
        Attribute("status", value.Closed ? "closed" : "open");
        Element("case_name", value.Name);
        Element("last_modified", value.ModifiedOn.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture));
        if (value.OpenedOn is { } opened)
        {
            Element("date_opened", opened.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        }
        if (value.ExternalId.Length > 0)
        {
            Element("external_id", value.ExternalId);
        }
        foreach (var (name, text) in value.Properties.Where(property => XmlOut.IsName(property.Key) && property.Key != Related))
        {
            Element(name, text);
        }
        if (isRelated)
        {
            Element(Related, "true");
        }
        CaseBlockWriter.WriteIndices(xml, "", [.. value.Indices.Where(index => index.Target is not null)]);
        xml.WriteEndElement();

        void Attribute(string name, string text) => xml.WriteAttributeString(name, XmlOut.Text(text));
        void Element(string name, string text) => xml.WriteElementString(name, XmlOut.Text(text));
    }
}
