using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Xml;

namespace ServerlessRosa.XlsForms.Tests;

/// <summary>Writes a small .xlsx file from rows of cells: null, string, double, bool, DateTime or TimeSpan.</summary>
internal sealed class WorkbookBuilder
{
    public const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    public const string Relationships = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private const string PackageRelationships = "http://schemas.openxmlformats.org/package/2006/relationships";

    private readonly List<(string Name, IReadOnlyList<object?[]> Rows)> _sheets = [];
    private readonly Dictionary<string, int> _strings = new(StringComparer.Ordinal);

    /// <summary>Raw parts that replace those written, by name, for damaged and hostile files.</summary>
    public Dictionary<string, byte[]> Parts { get; } = new(StringComparer.Ordinal);

    public WorkbookBuilder Sheet(string name, params object?[][] rows)
    {
        _sheets.Add((name, rows));
        return this;
    }

    /// <summary>A sheet from lines of cells with `|` between them; an empty cell is no cell.</summary>
    public WorkbookBuilder Table(string name, params string[] lines) =>
        Sheet(name, [.. lines.Select(line => line.Split('|').Select(cell => (object?)cell.Trim()).ToArray())]);

    public MemoryStream Build()
    {
        var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            var sheets = _sheets.Select(sheet => SheetXml(sheet.Rows)).ToList();
            foreach (var (name, content) in CommonParts().Concat(sheets.Select((xml, i) => ($"xl/worksheets/sheet{i + 1}.xml", xml))))
            {
                if (!Parts.ContainsKey(name))
                    Write(archive, name, Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>" + content));
            }
            foreach (var (name, content) in Parts)
            {
                Write(archive, name, content);
            }
        }
        file.Position = 0;
        return file;
    }

    private static void Write(ZipArchive archive, string name, byte[] content)
    {
        using var part = archive.CreateEntry(name, CompressionLevel.Fastest).Open();
        part.Write(content);
    }

    private IEnumerable<(string Name, string Xml)> CommonParts()
    {
        var sheets = string.Concat(
            _sheets.Select((sheet, i) => $"<sheet name=\"{Escape(sheet.Name)}\" sheetId=\"{i + 1}\" r:id=\"rId{i + 1}\"/>")
        );
        var targets = string.Concat(_sheets.Select((_, i) => Relationship($"rId{i + 1}", "worksheet", $"worksheets/sheet{i + 1}.xml")));
        targets += Relationship("rIdStyles", "styles", "styles.xml") + Relationship("rIdStrings", "sharedStrings", "sharedStrings.xml");
        yield return ("[Content_Types].xml", "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>");
        yield return (
            "_rels/.rels",
            $"<Relationships xmlns=\"{PackageRelationships}\">{Relationship("rId1", "officeDocument", "xl/workbook.xml")}</Relationships>"
        );
        yield return ("xl/workbook.xml", $"<workbook xmlns=\"{Main}\" xmlns:r=\"{Relationships}\"><sheets>{sheets}</sheets></workbook>");
        yield return ("xl/_rels/workbook.xml.rels", $"<Relationships xmlns=\"{PackageRelationships}\">{targets}</Relationships>");
        yield return (
            "xl/styles.xml",
            $"<styleSheet xmlns=\"{Main}\"><cellXfs count=\"3\"><xf/><xf numFmtId=\"22\" applyNumberFormat=\"1\"/>"
                + "<xf numFmtId=\"21\" applyNumberFormat=\"1\"/></cellXfs></styleSheet>"
        );
        var strings = string.Concat(_strings.Keys.Select(text => $"<si><t xml:space=\"preserve\">{Escape(text)}</t></si>"));
        yield return ("xl/sharedStrings.xml", $"<sst xmlns=\"{Main}\">{strings}</sst>");
    }

    private static string Relationship(string id, string type, string target) =>
        $"<Relationship Id=\"{id}\" Type=\"{Relationships}/{type}\" Target=\"{target}\"/>";

    private string SheetXml(IReadOnlyList<object?[]> rows)
    {
        var xml = new StringBuilder($"<worksheet xmlns=\"{Main}\"><sheetData>");
        for (var i = 0; i < rows.Count; i++)
        {
            xml.Append(CultureInfo.InvariantCulture, $"<row r=\"{i + 1}\">");
            for (var j = 0; j < rows[i].Length; j++)
            {
                xml.Append(Cell($"{Column(j)}{i + 1}", rows[i][j]));
            }
            xml.Append("</row>");
        }
        return xml.Append("</sheetData></worksheet>").ToString();
    }

    private string Cell(string at, object? value) =>
        value switch
        {
            null or "" => "",
            bool truth => $"<c r=\"{at}\" t=\"b\"><v>{(truth ? 1 : 0)}</v></c>",
            int or long or double =>
                $"<c r=\"{at}\"><v>{Convert.ToDouble(value, null).ToString("R", CultureInfo.InvariantCulture)}</v></c>",
            DateTime date => $"<c r=\"{at}\" s=\"1\"><v>{date.ToOADate().ToString("R", CultureInfo.InvariantCulture)}</v></c>",
            TimeSpan time => $"<c r=\"{at}\" s=\"2\"><v>{time.TotalDays.ToString("R", CultureInfo.InvariantCulture)}</v></c>",
            _ => $"<c r=\"{at}\" t=\"s\"><v>{Index((string)value)}</v></c>",
        };

    private int Index(string text)
    {
        _strings.TryAdd(text, _strings.Count);
        return _strings[text];
    }

    private static string Column(int index)
    {
        var name = "";
        for (var n = index + 1; n > 0; n = (n - 1) / 26)
        {
            name = (char)('A' + (n - 1) % 26) + name;
        }
        return name;
    }

    private static string Escape(string text) =>
        System.Security.SecurityElement.Escape(new string([.. text.Where(c => XmlConvert.IsXmlChar(c) || char.IsSurrogate(c))]));
}
