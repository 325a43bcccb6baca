using System.Net;
using System.Xml.Linq;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Clients;

/// <summary>Aggregate's pull API, asked as Briefcase asks it.</summary>
public sealed class PullTests
{
    private static readonly XNamespace Submissions = "http://opendatakit.org/submissions";

    [Fact, Clause("OR-286"), Clause("OR-287")]
    public async Task Ids_are_listed_in_pages_until_a_page_is_empty()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var sent = new List<string>();
        for (var number = 0; number < 5; number++)
        {
            sent.Add(await SendAsync(programme, form, photo: null));
        }
        var incomplete = await SendAsync(programme, form, photo: "missing.jpg");

        var (all, cursor) = (new List<string>(), "");
        while (true)
        {
            var (ids, next) = await ListAsync(programme, $"?formId={form}&cursor={cursor}&numEntries=2");
            Assert.Matches("^[0-9]+$", next);
            if (ids.Count == 0)
            {
                Assert.Equal(cursor, next);
                break;
            }
            all.AddRange(ids);
            cursor = next;
        }
        Assert.Equal(sent, all);
        Assert.Contains(incomplete, (await ListAsync(programme, $"?formId={form}&includeIncomplete=true")).Ids);
        Assert.Equal("0", (await ListAsync(programme, $"?formId={await programme.PublishAsync()}")).Cursor);

        var edit = Samples.NewInstanceId();
        var change = Samples.Submission(form, edit, deprecatedId: sent[0]);
        using var body = Samples.Multipart(change);
        (await programme.Admin.OpenRosa.PostAsync($"{programme.Path}/submission", body)).ShouldBe(HttpStatusCode.Created);
        Assert.Equal([sent[0]], (await ListAsync(programme, $"?formId={form}&cursor={cursor}")).Ids);
    }

    [Fact, Clause("OR-286")]
    public async Task A_further_page_does_not_list_all_submissions_again_unless_one_has_changed()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var sent = new List<string>();
        for (var number = 0; number < 4; number++)
        {
            sent.Add(await SendAsync(programme, form, photo: null));
        }
        var incomplete = await SendAsync(programme, form, photo: "late.jpg");
        var (first, cursor) = await ListAsync(programme, $"?formId={form}&numEntries=2");
        Assert.Equal(sent[..2], first);
        var further = await programme.Admin.OpenRosa.GetAsync(
            $"{programme.Path}/view/submissionList?formId={form}&numEntries=2&cursor={cursor}"
        );

        // The form, and what shows that nothing has changed.
        Assert.InRange(further.StorageOperations, 1, 4);
        var changed = Samples.Submission(form, Samples.NewInstanceId(), deprecatedId: sent[3]);
        using var body = Samples.Multipart(changed);
        (await programme.Admin.OpenRosa.PostAsync($"{programme.Path}/submission", body)).ShouldBe(HttpStatusCode.Created);
        Assert.Equal([sent[2], sent[3]], (await ListAsync(programme, $"?formId={form}&cursor={cursor}")).Ids);
        Assert.Contains(incomplete, (await ListAsync(programme, $"?formId={form}&includeIncomplete=true")).Ids);
    }

    [Fact, Clause("OR-288"), Clause("OR-289"), Clause("OR-290")]
    public async Task A_submission_is_downloaded_with_its_metadata_and_its_files_need_no_credentials()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var photo = Samples.Bytes(3000);
        var id = await SendAsync(programme, form, "photo.jpg", photo);
        foreach (var version in new[] { "", "[@version=null and @uiVersion=null]", "[@version=Optional[1] and @uiVersion=Optional.empty]" })
        {
            var asked = Uri.EscapeDataString($"{form}{version}/data[@key={id}]");
            var answer = await programme.Admin.OpenRosa.GetAsync($"{programme.Path}/view/downloadSubmission?formId={asked}");
            var document = XDocument.Parse(answer.ShouldBe(HttpStatusCode.OK).ShouldBeOpenRosa().Text).Root!;
            Assert.Equal(Submissions + "submission", document.Name);
            var root = document.Element(Submissions + "data")!.Elements().Single();
            Assert.Equal("data", root.Name.LocalName);
            Assert.Equal(
                (form, "1", id),
                (root.Attribute("id")!.Value, root.Attribute("version")!.Value, root.Attribute("instanceID")!.Value)
            );
            Assert.Equal("true", root.Attribute("isComplete")!.Value);
            Assert.Matches(@"^\d{4}-.*Z$", root.Attribute("submissionDate")!.Value);
            Assert.Equal("oak", root.Element("species")!.Value);
            var file = document.Element(Submissions + "mediaFile")!;
            Assert.Equal("photo.jpg", file.Element(Submissions + "filename")!.Value);
            Assert.Equal($"md5:{ProgrammeForms.Md5(photo)}", file.Element(Submissions + "hash")!.Value);
            var url = file.Element(Submissions + "downloadUrl")!.Value;
            var path = $"/view/media/{url.Split("/view/media/")[1]}";
            Assert.Equal(photo, (await Api.Anonymous(programme.Server).GetAsync(path)).ShouldBe(HttpStatusCode.OK).Bytes);
            (await Api.Anonymous(programme.Server).GetAsync(path + "x")).ShouldBeProblem(404.1m);
        }
    }

    [Fact, Clause("OR-291")]
    public async Task The_pull_API_refuses_missing_rights_and_forms_as_an_OpenRosa_envelope()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var id = await SendAsync(programme, form, photo: null);
        var phone = await programme.AppUserAsync(form);
        var download = $"{programme.Path}/view/downloadSubmission?formId={form}/data%5B@key={Uri.EscapeDataString(id)}%5D";
        (await phone.GetAsync($"{programme.Path}/view/submissionList?formId={form}")).ShouldBeOpenRosaError(403, "does not have rights");
        (await phone.GetAsync(download)).ShouldBeOpenRosaError(403, "does not have rights");

        var admin = programme.Admin.OpenRosa;
        (await admin.GetAsync(download)).ShouldBe(HttpStatusCode.OK);
        (await admin.GetAsync($"{programme.Path}/view/submissionList?formId=none")).ShouldBeOpenRosaError(404, "Could not find");
        (await admin.GetAsync($"{programme.Path}/view/submissionList")).ShouldBeOpenRosaError(400, "formId");
        (await admin.GetAsync($"{programme.Path}/view/submissionList?formId={form}&cursor=x")).ShouldBeOpenRosaError(400, "cursor");
        (await admin.GetAsync($"{programme.Path}/view/submissionList?formId={form}&numEntries=x")).ShouldBeOpenRosaError(400, "integer");
        (await admin.GetAsync($"{programme.Path}/view/downloadSubmission?formId={form}")).ShouldBeOpenRosaError(400, "names no submission");
        (await admin.GetAsync($"{programme.Path}/view/downloadSubmission?formId={form}/data%5B@key=none%5D")).ShouldBeOpenRosaError(
            404,
            "Could not find"
        );
    }

    private static async Task<(IReadOnlyList<string> Ids, string Cursor)> ListAsync(Programme programme, string query)
    {
        var answer = await programme.Admin.OpenRosa.GetAsync($"{programme.Path}/view/submissionList{query}");
        var chunk = XDocument.Parse(answer.ShouldBe(HttpStatusCode.OK).ShouldBeOpenRosa().Text).Root!;
        Assert.Equal(Submissions + "idChunk", chunk.Name);
        return (
            [.. chunk.Element(Submissions + "idList")!.Elements(Submissions + "id").Select(id => id.Value)],
            chunk.Element(Submissions + "resumptionCursor")!.Value
        );
    }

    private static async Task<string> SendAsync(Programme programme, string form, string? photo, byte[]? content = null)
    {
        var id = Samples.NewInstanceId();
        (string, byte[], string)[] files = content is null ? [] : [(photo!, content, "image/jpeg")];
        using var body = Samples.Multipart(Samples.Submission(form, id, photo: photo), files);
        (await programme.Admin.OpenRosa.PostAsync($"{programme.Path}/submission", body)).ShouldBe(HttpStatusCode.Created);
        return id;
    }
}
