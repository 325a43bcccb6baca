using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.XlsForms.Tests;

namespace ServerlessRosa.Protocol.Tests.Storage;

/// <summary>
/// How many storage operations a request costs (docs/architecture.md, budgets): cold, at a process that has never seen the account and
/// the form; and warm, the second time.
/// </summary>
public sealed class BudgetTests
{
    [Fact]
    public async Task A_preflight_costs_nothing_once_the_phone_is_known()
    {
        var (programme, _, phone) = await SetUpAsync();
        await CostsAsync(warm: 0, cold: 1, () => phone.HeadAsync($"{programme.Path}/submission"), HttpStatusCode.NoContent);
    }

    [Fact, Clause("OR-085")]
    public async Task A_form_list_costs_the_same_for_260_forms_as_for_10()
    {
        foreach (var count in new[] { 10, 260 })
        {
            var programme = await Programme.StartAsync(await Processes.FirstAsync());
            await Parallel.ForEachAsync(
                Enumerable.Range(0, count),
                new ParallelOptions { MaxDegreeOfParallelism = 6 },
                async (i, _) => await programme.PublishAsync(id: $"form {i}")
            );
            var collector = (await programme.WebUserAsync("formfill")).Api.OpenRosa.At(await Processes.RememberingAsync());

            // A web user's session is a row beside the account's: one operation more than an app user's key.
            await CostsAsync(
                warm: 1,
                cold: 4,
                async () =>
                {
                    var list = await collector.GetAsync($"{programme.Path}/formList");
                    Assert.Equal(count, list.FormList().Count);
                    return list;
                }
            );
        }
    }

    [Fact]
    public async Task A_phone_s_form_list_costs_one_point_read()
    {
        var (programme, _, phone) = await SetUpAsync();
        await CostsAsync(warm: 1, cold: 3, () => phone.GetAsync($"{programme.Path}/formList"));
    }

    [Fact]
    public async Task The_very_first_request_to_a_process_costs_no_more()
    {
        var (programme, _, phone) = await SetUpAsync();
        var fresh = await Server.StartAsync();
        await CostsAsync(warm: 1, cold: 3, () => phone.At(fresh).GetAsync($"{programme.Path}/formList"));
        await fresh.App!.DisposeAsync();
    }

    [Fact]
    public async Task A_manifest_costs_one_point_read()
    {
        var (programme, form, phone) = await SetUpAsync();
        await CostsAsync(warm: 1, cold: 3, () => phone.GetAsync($"{programme.FormPath(form)}/manifest"));
    }

    [Fact]
    public async Task A_form_s_XML_costs_one_point_read()
    {
        var (programme, form, phone) = await SetUpAsync();
        await CostsAsync(warm: 1, cold: 3, () => phone.GetAsync($"{programme.FormPath(form)}.xml"));
    }

    [Fact]
    public async Task A_media_file_costs_a_point_read_and_the_file()
    {
        var (programme, form, phone) = await SetUpAsync();
        await CostsAsync(warm: 2, cold: 4, () => phone.GetAsync($"{programme.FormPath(form)}/attachments/leaf.png"));
    }

    [Fact, Clause("OR-118")]
    public async Task A_workbook_costs_a_point_read_and_the_file()
    {
        var programme = await Programme.StartAsync(await Processes.FirstAsync());
        var form = await programme.PublishWorkbookAsync();
        var phone = (await programme.AppUserAsync(form)).At(await Processes.RememberingAsync());
        await CostsAsync(warm: 2, cold: 4, () => phone.GetAsync($"{programme.FormPath(form)}.xlsx"));
    }

    [Fact, Clause("OR-163")]
    public async Task A_form_from_a_workbook_costs_one_operation_more_than_one_from_XML()
    {
        var programme = await Programme.StartAsync(await Processes.FirstAsync());
        var choices = new WorkbookBuilder()
            .Table("survey", "type|name|label", "select_one_external town|town|Town")
            .Table("external_choices", "list_name|name|label", "town|kano|Kano")
            .Build()
            .ToArray();
        var xml = await LeastAsync(id => programme.CreateFormAsync(Samples.Form(id)));
        var workbook = await LeastAsync(id => programme.CreateFromWorkbookAsync(ProgrammeWorkbooks.Trees(id)));
        var external = await LeastAsync(id => programme.CreateFromWorkbookAsync(choices, "?ignoreWarnings=true", fallback: id));

        // The file; its slot costs two, as in a form from XML.
        Assert.Equal((xml + 1, xml + 1 + 1 + 2), (workbook, external));

        static async Task<int> LeastAsync(Func<string, Task<Answer>> create)
        {
            var costs = new List<int>();
            for (var i = 0; i < 5; i++)
            {
                costs.Add((await create(Samples.Unique("form"))).ShouldBe(HttpStatusCode.OK).StorageOperations);
            }
            return costs.Min();
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    public async Task A_submission_costs_one_operation_for_each_file_and_two_more(int files)
    {
        var (programme, form, phone) = await SetUpAsync();
        await CostsAsync(
            warm: 2 + files,
            cold: 5 + files,
            () => phone.PostAsync($"{programme.Path}/submission", Submission(form, Samples.NewInstanceId(), files)),
            HttpStatusCode.Created
        );
    }

    [Fact]
    public async Task A_duplicate_submission_costs_three_operations()
    {
        var (programme, form, phone) = await SetUpAsync();
        var id = Samples.NewInstanceId();
        (await phone.At(programme.Server).PostAsync($"{programme.Path}/submission", Submission(form, id, 0))).ShouldBe(
            HttpStatusCode.Created
        );
        await CostsAsync(
            warm: 3,
            cold: 6,
            () => phone.PostAsync($"{programme.Path}/submission", Submission(form, id, 0)),
            HttpStatusCode.Created
        );
    }

    [Fact]
    public async Task An_edit_costs_eleven_operations_and_one_for_each_edit_and_file()
    {
        var (programme, form, phone) = await SetUpAsync();
        var before = Samples.NewInstanceId();
        (await phone.PostAsync($"{programme.Path}/submission", Submission(form, before, 1))).ShouldBe(HttpStatusCode.Created);
        for (var n = 1; n <= 3; n++)
        {
            var id = Samples.NewInstanceId();
            var body = Samples.Multipart(
                Samples.Submission(form, id, leaves: ["0.jpg"], deprecatedId: before),
                ("0.jpg", Samples.Bytes(5000, n), "image/jpeg")
            );
            var cost = (await phone.PostAsync($"{programme.Path}/submission", body)).ShouldBe(HttpStatusCode.Created).StorageOperations;
            Assert.True(cost <= 11 + n + 1, $"Edit {n} cost {cost} operations.");
            before = id;
        }
    }

    [Fact]
    public async Task A_submission_that_touches_a_case_costs_at_most_four_operations_and_three_for_each_case()
    {
        var (programme, form, phone) = await SetUpAsync();
        await CostsAsync(
            warm: 7,
            cold: 10,
            () =>
            {
                var block =
                    $"<n0:case case_id=\"{Guid.NewGuid():N}\" date_modified=\"2024-05-01T10:11:12Z\" user_id=\"u\" "
                    + "xmlns:n0=\"http://commcarehq.org/case/transaction/v2\"><n0:update><species>oak</species></n0:update>"
                    + "</n0:case>";
                var xml = Samples
                    .Submission(form, Samples.NewInstanceId())
                    .Replace("<species>", block + "<species>", StringComparison.Ordinal);
                return phone.PostAsync($"{programme.Path}/submission", Samples.Multipart(xml));
            },
            HttpStatusCode.Created
        );
    }

    [Fact, Clause("OR-268")]
    public async Task Reads_of_one_submission_read_each_of_its_rows_once()
    {
        var (programme, form, phone) = await SetUpAsync();
        var (first, edited, edit) = (Samples.NewInstanceId(), Samples.NewInstanceId(), Samples.NewInstanceId());
        foreach (var (id, replaces) in new[] { (first, null), (edited, null), (edit, edited) })
        {
            var xml = Samples.Submission(form, id, leaves: ["0.jpg"], deprecatedId: replaces);
            (
                await phone
                    .At(programme.Server)
                    .PostAsync($"{programme.Path}/submission", Samples.Multipart(xml, ("0.jpg", Samples.Bytes(100), "image/jpeg")))
            ).ShouldBe(HttpStatusCode.Created);
        }
        var viewer = (await programme.WebUserAsync("viewer")).Api.At(await Processes.RememberingAsync());
        await viewer.GetAsync($"{programme.FormPath(form)}/submissions");

        // Each call reads the form, the instance row and the timeline row; the current version's own row if that is an edit's; and the
        // blob.
        await CostsOnceAsync(1 + 2, At(first));
        await CostsOnceAsync(1 + 2 + 1, At(first) + ".xml");
        await CostsOnceAsync(1 + 2, At(first) + "/attachments");
        await CostsOnceAsync(1 + 2 + 1, At(first) + "/attachments/0.jpg");
        await CostsOnceAsync(1 + 3, At(edited));
        await CostsOnceAsync(1 + 3 + 1, At(edited) + ".xml");
        await CostsOnceAsync(1 + 2, At(edit), HttpStatusCode.MovedPermanently);
        await CostsOnceAsync(1 + 2, $"{At(edited)}/versions/{Uri.EscapeDataString(edit)}");
        await CostsOnceAsync(1 + 2 + 1, $"{At(edited)}/versions/{Uri.EscapeDataString(edited)}.xml");

        string At(string id) => $"{programme.FormPath(form)}/submissions/{Uri.EscapeDataString(id)}";
        async Task CostsOnceAsync(int budget, string path, HttpStatusCode status = HttpStatusCode.OK)
        {
            var cost = (await viewer.GetAsync(path)).ShouldBe(status).StorageOperations;
            Assert.True(cost <= budget, $"{path} cost {cost} operations, and {budget} are allowed.");
        }
    }

    // Set up at one process, and asked for at another.
    private static async Task<(Programme Programme, string Form, Api Phone)> SetUpAsync()
    {
        var programme = await Programme.StartAsync(await Processes.FirstAsync());
        var form = await programme.PublishWithFilesAsync(("leaf.png", Samples.Bytes(1000), "image/png"));
        return (programme, form, (await programme.AppUserAsync(form)).At(await Processes.RememberingAsync()));
    }

    private static MultipartFormDataContent Submission(string form, string id, int files)
    {
        var names = Enumerable.Range(0, files).Select(i => $"{i}.jpg").ToArray();
        return Samples.Multipart(
            Samples.Submission(form, id, leaves: names),
            [.. names.Select(name => (name, Samples.Bytes(5000), "image/jpeg"))]
        );
    }

    private static async Task CostsAsync(int warm, int cold, Func<Task<Answer>> request, HttpStatusCode status = HttpStatusCode.OK)
    {
        foreach (var (budget, round) in new[] { (cold, "cold"), (warm, "warm"), (warm, "warm again") })
        {
            var cost = (await request()).ShouldBe(status).StorageOperations;
            Assert.True(cost <= budget, $"It cost {cost} operations {round}, and {budget} are allowed.");
        }
    }
}
