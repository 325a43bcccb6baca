using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Xml.Linq;
using Xunit;

namespace ServerlessRosa.XlsForms.Tests;

/// <summary>
/// Converts workbooks with random damage: no exception, no hang. XLSFORMS_FUZZ sets the number of workbooks (500 without it) and
/// XLSFORMS_FUZZ_SEED the first seed.
/// </summary>
public sealed class FuzzTests
{
    // A limit for a slow machine that still detects a hang.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static readonly string[] Words =
    [
        "${",
        "${a}",
        "}",
        "select_one l",
        "begin repeat",
        "end repeat",
        "begin group",
        "end group",
        "begin loop over l",
        "end loop",
        "calculate",
        "note",
        "label::fr",
        "name",
        "type",
        "::",
        "jr:count",
        "instance('l')/root/item[name=",
        "]",
        "'",
        "\"",
        "indexed-repeat(${a}, ${r}, 1)",
        "pulldata(",
        "search('x')",
        "range",
        "start=0 end=1 step=0",
        "audit",
        "%(label)s",
        "%",
        "table-list",
        "${last-saved#a}",
        "\u0000",
        "\uD800",
        "select_multiple l or_other",
        "select_one ${a}",
        "rank l",
        "select_one_from_file a.csv",
        "randomize=true seed=${a}",
        "1e308",
        "meta",
        "bind::a:b",
        "body::ref",
        "bind::nodeset",
        "instance::xmlns",
        "body::1x",
        "label::",
        "attribute::id",
        "a b",
    ];

    [Fact]
    public void Damaged_workbooks_are_converted_or_refused()
    {
        var count = Number("XLSFORMS_FUZZ", 500);
        var first = Number("XLSFORMS_FUZZ_SEED", 1);
        var files = Files();
        var options = new XlsFormOptions { MaxInflatedBytes = 16 << 20 };
        for (var seed = first; seed < first + count; seed++)
        {
            var random = new Random(seed);
            using var workbook = random.Next(3) == 0 ? Bytes(random, files[random.Next(files.Count)]) : Cells(random);
            var watch = Stopwatch.StartNew();
            try
            {
                var result = XlsFormConverter.Convert(workbook, options, CancellationToken.None);
                Assert.True(result.Form is not null || result.Errors.Count > 0);
                if (result.Form is not null)
                    XDocument.Parse(result.Form.Xml);
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"Seed {seed}: {e}");
            }
            Assert.True(watch.Elapsed < Limit, $"Seed {seed} took {watch.Elapsed}.");
        }
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    /// <summary>Whole files to damage: one that is built here, and small ones of the corpus.</summary>
    private static List<byte[]> Files()
    {
        var files = new List<byte[]> { HostileWorkbooks.Small().Build().ToArray() };
        if (CorpusCase.Folder() is { } folder)
            files.AddRange(
                Directory
                    .EnumerateFiles(Path.Combine(folder, "files"))
                    .Order()
                    .Select(File.ReadAllBytes)
                    .Where(file => file.Length < 60_000)
            );
        return files;
    }

    /// <summary>Random bytes in the file itself, or in one of its unpacked parts.</summary>
    private static MemoryStream Bytes(Random random, byte[] file)
    {
        var copy = (byte[])file.Clone();
        if (copy[0] != 'P' || random.Next(3) == 0)
        {
            Damage(random, copy);
            return new MemoryStream(copy, 0, random.Next(10) == 0 ? random.Next(copy.Length) : copy.Length);
        }
        var changed = new MemoryStream();
        using (var source = new ZipArchive(new MemoryStream(copy)))
        using (var target = new ZipArchive(changed, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var entry in source.Entries)
            {
                using var part = entry.Open();
                using var buffer = new MemoryStream();
                part.CopyTo(buffer);
                var content = buffer.ToArray();
                if (random.Next(4) == 0)
                    Damage(random, content);
                using var written = target.CreateEntry(entry.FullName, CompressionLevel.Fastest).Open();
                written.Write(content);
            }
        }
        changed.Position = 0;
        return changed;
    }

    private static void Damage(Random random, byte[] bytes)
    {
        for (var i = random.Next(1, 20); i > 0 && bytes.Length > 0; i--)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }
    }

    /// <summary>A form whose cells are replaced, cut, doubled or joined with words that matter.</summary>
    private static MemoryStream Cells(Random random)
    {
        string[] survey =
        [
            "type|name|label|label::fr|relevant|calculation|appearance|parameters|choice_filter|repeat_count|default|trigger|hint|save_to",
            "text|a|A|Fa",
            "begin repeat|r|R||||field-list|||${n}",
            "integer|n|N ${a}|||||||||",
            "select_one l|s|S||${n} > 1||||x=${a}",
            "end repeat",
            "begin group|g|G||||table-list",
            "select_multiple l|m|M",
            "end group",
            "calculate|c|||||now()",
            "geoshape|o|O|||||reference-geometry=l",
            "range|q|Q|||||start=0 end=10 step=1",
        ];
        string[] choices = ["list_name|name|label|label::fr|x|image", "l|1|One|Un|1|a.png", "l|2|Two ${a}||2"];
        return new WorkbookBuilder()
            .Sheet("survey", Mutate(random, survey))
            .Sheet("choices", Mutate(random, choices))
            .Sheet("settings", Mutate(random, ["form_title|form_id|version|default_language|instance_name|flat", "T|f|1|fr|${a}"]))
            .Sheet("entities", Mutate(random, ["list_name|label|entity_id", "e|${a}"]))
            .Build();
    }

    private static object?[][] Mutate(Random random, string[] lines)
    {
        var rows = lines.Select(line => line.Split('|').Select(cell => (object?)cell).ToArray()).ToList();
        for (var i = random.Next(4); i > 0; i--)
        {
            var row = rows[random.Next(rows.Count)];
            var at = random.Next(row.Length);
            row[at] = Change(random, row[at] as string ?? "");
            if (random.Next(6) == 0)
                rows.Insert(random.Next(1, rows.Count + 1), [.. rows[random.Next(rows.Count)]]);
            if (random.Next(8) == 0 && rows.Count > 2)
                rows.RemoveAt(random.Next(1, rows.Count));
        }
        return [.. rows];
    }

    private static object? Change(Random random, string text) =>
        random.Next(7) switch
        {
            0 => Words[random.Next(Words.Length)],
            1 => text + Words[random.Next(Words.Length)],
            2 => text.Length == 0 ? null : text[..random.Next(text.Length)],
            3 => random.NextDouble() * 1e6,
            4 => new StringBuilder().Insert(0, text + Words[random.Next(Words.Length)], random.Next(1, 40)).ToString(),
            5 => random.Next(2) == 0,
            _ => (char)random.Next(1, 0xFFFF) + text,
        };
}
