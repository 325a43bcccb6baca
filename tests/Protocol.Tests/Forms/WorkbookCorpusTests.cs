using System.IO.Compression;
using System.Net;
using System.Text.Json;
using System.Xml.Linq;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using static ServerlessRosa.Protocol.Tests.Infrastructure.ProgrammeWorkbooks;

namespace ServerlessRosa.Protocol.Tests.Forms;

/// <summary>
/// Real workbooks, where there are any: each becomes a form of this server, or is refused as the reference refuses it. A few in a normal
/// run, all with ROSA_WORKBOOKS=all.
/// </summary>
public sealed class WorkbookCorpusTests
{
    private const int Step = 12;
    private static readonly XNamespace XForms = "http://www.w3.org/2002/xforms";
    private static readonly XNamespace JavaRosa = "http://openrosa.org/javarosa";

    [Fact, Clause("OR-163"), Clause("OR-273")]
    public async Task Each_workbook_of_the_corpus_becomes_a_form_that_takes_submissions_or_is_refused()
    {
        var all = Environment.GetEnvironmentVariable("ROSA_WORKBOOKS") == "all";
        var complaints = new List<string>();
        foreach (var (recorded, index) in Recorded().Select((recorded, index) => (recorded, index)))
        {
            if (!all && index % Step != 0)
            {
                continue;
            }
            try
            {
                await CheckAsync(recorded);
            }
            catch (Xunit.Sdk.XunitException e)
            {
                complaints.Add($"{recorded.Id}: {e.Message}");
            }
        }
        Assert.True(complaints.Count == 0, string.Join('\n', complaints));
    }

    private static async Task CheckAsync(RecordedWorkbook recorded)
    {
        var programme = await Programme.StartAsync();
        var type = recorded.File.EndsWith(".xls", StringComparison.OrdinalIgnoreCase) ? Xls : Xlsx;
        var workbook = await File.ReadAllBytesAsync(recorded.File);
        var created = await programme.CreateFromWorkbookAsync(workbook, "?publish=true&ignoreWarnings=true", type, recorded.Fallback);
        if (!recorded.Converts)
        {
            created.ShouldBeProblem(400.15m);
            return;
        }
        var form = created.ShouldBe(HttpStatusCode.OK).Json.GetProperty("xmlFormId").GetString()!;
        Assert.Equal(workbook, (await programme.Admin.GetAsync($"{programme.FormPath(form)}.xls{(type == Xlsx ? "x" : "")}")).Bytes);

        var xml = (await programme.Admin.GetAsync($"{programme.FormPath(form)}.xml")).ShouldBe(HttpStatusCode.OK).Text;
        var document = XDocument.Parse(xml);
        var instance = document.Descendants(XForms + "instance").First().Elements().Single();
        var fields = (await programme.Admin.GetAsync($"{programme.FormPath(form)}/fields")).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal(
            PathsBelow(instance).Order(StringComparer.Ordinal),
            fields.EnumerateArray().Select(PathOf).Order(StringComparer.Ordinal)
        );
        if (document.Descendants(XForms + "submission").Attributes("base64RsaPublicKey").Any())
        {
            return; // a phone encrypts what it sends
        }
        FillIn(instance);
        (await programme.Admin.OpenRosa.PostAsync($"{programme.Path}/submission", Samples.Multipart(instance.ToString()))).ShouldBe(
            HttpStatusCode.Created
        );
        await CheckExportAsync(programme, form, fields);
    }

    private static async Task CheckExportAsync(Programme programme, string form, JsonElement fields)
    {
        var zip = (await programme.Admin.GetAsync($"{programme.FormPath(form)}/submissions.csv.zip")).ShouldBe(HttpStatusCode.OK);
        using var archive = new ZipArchive(new MemoryStream(zip.Bytes));
        var tables = new List<string>();
        foreach (var table in archive.Entries.Where(entry => entry.Name.EndsWith(".csv", StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(table.Open());
            tables.Add(await reader.ReadToEndAsync());
        }
        var repeats = fields.EnumerateArray().Where(field => Text(field, "type") == "repeat").Select(PathOf).ToList();
        Assert.Equal(1 + repeats.Count, tables.Count);
        var main = tables.Single(table => table.StartsWith("SubmissionDate,", StringComparison.Ordinal));
        var columns = main.Split('\n')[0].Split(',');
        var expected = fields
            .EnumerateArray()
            .Where(field => Text(field, "type") is not ("structure" or "repeat"))
            .Where(field => !repeats.Exists(repeat => PathOf(field).StartsWith(repeat + "/", StringComparison.Ordinal)))
            .SelectMany(Columns)
            .ToList();
        Assert.Equal(expected, columns.Skip(1).TakeWhile(column => column != "KEY"));
        Assert.Contains("uuid:corpus", main, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Columns(JsonElement field)
    {
        var name = PathOf(field)[1..].Replace('/', '-');
        return Text(field, "type") == "geopoint"
            ? [$"{name}-Latitude", $"{name}-Longitude", $"{name}-Altitude", $"{name}-Accuracy"]
            : [name];
    }

    // What a phone would send: one of each repeat, and a name for the instance.
    private static void FillIn(XElement instance)
    {
        instance.DescendantsAndSelf().Attributes(JavaRosa + "template").Remove();
        foreach (var same in instance.DescendantsAndSelf().SelectMany(parent => parent.Elements().GroupBy(child => child.Name)).ToList())
        {
            same.Skip(1).Remove();
        }
        instance.Descendants().First(element => element.Name.LocalName == "instanceID").Value = "uuid:corpus";
    }

    private static IEnumerable<string> PathsBelow(XElement parent, string path = "") =>
        parent
            .Elements()
            .SelectMany(child => PathsBelow(child, $"{path}/{child.Name.LocalName}").Prepend($"{path}/{child.Name.LocalName}"))
            .Distinct();

    private static string PathOf(JsonElement field) => Text(field, "path");

    private static string Text(JsonElement json, string property) => json.GetProperty(property).GetString()!;

    private static IEnumerable<RecordedWorkbook> Recorded()
    {
        if (Corpus.Folder("xlsform") is not { } folder || !File.Exists(Path.Combine(folder, "real.jsonl")))
        {
            yield break;
        }
        foreach (var line in File.ReadLines(Path.Combine(folder, "real.jsonl")))
        {
            using var recorded = JsonDocument.Parse(line);
            var root = recorded.RootElement;
            yield return new RecordedWorkbook(
                Text(root, "id"),
                Path.Combine(folder, Text(root, "file")),
                Text(root, "form_id_fallback"),
                root.TryGetProperty("xml", out var xml) && xml.ValueKind == JsonValueKind.String
            );
        }
    }

    private sealed record RecordedWorkbook(string Id, string File, string Fallback, bool Converts);
}
