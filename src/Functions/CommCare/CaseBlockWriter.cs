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

    public static void Write(XmlBytes xml, SentCase sent)
    {
        var value = sent.Case;
        WriteBalances(xml, value);
        xml.Start("case"u8);
        xml.Attribute("case_id"u8, value.Id.Value);
        xml.Attribute("user_id"u8, value.ModifiedBy);
        xml.Attribute("date_modified"u8, value.ModifiedOn.UtcDateTime, Time);
        xml.Attribute("xmlns"u8, CaseBlockReader.Namespace);
        if (sent.Creates)
        {
            xml.Start("create"u8);
            WriteFixed(xml, value);
            xml.End("create"u8);
        }
        WriteUpdate(xml, sent);
        WriteIndices(xml, sent.Indices);
        if (sent.Closes)
        {
            xml.Element("close"u8, "");
        }
        xml.End("case"u8);
    }

    /// <summary>What the case has in each section (CC-157). None is left out: phones keep balances that they are not sent.</summary>
    private static void WriteBalances(XmlBytes xml, Case value)
    {
        if (value.Ledger.Count == 0)
        {
            return;
        }
        foreach (var section in value.Ledger.GroupBy(balance => balance.Section))
        {
            xml.Start("balance"u8);
            xml.Attribute("entity-id"u8, value.Id.Value);
            xml.Attribute("date"u8, value.ModifiedOn.UtcDateTime, Time);
            xml.Attribute("section-id"u8, section.Key);
            xml.Attribute("xmlns"u8, Ledger);
            foreach (var balance in section)
            {
                xml.Start("entry"u8);
                xml.Attribute("id"u8, balance.Entry);
                xml.Attribute("quantity"u8, balance.Quantity);
                xml.End("entry"u8);
            }
            xml.End("balance"u8);
        }
    }

    private static void WriteFixed(XmlBytes xml, Case value)
    {
        xml.Element("case_type"u8, value.Type);
        xml.Element("case_name"u8, value.Name);
        xml.Element("owner_id"u8, CaseState.OwnerOf(value).Value);
    }

    private static void WriteUpdate(XmlBytes xml, SentCase sent)
    {
        var value = sent.Case;
        xml.Start("update"u8);
        if (!sent.Creates)
        {
            WriteFixed(xml, value);
        }
        if (value.ExternalId.Length > 0)
        {
            xml.Element(ExternalId, value.ExternalId);
        }
        if (value.OpenedOn is { } opened)
        {
            xml.Start("date_opened"u8);
            xml.Text(opened.UtcDateTime, Date);
            xml.End("date_opened"u8);
        }
        foreach (var (name, text) in value.Properties)
        {
            if (XmlOut.IsName(name))
            {
                xml.Element(name, text);
            }
        }
        // The phone has these properties from an earlier sync; a value that it never had need not be removed.
        foreach (var name in sent.Creates ? [] : value.Forgotten)
        {
            if (!value.Properties.ContainsKey(name) && (name != ExternalId || value.ExternalId.Length == 0) && XmlOut.IsName(name))
            {
                xml.Element(name, "");
            }
        }
        xml.End("update"u8);
    }

    private static void WriteIndices(XmlBytes xml, IReadOnlyList<CaseIndex> indices)
    {
        if (!indices.Any(index => XmlOut.IsName(index.Identifier)))
        {
            return;
        }
        xml.Start("index"u8);
        foreach (var index in indices.Where(index => XmlOut.IsName(index.Identifier)))
        {
            xml.Start(index.Identifier);
            xml.Attribute("case_type"u8, index.CaseType);
            if (index.Relationship == CaseRelationship.Extension)
            {
                xml.Attribute("relationship"u8, "extension");
            }
            xml.Text(index.Target?.Value ?? "");
            xml.End(index.Identifier);
        }
        xml.End("index"u8);
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
}
