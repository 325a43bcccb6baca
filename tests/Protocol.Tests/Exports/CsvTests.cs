using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Submissions;

namespace ServerlessRosa.Protocol.Tests.Exports;

/// <summary>What a form's submissions look like as CSV (OR-273 to OR-275).</summary>
public sealed class CsvTests
{
    private const string After =
        "KEY,SubmitterID,SubmitterName,AttachmentsPresent,AttachmentsExpected,Status,ReviewState,DeviceID,Edits,FormVersion";
    private const string Header =
        "SubmissionDate,name,age,visit-place-Latitude,visit-place-Longitude,visit-place-Altitude,visit-place-Accuracy,"
        + "visit-at,visit-soil,photo,meta-audit,meta-instanceID,"
        + After;

    [Fact, Clause("OR-273"), Clause("OR-275")]
    public async Task A_form_without_submissions_has_its_headers()
    {
        var inbox = await ExportForms.OpenAsync();

        var files = await inbox.ZipAsync();

        Assert.Equal(
            new Dictionary<string, string>
            {
                [$"{inbox.Form}.csv"] = $"{Header}\n",
                [$"{inbox.Form}-child.csv"] = "name,PARENT_KEY,KEY\n",
                [$"{inbox.Form}-toy~1.csv"] = "label,PARENT_KEY,KEY\n",
                [$"{inbox.Form}-toy~2.csv"] = "label,PARENT_KEY,KEY\n",
            },
            files
        );
    }

    [Fact, Clause("OR-273"), Clause("OR-274"), Clause("OR-275")]
    public async Task Each_repeat_is_a_table_whose_rows_name_the_row_that_they_belong_to()
    {
        var inbox = await ExportForms.OpenAsync();
        await inbox.SendAsync(ExportForms.Answer(inbox, "uuid:1", ExportForms.Family));
        await inbox.SendAsync(ExportForms.Answer(inbox, "uuid:2", "<name>Di</name>"));
        var submitter = (await inbox.GetAsync("uuid:1")).GetProperty("submitterId").GetInt32();
        var dates = (await inbox.ListAsync()).Select(submission => submission.GetProperty("createdAt").GetString()).ToList();

        var files = await inbox.ZipAsync();

        Assert.Equal(
            $"{Header}\n{dates[0]},Di,,,,,,,,,,uuid:2,uuid:2,{submitter},Tablet,0,0,,,,0,1\n"
                + $"{dates[1]},Ann,30,12.5,-3.25,100,4.5,2024-05-01T10:11:12.000+07,"
                + $"clay sand,,,uuid:1,uuid:1,{submitter},Tablet,0,0,,,,0,1\n",
            files[$"{inbox.Form}.csv"]
        );
        Assert.Equal(
            "name,PARENT_KEY,KEY\nBo,uuid:1,uuid:1/children/child[1]\nCy,uuid:1,uuid:1/children/child[2]\n",
            files[$"{inbox.Form}-child.csv"]
        );
        Assert.Equal(
            "label,PARENT_KEY,KEY\nball,uuid:1/children/child[1],uuid:1/children/child[1]/toys/toy[1]\n"
                + "bike,uuid:1/children/child[1],uuid:1/children/child[1]/toys/toy[2]\n",
            files[$"{inbox.Form}-toy~1.csv"]
        );
        Assert.Equal("label,PARENT_KEY,KEY\nbone,uuid:1,uuid:1/pets/toy[1]\n", files[$"{inbox.Form}-toy~2.csv"]);
    }

    [Fact, Clause("OR-274")]
    public async Task Groups_may_be_left_out_of_the_names_and_choices_may_have_columns()
    {
        var inbox = await ExportForms.OpenAsync();
        await inbox.SendAsync(ExportForms.Answer(inbox, "uuid:1", ExportForms.Family));
        await inbox.SendAsync(ExportForms.Answer(inbox, "uuid:2", "<visit><soil>peat sand</soil></visit>"));
        await inbox.SendAsync(ExportForms.Answer(inbox, "uuid:3", ""));

        var plain = await inbox.CsvAsync("?groupPaths=false");
        var split = await inbox.CsvAsync("?splitSelectMultiples=true");

        Assert.Equal(
            $"SubmissionDate,name,age,place-Latitude,place-Longitude,place-Altitude,place-Accuracy,at,soil,photo,audit,instanceID,{After}",
            plain[0]
        );
        Assert.Contains(",visit-soil,visit-soil/clay,visit-soil/peat,visit-soil/sand,photo,", split[0], StringComparison.Ordinal);
        Assert.Contains(",,,,,,,,0,0,0,,,uuid:3,", split[1], StringComparison.Ordinal);
        Assert.Contains(",,,,,,peat sand,0,1,1,,,uuid:2,", split[2], StringComparison.Ordinal);
        Assert.Contains(",clay sand,1,0,1,,,uuid:1,", split[3], StringComparison.Ordinal);
    }

    [Fact, Clause("OR-273")]
    public async Task Any_answer_can_be_parsed_back_from_its_CSV_cell()
    {
        var inbox = await ExportForms.OpenAsync();
        await inbox.SendAsync(ExportForms.Answer(inbox, "uuid:1", "<name>=1+1, \"so to say\"\nand é 木 &lt;</name>"));

        var file = (await inbox.ZipAsync())[$"{inbox.Form}.csv"];

        Assert.Contains("Z,\"=1+1, \"\"so to say\"\"\nand é 木 <\",,", file, StringComparison.Ordinal);
    }

    [Fact, Clause("OR-273"), Clause("OR-276")]
    public async Task An_answer_too_long_for_its_row_is_read_from_its_file()
    {
        var inbox = await ExportForms.OpenAsync();
        var essay = Convert.ToBase64String(Samples.Bytes(100_000));
        await inbox.SendAsync(ExportForms.Answer(inbox, "uuid:1", $"<name>{essay}</name>"));
        await inbox.SendAsync(ExportForms.Answer(inbox, "uuid:2", "<name>short</name>"));

        Assert.Contains($",{essay},", (await inbox.CsvAsync())[2], StringComparison.Ordinal);
        Assert.Equal(essay, (await inbox.ODataAsync("/Submissions")).GetProperty("value")[1].GetProperty("name").GetString());
    }

    [Fact, Clause("OR-273")]
    public async Task An_edit_is_listed_under_the_root_id_and_a_deleted_submission_is_not()
    {
        var inbox = await Inbox.OpenAsync();
        await inbox.SendAsync(inbox.Submission("uuid:1"));
        await inbox.SendAsync(inbox.Submission("uuid:2", "elm", deprecatedId: "uuid:1"));
        await inbox.SendAsync(inbox.Submission("uuid:3"));
        (await inbox.Programme.Admin.DeleteAsync($"{inbox.SubmissionsPath}/uuid%3A3")).ShouldBe(HttpStatusCode.OK);

        var rows = await inbox.CsvAsync();

        Assert.Equal("SubmissionDate,species,photo,meta-instanceID," + After, rows[0]);
        Assert.Contains(",elm,,uuid:2,uuid:1,", Assert.Single(rows[1..]), StringComparison.Ordinal);
        Assert.EndsWith(",edited,,1,1", rows[1], StringComparison.Ordinal);
    }

    [Fact, Clause("OR-273")]
    public async Task Attachments_are_exported_unless_excluded()
    {
        var inbox = await ExportForms.OpenAsync();
        const string events = "event,node,start,end,old-value\nform start,,1,,\nquestion,/data/name,2,3,\"a, \"\"b\"\"\"\n";
        await inbox.SendAsync(
            ExportForms.Answer(inbox, "uuid:1", "<photo>../../a.jpg</photo>", "<orx:audit>audit.csv</orx:audit>"),
            ("../../a.jpg", Samples.Bytes(100_000), "image/jpeg"),
            ("audit.csv", System.Text.Encoding.UTF8.GetBytes(events), "text/csv")
        );
        await inbox.SendAsync(ExportForms.Answer(inbox, "uuid:2", "<photo>b.jpg</photo>"));

        var whole = (await inbox.Programme.Admin.GetAsync($"{inbox.SubmissionsPath}.csv.zip")).ShouldBe(HttpStatusCode.OK);
        var files = ExportForms.Unzip(whole);
        var tables = (await inbox.Programme.Admin.GetAsync($"{inbox.SubmissionsPath}.csv.zip?attachments=false")).ShouldBe(
            HttpStatusCode.OK
        );

        Assert.Equal("application/zip", whole.Header("Content-Type"));
        Assert.StartsWith($"attachment; filename=\"{inbox.Form}.zip\"", whole.Header("Content-Disposition"), StringComparison.Ordinal);
        Assert.StartsWith($"attachment; filename=\"{inbox.Form}.csv.zip\"", tables.Header("Content-Disposition"), StringComparison.Ordinal);
        Assert.Equal(
            ["....a.jpg"],
            files.Keys.Where(name => name.StartsWith("media/", StringComparison.Ordinal)).Select(name => name["media/".Length..])
        );
        Assert.Equal(System.Text.Encoding.UTF8.GetString(Samples.Bytes(100_000)), files["media/....a.jpg"]);
        Assert.Equal(
            "instance ID,event,node,start,end,latitude,longitude,accuracy,old-value,new-value,user,change-reason\n"
                + "uuid:1,form start,,1,,,,,,,,\nuuid:1,question,/data/name,2,3,,,,\"a, \"\"b\"\"\",,,\n",
            files[$"{inbox.Form} - audit.csv"]
        );
        Assert.Equal(files.Keys.Where(name => !name.StartsWith("media/", StringComparison.Ordinal)), ExportForms.Unzip(tables).Keys);
        Assert.Contains(",2,2,,,,0,1", files[$"{inbox.Form}.csv"], StringComparison.Ordinal);
        Assert.Contains(",0,1,,,,0,1", files[$"{inbox.Form}.csv"], StringComparison.Ordinal);
    }

    [Fact, Clause("OR-273")]
    public async Task Encrypted_submissions_are_not_decrypted_and_marked_in_the_row()
    {
        var inbox = await Inbox.OpenAsync();
        foreach (var (id, file) in new[] { ("uuid:whole", "submission.xml.enc"), ("uuid:half", "a.jpg.enc"), ("uuid:none", null) })
        {
            var manifest =
                $"<data id=\"{inbox.Form}\" version=\"1\" encrypted=\"yes\" xmlns=\"http://opendatakit.org/submissions\">"
                + "<base64EncryptedKey>a2V5</base64EncryptedKey>"
                + $"<meta><instanceID>{id}</instanceID></meta><media><file>a.jpg.enc</file></media>"
                + "<encryptedXmlFile>submission.xml.enc</encryptedXmlFile></data>";
            await inbox.SendAsync(manifest, file is null ? [] : [(file, Samples.Bytes(50), "application/octet-stream")]);
        }

        var files = await inbox.ZipAsync();
        var rows = files[$"{inbox.Form}.csv"].Split('\n');
        Assert.Contains(",,,,uuid:none,", rows[1], StringComparison.Ordinal);
        Assert.Contains(",0,2,missing encrypted form data,,,0,1", rows[1], StringComparison.Ordinal);
        Assert.Contains(",1,2,missing encrypted form data,,,0,1", rows[2], StringComparison.Ordinal);
        Assert.Contains(",1,2,not decrypted,,,0,1", rows[3], StringComparison.Ordinal);
        Assert.DoesNotContain(files.Keys, name => name.StartsWith("media/", StringComparison.Ordinal));
    }

    [Fact, Clause("OR-273")]
    public async Task Fields_of_earlier_versions_are_shown_on_request()
    {
        var inbox = await Inbox.OpenAsync();
        await inbox.SendAsync(inbox.Submission("uuid:1", "oak"));
        var changed = Samples
            .Form(inbox.Form, "2")
            .Replace("<species/>", "<bark/>", StringComparison.Ordinal)
            .Replace("/data/species", "/data/bark", StringComparison.Ordinal);
        (await inbox.Programme.ReplaceDraftAsync(inbox.Form, changed, "?ignoreWarnings=true")).ShouldBe(HttpStatusCode.OK);
        (await inbox.Programme.PublishDraftAsync(inbox.Form)).ShouldBe(HttpStatusCode.OK);

        Assert.StartsWith("SubmissionDate,bark,photo,meta-instanceID,KEY,", (await inbox.CsvAsync())[0], StringComparison.Ordinal);
        var all = await inbox.CsvAsync("?deletedFields=true");
        Assert.StartsWith("SubmissionDate,bark,photo,meta-instanceID,species,KEY,", all[0], StringComparison.Ordinal);
        Assert.Contains(",,,uuid:1,oak,uuid:1,", all[1], StringComparison.Ordinal);
    }

    [Fact, Clause("OR-273"), Clause("OR-278")]
    public async Task A_filter_selects_the_matching_rows()
    {
        var inbox = await Inbox.OpenAsync();
        await inbox.SendAsync(inbox.Submission("uuid:1"));
        await inbox.SendAsync(inbox.Submission("uuid:2"));
        (await inbox.Programme.Admin.PatchJsonAsync($"{inbox.SubmissionsPath}/uuid%3A1", new { reviewState = "approved" })).ShouldBe(
            HttpStatusCode.OK
        );

        Assert.Contains(
            ",uuid:1,",
            Assert.Single((await inbox.CsvAsync("?%24filter=__system%2FreviewState%20eq%20%27approved%27"))[1..]),
            StringComparison.Ordinal
        );
        (await inbox.Programme.Admin.GetAsync($"{inbox.SubmissionsPath}.csv?%24filter=species%20eq%20%27oak%27")).ShouldBeProblem(501.5m);
        (await inbox.Programme.Admin.GetAsync($"{inbox.SubmissionsPath}.csv.zip?%24filter=and")).ShouldBeProblem(400.18m);
    }

    [Fact, Clause("OR-273")]
    public async Task A_draft_has_its_own_export()
    {
        var inbox = await Inbox.OpenAsync();
        await inbox.SendAsync(inbox.Submission("uuid:1"));
        var draft = $"{inbox.Programme.FormPath(inbox.Form)}/draft/submissions.csv";
        (await inbox.Programme.Admin.GetAsync(draft)).ShouldBeProblem(404.1m);
        (await inbox.Programme.ReplaceDraftAsync(inbox.Form)).ShouldBe(HttpStatusCode.OK);
        (
            await inbox.Programme.Admin.OpenRosa.PostAsync(
                $"{inbox.Programme.FormPath(inbox.Form)}/draft/submission",
                Samples.Multipart(inbox.Submission("uuid:test"))
            )
        ).ShouldBe(HttpStatusCode.Created);

        Assert.Contains(
            ",uuid:test,",
            Assert.Single((await inbox.Programme.Admin.GetAsync(draft)).ShouldBe(HttpStatusCode.OK).Text.Split('\n')[1..^1]),
            StringComparison.Ordinal
        );
        Assert.Contains(
            ",uuid:test,",
            ExportForms.Unzip((await inbox.Programme.Admin.GetAsync($"{draft}.zip")).ShouldBe(HttpStatusCode.OK))[$"{inbox.Form}.csv"],
            StringComparison.Ordinal
        );
        Assert.Contains(",uuid:1,", Assert.Single((await inbox.CsvAsync())[1..]), StringComparison.Ordinal);
    }
}
