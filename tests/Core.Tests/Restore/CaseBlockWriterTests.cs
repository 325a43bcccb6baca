using System.Globalization;
using System.Text;
using System.Xml;
using Microsoft.AspNetCore.Http;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Restore;
using ServerlessRosa.Core.Syncs;
using ServerlessRosa.Functions.CommCare;
using ServerlessRosa.Functions.Pipeline;
using Xunit;

namespace ServerlessRosa.Core.Tests.Restore;

/// <summary>Compared with the same blocks written by an <see cref="XmlWriter"/>.</summary>
public sealed class CaseBlockWriterTests
{
    private const string Time = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";
    private const string Ledger = "http://commcarehq.org/ledger/v1";

    private static readonly string[] Texts =
    [
        "",
        "a",
        " b ",
        "<&>\"'",
        "line\r\nend\r\n\ttab",
        "😀 é",
        "\ud800 lone",
        "\u0001\ufffe",
        "]]>",
        new('x', 40_000),
    ];

    private static readonly string[] Names = ["visits", "p-1", "1st", "é", "a b", "名前", "a:b", "external_id", "", "_"];
    private readonly Random _random = new(9);

    [Fact]
    public async Task Blocks_are_what_an_XML_writer_makes_of_them()
    {
        for (var i = 0; i < 30; i++)
        {
            var sent = Enumerable.Range(0, 5).Select(_ => RandomCase()).ToList();
            Assert.Equal(Expected(sent), await WrittenAsync(sent));
        }
    }

    private static async Task<string> WrittenAsync(IReadOnlyList<SentCase> sent)
    {
        var http = new DefaultHttpContext { Response = { Body = new MemoryStream() } };
        using var body = new StreamedXml(http.Response);
        body.Writer.WriteStartElement("r", "urn:r");
        body.Writer.WriteElementString("before", "urn:r", "x");
        foreach (var one in sent)
        {
            CaseBlockWriter.Write(body.Bytes, one);
            await body.SendIfFullAsync(CancellationToken.None);
        }
        body.Writer.WriteEndElement();
        body.Writer.WriteComment("end");
        await body.EndAsync(CancellationToken.None);
        return Encoding.UTF8.GetString(((MemoryStream)http.Response.Body).ToArray());
    }

    private static string Expected(IReadOnlyList<SentCase> sent)
    {
        var bytes = new MemoryStream();
        using (var xml = XmlOut.To(bytes))
        {
            xml.WriteStartElement("r", "urn:r");
            xml.WriteElementString("before", "urn:r", "x");
            foreach (var one in sent)
            {
                WriteBalances(xml, one.Case);
                WriteCase(xml, one);
            }
            xml.WriteEndElement();
            xml.WriteComment("end");
        }
        return Encoding.UTF8.GetString(bytes.ToArray());
    }

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

    private static void WriteCase(XmlWriter xml, SentCase sent)
    {
        const string space = CaseBlockReader.Namespace;
        var value = sent.Case;
        xml.WriteStartElement("case", space);
        xml.WriteAttributeString("case_id", XmlOut.Text(value.Id.Value));
        xml.WriteAttributeString("user_id", XmlOut.Text(value.ModifiedBy));
        xml.WriteAttributeString("date_modified", value.ModifiedOn.UtcDateTime.ToString(Time, CultureInfo.InvariantCulture));
        if (sent.Creates)
        {
            xml.WriteStartElement("create", space);
        }
        else
        {
            xml.WriteStartElement("update", space);
        }
        Write("case_type", value.Type);
        Write("case_name", value.Name);
        Write("owner_id", CaseState.OwnerOf(value).Value);
        if (sent.Creates)
        {
            xml.WriteEndElement();
            xml.WriteStartElement("update", space);
        }
        if (value.ExternalId.Length > 0)
        {
            Write("external_id", value.ExternalId);
        }
        if (value.OpenedOn is { } opened)
        {
            Write("date_opened", opened.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        }
        foreach (var (name, text) in value.Properties.Where(property => XmlOut.IsName(property.Key)))
        {
            Write(name, text);
        }
        foreach (var name in value.Forgotten.Where(name => !sent.Creates && !value.Properties.ContainsKey(name)))
        {
            if (XmlOut.IsName(name) && (name != "external_id" || value.ExternalId.Length == 0))
            {
                Write(name, "");
            }
        }
        xml.WriteEndElement();
        WriteIndices(xml, space, sent.Indices.Where(index => XmlOut.IsName(index.Identifier)).ToList());
        if (sent.Closes)
        {
            Write("close", "");
        }
        xml.WriteEndElement();

        void Write(string name, string text) => xml.WriteElementString(name, space, XmlOut.Text(text));
    }

    private static void WriteIndices(XmlWriter xml, string space, List<CaseIndex> indices)
    {
        if (indices.Count == 0)
        {
            return;
        }
        xml.WriteStartElement("index", space);
        foreach (var index in indices)
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

    private SentCase RandomCase()
    {
        Assert.True(CaseId.TryParse($"case{Texts[_random.Next(Texts.Length - 1)]}", out var id));
        var value = new Case(id, new ProjectId(1))
        {
            Type = Text(),
            Name = Text(),
            ExternalId = Text(),
            Owner = new OwnerId(Text()),
            OpenedOn = _random.Next(2) == 0 ? null : At(),
            ModifiedOn = At(),
            ModifiedBy = Text(),
            Properties = Names.Where(_ => _random.Next(2) == 0).ToDictionary(name => name, _ => Text()),
            Forgotten = [.. Names.Where(_ => _random.Next(2) == 0)],
            Ledger = [.. Enumerable.Range(0, _random.Next(4)).Select(i => new LedgerBalance(i % 2 == 0 ? "stock" : Text(), Text(), i - 2))],
        };
        CaseIndex[] indices =
        [
            .. Names
                .Where(_ => _random.Next(5) == 0)
                .Select(name => new CaseIndex(name, _random.Next(2) == 0 ? null : id, Text(), (CaseRelationship)_random.Next(2))),
        ];
        return new SentCase(value, _random.Next(2) == 0, _random.Next(2) == 0, indices);
    }

    private string Text() => Texts[_random.Next(Texts.Length)];

    private DateTimeOffset At() => new(_random.NextInt64(1L << 58), TimeSpan.Zero);
}
