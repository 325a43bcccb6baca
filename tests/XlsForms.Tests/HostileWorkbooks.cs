using System.IO.Compression;
using System.Text;

namespace ServerlessRosa.XlsForms.Tests;

/// <summary>Files that a converter must refuse, or convert, within its limits of time and memory.</summary>
internal static class HostileWorkbooks
{
    private const string Sheet1 = "xl/worksheets/sheet1.xml";
    private const string Strings = "xl/sharedStrings.xml";
    private const int Bomb = 400 << 20;

    /// <summary>Refused, each with a reason.</summary>
    public static readonly Dictionary<string, Func<Stream>> Refused = new(StringComparer.Ordinal)
    {
        ["empty file"] = () => new MemoryStream(),
        ["text"] = () => Bytes("type,name,label\ntext,a,A\n"),
        ["html with a wrong extension"] = () => Bytes("<html><body><table><tr><td>type</td></tr></table></body></html>"),
        ["zip without a workbook"] = () => Zip(("readme.txt", "hello")),
        ["truncated xlsx"] = () => Truncated(Small().Build()),
        ["sheet bomb"] = () => Inflating(Sheet1, $"<worksheet xmlns=\"{WorkbookBuilder.Main}\"><sheetData>", "<row/>", Bomb),
        ["shared string bomb"] = () => Inflating(Strings, $"<sst xmlns=\"{WorkbookBuilder.Main}\">", "<si><t>a</t></si>", Bomb),
        ["style bomb"] = () => Inflating("xl/styles.xml", $"<styleSheet xmlns=\"{WorkbookBuilder.Main}\"><cellXfs>", "<xf/>", Bomb),
        ["one long shared string in many cells"] = RepeatedString,
        ["entities in a part"] = () =>
            With(Strings, "<!DOCTYPE sst [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><sst><si><t>&b;</t></si></sst>"),
        ["external entity in a part"] = () =>
            With(Sheet1, "<!DOCTYPE w [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><worksheet>&a;</worksheet>"),
        ["sheet that is no XML"] = () => With(Sheet1, "<worksheet><sheetData><row>"),
        ["workbook part with thousands of sheets"] = ManySheets,
        ["groups 10,000 deep"] = () => Nested(10_000),
        ["compound file that is no workbook"] = () => new MemoryStream([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, .. new byte[2048]]),
        ["encrypted xlsx"] = () => Encrypted(agile: true),
        ["encrypted xlsx of an unknown kind"] = () => Encrypted(agile: false),
        ["loops that multiply"] = Loops,
        ["header of ten thousand parts"] = () =>
            new WorkbookBuilder()
                .Sheet(
                    "survey",
                    ["type", "name", "label", "body" + string.Concat(Enumerable.Repeat("::a", 10_000))],
                    ["text", "a", "A", "x"]
                )
                .Build(),
        ["names of a megabyte"] = () =>
            new WorkbookBuilder()
                .Sheet("survey", ["type", "name", "label"], [.. new object?[] { "text", new string('a', 17 << 20), "A" }])
                .Build(),
    };

    /// <summary>Converted: unusual, but a form all the same.</summary>
    public static readonly Dictionary<string, Func<Stream>> Converted = new(StringComparer.Ordinal)
    {
        ["a million empty rows"] = () => Inflating(Sheet1, SmallSheet, "<row/>", 6_000_000, "</sheetData></worksheet>"),
        ["the last cell of the sheet in use"] = () =>
            With(Sheet1, SmallSheet + "<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row></sheetData></worksheet>"),
        ["cycle of references"] = () =>
            new WorkbookBuilder().Table("survey", "type|name|label|calculation", "integer|a|A|${b}", "integer|b|B|${a}").Build(),
        ["long chain of references"] = LongChain,
        ["formulas with and without values"] = () =>
            With(
                Sheet1,
                SmallSheet
                    + "<row r=\"3\"><c r=\"A3\" t=\"str\"><f>\"te\"&amp;\"xt\"</f><v>text</v></c><c r=\"B3\" t=\"str\"><f>x</f><v>b</v></c>"
                    + "<c r=\"C3\" t=\"str\"><f>[1]Other!A1</f><v>B</v></c><c r=\"D3\"><f>NOW()</f></c></row></sheetData></worksheet>"
            ),
        ["merged cells"] = () =>
            With(Sheet1, SmallSheet + "</sheetData><mergeCells count=\"1\"><mergeCell ref=\"A1:XFD1048576\"/></mergeCells></worksheet>"),
        ["error cells"] = () => With(Sheet1, SmallSheet + "<row r=\"3\"><c r=\"D3\" t=\"e\"><v>#N/A</v></c></row></sheetData></worksheet>"),
        ["macros"] = () =>
        {
            var builder = Small();
            builder.Parts["xl/vbaProject.bin"] = new byte[100_000];
            return builder.Build();
        },
    };

    private static string SmallSheet =>
        $"<worksheet xmlns=\"{WorkbookBuilder.Main}\"><sheetData><row r=\"1\">{Cell("A1", "type")}{Cell("B1", "name")}{Cell("C1", "label")}"
        + $"</row><row r=\"2\">{Cell("A2", "text")}{Cell("B2", "a")}{Cell("C2", "A")}</row>";

    private static string Cell(string at, string text) => $"<c r=\"{at}\" t=\"str\"><v>{text}</v></c>";

    public static WorkbookBuilder Small() => new WorkbookBuilder().Table("survey", "type|name|label", "text|a|A");

    /// <summary>What a spreadsheet program writes when a password is set: the encrypted package in an OLE compound file.</summary>
    private static MemoryStream Encrypted(bool agile)
    {
        const string info =
            "<encryption xmlns=\"http://schemas.microsoft.com/office/2006/encryption\" "
            + "xmlns:p=\"http://schemas.microsoft.com/office/2006/keyEncryptor/password\">"
            + "<keyData saltSize=\"16\" blockSize=\"16\" keyBits=\"256\" hashSize=\"64\" cipherAlgorithm=\"AES\" "
            + "cipherChaining=\"ChainingModeCBC\" hashAlgorithm=\"SHA512\" saltValue=\"AAAAAAAAAAAAAAAAAAAAAA==\"/>"
            + "<keyEncryptors><keyEncryptor uri=\"http://schemas.microsoft.com/office/2006/keyEncryptor/password\">"
            + "<p:encryptedKey spinCount=\"100000\" saltSize=\"16\" blockSize=\"16\" keyBits=\"256\" hashSize=\"64\" "
            + "cipherAlgorithm=\"AES\" cipherChaining=\"ChainingModeCBC\" hashAlgorithm=\"SHA512\" "
            + "saltValue=\"AAAAAAAAAAAAAAAAAAAAAA==\" encryptedVerifierHashInput=\"AAAAAAAAAAAAAAAAAAAAAA==\" "
            + "encryptedVerifierHashValue=\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==\" "
            + "encryptedKeyValue=\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"/></keyEncryptor></keyEncryptors></encryption>";
        byte[] version = [4, 0, (byte)(agile ? 4 : 9), 0, 0x40, 0, 0, 0];
        var package = new byte[8192];
        package[0] = 0xF8;
        package[1] = 0x1F;
        return new MemoryStream(
            CompoundFileBuilder.Build(
                ("EncryptionInfo", [.. version, .. Encoding.UTF8.GetBytes(info.PadRight(4088))]),
                ("EncryptedPackage", package)
            )
        );
    }

    private static MemoryStream Bytes(string text) => new(Encoding.UTF8.GetBytes(text));

    private static MemoryStream With(string part, string xml)
    {
        var builder = Small();
        builder.Parts[part] = Encoding.UTF8.GetBytes(xml);
        return builder.Build();
    }

    private static MemoryStream Truncated(MemoryStream file)
    {
        file.SetLength(file.Length / 2);
        return file;
    }

    private static MemoryStream Zip(params (string Name, string Text)[] entries)
    {
        var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in entries)
            {
                using var part = archive.CreateEntry(name).Open();
                part.Write(Encoding.UTF8.GetBytes(text));
            }
        }
        file.Position = 0;
        return file;
    }

    /// <summary>A part of a few kilobytes that inflates to `size` bytes.</summary>
    private static MemoryStream Inflating(string name, string start, string repeated, int size, string end = "")
    {
        var file = Small().Build();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Update, leaveOpen: true))
        {
            archive.GetEntry(name)!.Delete();
        }
        using (var archive = new ZipArchive(file, ZipArchiveMode.Update, leaveOpen: true))
        using (var part = new StreamWriter(archive.CreateEntry(name, CompressionLevel.Fastest).Open()))
        {
            part.Write(start);
            var block = string.Concat(Enumerable.Repeat(repeated, (64 << 10) / repeated.Length));
            for (var written = 0; written < size; written += block.Length)
            {
                part.Write(block);
            }
            part.Write(end);
        }
        file.Position = 0;
        return file;
    }

    private static MemoryStream RepeatedString()
    {
        var row = new object?[] { "text", "a", new string('x', 32_000) };
        return new WorkbookBuilder()
            .Sheet(
                "survey",
                [
                    ["type", "name", "label"],
                    .. Enumerable.Repeat(row, 2_000),
                ]
            )
            .Build();
    }

    private static MemoryStream ManySheets()
    {
        var sheets = string.Concat(Enumerable.Range(1, 5000).Select(i => $"<sheet name=\"s{i}\" sheetId=\"{i}\" r:id=\"rId1\"/>"));
        return With(
            "xl/workbook.xml",
            $"<workbook xmlns=\"{WorkbookBuilder.Main}\" xmlns:r=\"{WorkbookBuilder.Relationships}\"><sheets>{sheets}</sheets></workbook>"
        );
    }

    private static MemoryStream Nested(int depth)
    {
        var rows = new List<object?[]> { new object?[] { "type", "name", "label" } };
        rows.AddRange(Enumerable.Range(0, depth).Select(i => new object?[] { "begin group", $"g{i}", "G" }));
        rows.Add(["text", "a", "A"]);
        rows.AddRange(Enumerable.Range(0, depth).Select(_ => new object?[] { "end group" }));
        return new WorkbookBuilder().Sheet("survey", [.. rows]).Build();
    }

    private static MemoryStream LongChain()
    {
        var rows = Enumerable.Range(0, 5000).Select(i => new object?[] { "calculate", $"c{i}", null, i == 0 ? "1" : $"${{c{i - 1}}} + 1" });
        return new WorkbookBuilder()
            .Sheet(
                "survey",
                [
                    ["type", "name", "label", "calculation"],
                    .. rows,
                ]
            )
            .Build();
    }

    private static MemoryStream Loops()
    {
        var begin = Enumerable.Range(0, 4).Select(i => $"begin loop over l|p{i}|P");
        var end = Enumerable.Range(0, 4).Select(_ => "end loop");
        return new WorkbookBuilder()
            .Table("survey", ["type|name|label", .. begin, "text|a|A", .. end])
            .Table("choices", ["list_name|name|label", .. Enumerable.Range(0, 100).Select(i => $"l|c{i}|C")])
            .Build();
    }
}
