using System.Globalization;
using System.Net;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using static ServerlessRosa.Protocol.Tests.Cases.CaseDesk;

namespace ServerlessRosa.Protocol.Tests.Cases;

/// <summary>What the case blocks of forms make of cases (CC-056 to CC-084), from the phone to the case API.</summary>
[Trait("Speed", "Fast")]
public sealed class CaseBlockTests
{
    [Fact, Clause("CC-056"), Clause("CC-057"), Clause("CC-058"), Clause("CC-071"), Clause("CC-061"), Clause("CC-063")]
    public async Task A_form_creates_changes_and_closes_cases()
    {
        var desk = await CaseDesk.OpenAsync();
        var (a, b) = (NewId("a"), NewId("b"));
        await desk.SubmitAsync(
            $"<case><note>no id, no block</note><deep>"
                + Update(a, "<n0:dob>2015-09-01</n0:dob><n0:dob>2015-09-02</n0:dob><n0:external_id>HH-7</n0:external_id>")
                + "</deep></case>",
            $"""<case xmlns="http://commcarehq.org/case/transaction/v2" case_id="{b}" date_modified="2015-11-02T16:04:54+05:30" """
                + """user_id="u9">"""
                + """<create><case_type>t</case_type><case_name> Bello &amp; co </case_name></create><close/></case>""",
            desk.Create(a)
        );

        var first = await desk.CaseAsync(a);
        Assert.Equal(
            ("patient", "Amina", "HH-7", desk.Worker.Id),
            (first.Text("case_type"), first.Text("case_name"), first.Text("external_id"), first.Text("owner_id"))
        );
        Assert.Equal(
            ("2015-09-02", false, JsonValueKind.Null),
            (first.Property("dob"), first.GetProperty("closed").GetBoolean(), first.GetProperty("date_closed").ValueKind)
        );
        Assert.Equal(
            ("2015-11-02T20:04:54.950000Z", "2016-11-02T16:04:54.950000Z"),
            (first.Text("date_opened"), first.Text("last_modified"))
        );
        var second = await desk.CaseAsync(b);
        Assert.Equal(
            ("Bello & co", "u9", "2015-11-02T10:34:54.000000Z"),
            (second.Text("case_name"), second.Text("owner_id"), second.Text("date_closed"))
        );
    }

    [Fact, Clause("CC-059"), Clause("CC-062"), Clause("CC-070"), Clause("CC-082")]
    public async Task Values_missing_in_a_block_come_from_the_form_and_the_time_of_receipt()
    {
        var desk = await CaseDesk.OpenAsync();
        var (shell, touched) = (NewId("shell"), NewId("touched"));
        var before = DateTimeOffset.UtcNow.AddMinutes(-1);
        await desk.SubmitAsync(Update(shell, "<n0:x>1</n0:x>", date: null), desk.Create(touched));
        var made = await desk.CaseAsync(shell);
        Assert.Equal(("", "", desk.Worker.Id), (made.Text("case_type"), made.Text("case_name"), made.Text("owner_id")));
        Assert.InRange(
            DateTimeOffset.Parse(made.Text("last_modified"), CultureInfo.InvariantCulture),
            before,
            DateTimeOffset.UtcNow.AddMinutes(1)
        );

        var then = (await desk.CaseAsync(touched)).Text("server_last_modified");
        await desk.SubmitAsync(Block(touched, "", "2020-01-01"));
        Assert.True(string.CompareOrdinal((await desk.CaseAsync(touched)).Text("server_last_modified"), then) > 0);
        Assert.Equal("2020-01-01T00:00:00.000000Z", (await desk.CaseAsync(touched)).Text("last_modified"));
    }

    [Fact, Clause("CC-060"), Clause("CC-064"), Clause("CC-065"), Clause("CC-067"), Clause("CC-068"), Clause("CC-069")]
    public async Task Later_forms_neither_reopen_cases_nor_clear_fixed_fields_nor_move_dates_back()
    {
        var desk = await CaseDesk.OpenAsync();
        var id = NewId();
        await desk.SubmitAsync(desk.Create(id, more: "<n0:update><n0:external_id>e</n0:external_id><n0:x>1</n0:x></n0:update>"));
        await desk.SubmitAsync(Block(id, "<n0:close/>", "2017-01-01"));
        await desk.SubmitAsync(
            Update(id, "<n0:case_name/><n0:case_type/><n0:owner_id/><n0:external_id/><n0:x/><n0:y>2</n0:y>", "2016-01-01")
        );
        await desk.SubmitAsync(desk.Create(id, "Bello"));

        var now = await desk.CaseAsync(id);
        Assert.Equal(
            ("Bello", "patient", desk.Worker.Id, "e"),
            (now.Text("case_name"), now.Text("case_type"), now.Text("owner_id"), now.Text("external_id"))
        );
        Assert.Equal(("", "2", true), (now.Property("x"), now.Property("y"), now.GetProperty("closed").GetBoolean()));
        Assert.Equal(("2015-11-02T20:04:54.950000Z", "2017-01-01T00:00:00.000000Z"), (now.Text("date_opened"), now.Text("last_modified")));
    }

    [Fact, Clause("CC-072"), Clause("CC-074"), Clause("CC-076")]
    public async Task Indices_are_set_replaced_and_removed()
    {
        var desk = await CaseDesk.OpenAsync();
        var (child, p, q) = (NewId("child"), NewId("p"), NewId("q"));
        await desk.SubmitAsync(desk.Create(child, more: Index(p) + Index(q, "host", "x", "extension")), desk.Create(p), desk.Create(q));
        var indices = (await desk.CaseAsync(child)).GetProperty("indices");
        Assert.Equal(
            (p, "household", "child"),
            (
                indices.GetProperty("parent").Text("case_id"),
                indices.GetProperty("parent").Text("case_type"),
                indices.GetProperty("parent").Text("relationship")
            )
        );
        Assert.Equal((q, "extension"), (indices.GetProperty("host").Text("case_id"), indices.GetProperty("host").Text("relationship")));

        await desk.SubmitAsync(
            Block(child, $"<n0:index><n0:parent case_type='t'>{q}</n0:parent><n0:host case_type='x'/><n0:never/></n0:index>")
        );
        indices = (await desk.CaseAsync(child)).GetProperty("indices");
        Assert.Equal(["parent"], indices.EnumerateObject().Select(index => index.Name));
        Assert.Equal((q, "t"), (indices.GetProperty("parent").Text("case_id"), indices.GetProperty("parent").Text("case_type")));
    }

    [Fact, Clause("CC-070")]
    public async Task An_empty_date_counts_as_none()
    {
        var desk = await CaseDesk.OpenAsync();
        var id = NewId();
        var before = DateTimeOffset.UtcNow.AddMinutes(-5);
        await desk.SubmitAsync(desk.Create(id));
        await desk.SubmitAsync(Update(id, "<n0:x>1</n0:x>", date: ""));
        var changed = await desk.CaseAsync(id);
        Assert.Equal("1", changed.Property("x"));
        Assert.True(changed.GetProperty("last_modified").GetDateTimeOffset() > before);
    }

    public static TheoryData<string, string> BadBlocks() =>
        new()
        {
            {
                "<n0:case xmlns:n0='http://commcarehq.org/case/transaction/v2' case_id=''/>",
                "IllegalCaseId: A case block must have a case_id."
            },
            { "<case><case_id>old</case_id><update/></case>", "VersionNotSupported: Case XML version 1.0" },
            {
                "<case xmlns='http://commcare.org/case/transaction' case_id='ID'/>",
                "VersionNotSupported: The namespace http://commcare.org/case/transaction"
            },
            { Block("ID", "<n0:referral/>"), "UsesReferrals: " },
            { Block("ID", "", "yesterday"), "PhoneDateValueError: The date_modified yesterday of case ID" },
            {
                Block("ID", $"<n0:update><n0:case_name>{new string('x', 256)}</n0:case_name></n0:update>"),
                "CaseValueError: Value for case_name of case ID exceeds allowed length: 255"
            },
            {
                Block("ID", "<n0:index><n0:parent>OTHER</n0:parent></n0:index>"),
                "InvalidCaseIndex: The index parent of case ID has no case_type."
            },
            { Block("ID", Index("OTHER", relationship: "")), "InvalidCaseIndex: The index parent of case ID has the relationship ''" },
            { Block("ID", Index("NOWHERE")), "InvalidCaseIndex: Case 'ID' references non-existent case 'NOWHERE'" },
            { Block("ID", Index("ID")), "InvalidCaseIndex: Case ID cannot index itself." },
            { Block("ID", Index("THERE")) + Block("THERE", Index("ID", "host", relationship: "extension")), "closes a cycle" },
            { Block("THERE", Index("CHILD")), "InvalidCaseIndex: An index of case 'THERE' closes a cycle" },
        };

    [Theory, MemberData(nameof(BadBlocks))]
    [
        Clause("CC-066"),
        Clause("CC-070"),
        Clause("CC-073"),
        Clause("CC-075"),
        Clause("CC-077"),
        Clause("CC-078"),
        Clause("CC-080"),
        Clause("CC-081"),
        Clause("CC-083"),
        Clause("CC-089"),
        Clause("CC-090")
    ]
    public async Task One_invalid_block_changes_no_case_and_the_form_is_kept(string block, string problem)
    {
        var desk = await CaseDesk.OpenAsync();
        var (other, there, child, id) = (NewId("other"), NewId("there"), NewId("child"), NewId("id"));
        await desk.SubmitAsync(desk.Create(there), desk.Create(child, more: Index(there)));
        string Filled(string text) =>
            text.Replace("OTHER", other, StringComparison.Ordinal)
                .Replace("THERE", there, StringComparison.Ordinal)
                .Replace("CHILD", child, StringComparison.Ordinal)
                .Replace("ID", id, StringComparison.Ordinal);
        var (expected, forms) = (
            problem
                .Replace("'ID'", $"'{id}'", StringComparison.Ordinal)
                .Replace("ase ID", $"ase {id}", StringComparison.Ordinal)
                .Replace("THERE", there, StringComparison.Ordinal),
            new[] { Guid.NewGuid().ToString(), Guid.NewGuid().ToString() }
        );
        var before = (await desk.CaseAsync(there)).GetRawText();
        var blocks = new[]
        {
            desk.Create(other),
            Update(there, "<n0:x>1</n0:x>"),
            block.StartsWith("<n0:case", StringComparison.Ordinal) || block.Contains("commcare.org", StringComparison.Ordinal)
                ? Filled(block)
                : block,
        };

        var old = (await desk.PostAsync(desk.Form(forms[0], blocks))).ShouldBeMessage(201, "submit_error", expected);
        Assert.Equal(forms[0], old.Header("X-CommCareHQ-FormID"));
        (await desk.PostAsync(desk.Form(forms[1], blocks), desk.Worker.Phone.With("X-OpenRosa-Version", "3.0"))).ShouldBeMessage(
            422,
            "processing_failure",
            expected
        );

        Assert.Equal(before, (await desk.CaseAsync(there)).GetRawText());
        (await desk.FindCaseAsync(other)).ShouldBe(HttpStatusCode.NotFound);
        (await desk.FindCaseAsync(id)).ShouldBe(HttpStatusCode.NotFound);
        Assert.All(await Task.WhenAll(forms.Select(desk.ProblemAsync)), kept => Assert.Contains(expected, kept, StringComparison.Ordinal));
    }

    [Fact, Clause("CC-079")]
    public async Task A_case_id_of_another_domain_is_refused_without_details()
    {
        var (theirs, ours) = (await CaseDesk.OpenAsync(), await CaseDesk.OpenAsync());
        var id = NewId();
        await theirs.SubmitAsync(theirs.Create(id, "Secret"));

        (await ours.PostAsync(ours.Form("f1", Update(id, "<n0:x>1</n0:x>")))).ShouldBeMessage(
            201,
            "submit_error",
            "IllegalCaseId: Bad case id"
        );
        var index = (await ours.PostAsync(ours.Form("f2", ours.Create(NewId(), more: Index(id))))).ShouldBeMessage(
            201,
            "submit_error",
            "references non-existent case"
        );
        Assert.DoesNotContain("Secret", index.Text, StringComparison.Ordinal);
        (await ours.FindCaseAsync(id)).ShouldBe(HttpStatusCode.NotFound);
        Assert.False((await theirs.CaseAsync(id)).GetProperty("properties").TryGetProperty("x", out _));
    }

    [Theory, Clause("CC-079"), Clause("CC-080"), Clause("CC-081")]
    [InlineData("2.0", 201, "submit_error")]
    [InlineData("3.0", 422, "processing_failure")]
    public async Task A_case_id_that_another_domain_creates_concurrently_is_refused_too(string version, int status, string nature)
    {
        await using var faulty = await FaultyServer.TakeAsync();
        var (server, storage) = (faulty.Server, faulty.Storage);
        var (theirs, ours) = (await CaseDesk.OpenAsync(), await CaseDesk.OpenAsync());
        var (id, known, added) = (NewId(), NewId(), NewId());
        await ours.SubmitAsync(ours.Create(known));
        var before = (await ours.CaseAsync(known)).GetProperty("properties").GetRawText();
        var form = ours.Form("f1", Update(known, "<n0:x>1</n0:x>"), ours.Create(id), ours.Create(added));
        var phone = ours.Worker.Phone.With("X-OpenRosa-Version", version);

        // All is checked by then, and nothing is written.
        storage.Fail(
            Fault.Blocked,
            request => request.Method == "POST" && request.Path.Value!.EndsWith("/intents", StringComparison.Ordinal)
        );
        var posting = ours.PostAsync(form, phone.At(server));
        await Eventually.TrueAsync(() => Task.FromResult(storage.Seen == 1), "the form was about to be applied");
        await theirs.SubmitAsync(theirs.Create(id, "Secret"));
        storage.StopFailing();

        (await posting).ShouldBeMessage(status, nature, "IllegalCaseId: Bad case id");
        (await ours.PostAsync(form, phone)).ShouldBeMessage(status, nature, "IllegalCaseId: Bad case id");
        Assert.Equal("IllegalCaseId: Bad case id", await ours.ProblemAsync("f1"));
        Assert.Equal(before, (await ours.CaseAsync(known)).GetProperty("properties").GetRawText());
        (await ours.FindCaseAsync(added)).ShouldBe(HttpStatusCode.NotFound);
        Assert.Equal("Secret", (await theirs.CaseAsync(id)).Text("case_name"));
        Assert.Equal(0, await new Intents(ours.Domain.Programme).CountAsync());
        (await CaseTables.ReadAsync(ours.Domain.Programme.Id)).ShouldAgree();
        (await CaseTables.ReadAsync(theirs.Domain.Programme.Id)).ShouldAgree();
    }
}
