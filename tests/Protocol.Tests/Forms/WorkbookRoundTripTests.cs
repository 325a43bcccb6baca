using System.IO.Compression;
using System.Net;
using System.Text;
using ServerlessRosa.Protocol.Tests.Datasets;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.XlsForms.Tests;
using static ServerlessRosa.Protocol.Tests.Infrastructure.ProgrammeWorkbooks;

namespace ServerlessRosa.Protocol.Tests.Forms;

/// <summary>Forms from workbooks with media, external choices, repeats and entities, from the upload to the export.</summary>
public sealed class WorkbookRoundTripTests
{
    private const string Jpeg = "image/jpeg";
    private static readonly string[] Species = ["oak", "elm"];

    [Fact, Clause("OR-163"), Clause("OR-164"), Clause("OR-165"), Clause("OR-273")]
    public async Task A_survey_with_media_choices_from_files_and_a_repeat_is_exported()
    {
        var programme = await Programme.StartAsync();
        var form = Samples.Unique("household");
        (await programme.CreateFromWorkbookAsync(Household(form), "?ignoreWarnings=true")).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(
            [("itemsets.csv", "file"), ("oak.png", "image"), ("villages.csv", "file")],
            (await programme.SlotsAsync(form, "/draft")).Order()
        );
        (await programme.PutFileAsync(form, "oak.png", Samples.Bytes(200), "image/png")).ShouldBe(HttpStatusCode.OK);
        (await programme.PutFileAsync(form, "villages.csv", Encoding.UTF8.GetBytes("name,label\ndala,Dala\n"), "text/csv")).ShouldBe(
            HttpStatusCode.OK
        );
        (await programme.PublishDraftAsync(form)).ShouldBe(HttpStatusCode.OK);

        var phone = await programme.AppUserAsync(form);
        var files = (await phone.GetAsync($"{programme.FormPath(form)}/manifest")).Manifest();
        Assert.Equal(["itemsets.csv", "oak.png", "villages.csv"], files.Select(file => file.Name));
        var submission =
            $"<data id=\"{form}\" version=\"1\"><name>Amina</name><village>dala</village><town>kano</town><photo>me.jpg</photo>"
            + "<visit><when>2026-01-02</when></visit>"
            + "<child><first>Bello</first><age>3</age></child><child><first>Chidi</first><age>5</age></child>"
            + "<child_count>2</child_count><meta><instanceID>uuid:1</instanceID><instanceName>Amina</instanceName></meta></data>";
        (
            await phone.PostAsync($"{programme.Path}/submission", Samples.Multipart(submission, ("me.jpg", Samples.Bytes(50), Jpeg)))
        ).ShouldBe(HttpStatusCode.Created);

        var archive = await ArchiveAsync(programme, form);
        Assert.Equal([$"{form}-child.csv", $"{form}.csv", "media/me.jpg"], archive.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(
            "SubmissionDate,name,village,town,photo,visit-when,child_count,meta-instanceID,meta-instanceName,KEY",
            Columns(archive[$"{form}.csv"], "SubmitterID")
        );
        Assert.Contains(",Amina,dala,kano,me.jpg,2026-01-02,2,uuid:1,Amina,uuid:1,", archive[$"{form}.csv"], StringComparison.Ordinal);
        Assert.Equal(
            "first,age,PARENT_KEY,KEY\nBello,3,uuid:1,uuid:1/child[1]\nChidi,5,uuid:1,uuid:1/child[2]\n",
            archive[$"{form}-child.csv"].ReplaceLineEndings("\n")
        );
    }

    [Fact, Clause("OR-163"), Clause("OR-238"), Clause("OR-239")]
    public async Task Entities_are_created_by_one_form_and_updated_by_another()
    {
        var programme = await Programme.StartAsync();
        var (register, visit, people) = (Samples.Unique("register"), Samples.Unique("visit"), Samples.Unique("people"));
        await programme.PublishWorkbookAsync(
            new WorkbookBuilder()
                .Table("survey", "type|name|label|save_to", "text|name|Name|first_name", "integer|age|Age|age")
                .Table("entities", "list_name|label", $"{people}|${{name}}")
                .Table("settings", "form_id|version", $"{register}|1")
                .Build()
                .ToArray(),
            register
        );
        await programme.PublishWorkbookAsync(
            new WorkbookBuilder()
                .Table("survey", "type|name|label|save_to", $"select_one_from_file {people}.csv|who|Who|", "integer|age|Age|age")
                .Table("entities", "list_name|entity_id|label", $"{people}|${{who}}|concat(\"aged \", ${{age}})")
                .Table("settings", "form_id|version", $"{visit}|1")
                .Build()
                .ToArray(),
            visit
        );
        var phone = await programme.AppUserAsync(register, visit);
        var id = Census.NewId();
        await SendAsync(register, $"<name>Amina</name><age>3</age>{Meta(id, "create=\"1\"", "Amina")}");
        Assert.Equal(("Amina", "3", 1), await CurrentAsync(programme, people, id));

        // The dataset is the other form's choices.
        Assert.Equal(
            [$"{people}.csv"],
            (await phone.GetAsync($"{programme.FormPath(visit)}/manifest")).Manifest().Select(file => file.Name)
        );
        await SendAsync(visit, $"<who>{id}</who><age>4</age>{Meta(id, "update=\"1\" baseVersion=\"1\"", "aged 4")}");
        Assert.Equal(("aged 4", "4", 2), await CurrentAsync(programme, people, id));
        Assert.Equal(
            "SubmissionDate,who,age,meta-entity-label,meta-instanceID,KEY",
            Columns((await ArchiveAsync(programme, visit))[$"{visit}.csv"], "SubmitterID")
        );

        string Meta(string entity, string attributes, string label) =>
            $"<meta>{Census.Entity(entity, attributes, label, people)}<instanceID>{Samples.NewInstanceId()}</instanceID></meta>";

        async Task SendAsync(string form, string answers) =>
            (
                await phone.PostAsync(
                    $"{programme.Path}/submission",
                    Samples.Multipart($"<data id=\"{form}\" version=\"1\">{answers}</data>")
                )
            ).ShouldBe(HttpStatusCode.Created);
    }

    [Fact, Clause("OR-163"), Clause("OR-240")]
    public async Task Each_repeat_creates_an_entity()
    {
        var programme = await Programme.StartAsync();
        var (form, trees) = (Samples.Unique("plot"), Samples.Unique("trees"));
        await programme.PublishWorkbookAsync(
            new WorkbookBuilder()
                .Table("survey", "type|name|label|save_to", "begin repeat|tree|Tree|", "text|species|Species|species", "end repeat|||")
                .Table("entities", "list_name|label", $"{trees}|${{species}}")
                .Table("settings", "form_id|version", $"{form}|1")
                .Build()
                .ToArray(),
            form
        );
        var phone = await programme.AppUserAsync(form);
        var repeats = string.Concat(
            Species.Select(species =>
                $"<tree><species>{species}</species><meta>{Census.Entity(Census.NewId(), "create=\"1\"", species, trees)}</meta></tree>"
            )
        );
        var submission =
            $"<data id=\"{form}\" version=\"1\">{repeats}<meta><instanceID>{Samples.NewInstanceId()}</instanceID></meta></data>";
        (await phone.PostAsync($"{programme.Path}/submission", Samples.Multipart(submission))).ShouldBe(HttpStatusCode.Created);

        Assert.Equal(
            ["elm", "oak"],
            (await programme.Admin.GetAsync($"{programme.DatasetPath(trees)}/entities"))
                .Json.EnumerateArray()
                .Select(entity => entity.GetProperty("currentVersion").GetProperty("label").GetString())
                .Order(StringComparer.Ordinal)
        );
    }

    private static byte[] Household(string form) =>
        new WorkbookBuilder()
            .Table(
                "survey",
                "type|name|label|media::image|calculation",
                "text|name|Name|oak.png|",
                "select_one_from_file villages.csv|village|Village||",
                "select_one_external town|town|Town||",
                "image|photo|Photo||",
                "begin group|visit|Visit||",
                "date|when|When||",
                "end group||||",
                "begin repeat|child|Child||",
                "text|first|First name||",
                "integer|age|Age||",
                "end repeat||||",
                "calculate|child_count|||count(${child})"
            )
            .Table("external_choices", "list_name|name|label", "town|kano|Kano")
            .Table("settings", "form_id|version|instance_name", $"{form}|1|${{name}}")
            .Build()
            .ToArray();

    private static async Task<(string? Label, string? Age, int Version)> CurrentAsync(Programme programme, string dataset, string id)
    {
        var version = (await programme.Admin.GetAsync($"{programme.DatasetPath(dataset)}/entities/{id}"))
            .ShouldBe(HttpStatusCode.OK)
            .Json.GetProperty("currentVersion");
        return (
            version.GetProperty("label").GetString(),
            version.GetProperty("data").GetProperty("age").GetString(),
            version.GetProperty("version").GetInt32()
        );
    }

    private static async Task<Dictionary<string, string>> ArchiveAsync(Programme programme, string form)
    {
        var zip = (await programme.Admin.GetAsync($"{programme.FormPath(form)}/submissions.csv.zip")).ShouldBe(HttpStatusCode.OK);
        using var archive = new ZipArchive(new MemoryStream(zip.Bytes));
        return archive.Entries.ToDictionary(
            entry => entry.FullName,
            entry =>
            {
                using var reader = new StreamReader(entry.Open());
                return reader.ReadToEnd();
            }
        );
    }

    /// <summary>The header up to the first column of metadata that follows the answers.</summary>
    private static string Columns(string csv, string before)
    {
        var header = csv.Split('\n')[0].Trim().Split(',');
        return string.Join(',', header.TakeWhile(column => column != before));
    }
}
