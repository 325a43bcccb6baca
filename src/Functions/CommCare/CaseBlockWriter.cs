using System.Globalization;
using System.Xml;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Restore;
using ServerlessRosa.Core.Syncs;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>A case block of a restore: whole, in the shape that phones take (CC-045 to CC-053). One bad block
/// makes a phone refuse all of it.</summary>
public static class CaseBlockWriter
{
    private const string ExternalId = "external_id";
    private const string Ledger = "http://commcarehq.org/ledger/v1";
    private const string Date = "yyyy-MM-dd";
    private const string Time = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    public static void Write(XmlWriter xml, SentCase sent)
    {
        var value = sent.Case;
        WriteBalances(xml, value);
        xml.WriteStartElement("case", CaseBlockReader.Namespace);
        xml.WriteAttributeString("case_id", XmlOut.Text(value.Id.Value));
        xml.WriteAttributeString("user_id", XmlOut.Text(value.ModifiedBy));
        xml.WriteAttributeString("date_modified", value.ModifiedOn.UtcDateTime.ToString(Time, CultureInfo.InvariantCulture));
        if (sent.Creates)
        {
            xml.WriteStartElement("create", CaseBlockReader.Namespace);
            WriteFixed(xml, value);
            xml.WriteEndElement();
        }
        WriteUpdate(xml, sent);
        WriteIndices(xml, CaseBlockReader.Namespace, sent.Indices);
        if (sent.Closes)
        {
            xml.WriteElementString("close", CaseBlockReader.Namespace, "");
        }
        xml.WriteEndElement();
    }

    /// <summary>What the case has in each section (CC-157). None is left out: phones keep balances that they are not sent.</summary>
    private static void WriteBalances(XmlWriter xml, Case value)
    {
        foreach (var section in value.Ledger.GroupBy(balance => balance.Section))
        {
            xml.WriteStartElement("balance", Ledger);
            xml.WriteAttributeString("entity-id", XmlOut.Text(value.Id.Value));
            xml.WriteAttributeString("date", value.ModifiedOn.UtcDateTime.ToString(Time, CultureInfo.InvariantCulture));
            xml.WriteAttributeString("section-id", XmlOut.Text(section.Key));
            foreach (var balance in section)
            {
                xml.WriteStartElement("entry", Ledger);
                xml.WriteAttributeString("id", XmlOut.Text(balance.Entry));
                xml.WriteAttributeString("quantity", balance.Quantity.ToString(CultureInfo.InvariantCulture));
                xml.WriteEndElement();
            }
            xml.WriteEndElement();
        }
    }

    private static void WriteFixed(XmlWriter xml, Case value)
    {
        Write(xml, "case_type", value.Type);
        Write(xml, "case_name", value.Name);
        Write(xml, "owner_id", CaseState.OwnerOf(value).Value);
    }

    private static void WriteUpdate(XmlWriter xml, SentCase sent)
    {
        var value = sent.Case;
        xml.WriteStartElement("update", CaseBlockReader.Namespace);
        if (!sent.Creates)
        {
            WriteFixed(xml, value);
        }
        if (value.ExternalId.Length > 0)
        {
            Write(xml, ExternalId, value.ExternalId);
        }
        if (value.OpenedOn is { } opened)
        {
            Write(xml, "date_opened", opened.UtcDateTime.ToString(Date, CultureInfo.InvariantCulture));
        }
        foreach (var (name, text) in value.Properties.Where(property => XmlOut.IsName(property.Key)))
        {
            Write(xml, name, text);
        }
        // The phone has these properties from an earlier sync; a value that it never had need not be removed.
        foreach (
            var name in value.Forgotten.Where(name =>
                !sent.Creates
                && !value.Properties.ContainsKey(name)
                && (name != ExternalId || value.ExternalId.Length == 0)
                && XmlOut.IsName(name)
            )
        )
        {
            Write(xml, name, "");
        }
        xml.WriteEndElement();
    }

    /// <summary>Nothing where there are none; a tombstone is empty.</summary>
    internal static void WriteIndices(XmlWriter xml, string space, IReadOnlyList<CaseIndex> indices)
    {
        if (!indices.Any(index => XmlOut.IsName(index.Identifier)))
        {
            return;
        }
        xml.WriteStartElement("index", space);
        foreach (var index in indices.Where(index => XmlOut.IsName(index.Identifier)))
        {
            xml.WriteStartElement(index.Identifier, space);
            xml.WriteAttributeString("case_type", XmlOut.Text(index.CaseType));
            if (index.Relationship == CaseRelationship.Extension)
            {
                xml.WriteAttributeString("relationship", "extension");
            }
            xml.WriteString(XmlOut.Text(index.Target?.Value ?? ""));
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
    }

    private static void Write(XmlWriter xml, string name, string text) =>
        xml.WriteElementString(name, CaseBlockReader.Namespace, XmlOut.Text(text));
}
