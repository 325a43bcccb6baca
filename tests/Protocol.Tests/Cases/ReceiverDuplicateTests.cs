using System.Net;
using System.Text;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Maintenance;
using static ServerlessRosa.Protocol.Tests.Cases.CaseDesk;

namespace ServerlessRosa.Protocol.Tests.Cases;

/// <summary>Forms that CommCare's receiver gets more than once: duplicates, retries of error forms, and edits (CC-093 to CC-096).</summary>
public sealed class ReceiverDuplicateTests
{
    [Fact, Clause("CC-093"), Clause("CC-095"), Clause("CC-106")]
    public async Task A_duplicate_form_is_applied_once_and_a_failed_one_is_retried()
    {
        var desk = await CaseDesk.OpenAsync();
        var (id, parent) = (NewId(), NewId());
        var phone = desk.Worker.Phone.With("X-CommCareHQ-LastSyncToken", "never-given-out");
        var form = desk.Form("f1", desk.Create(id));
        (await desk.PostAsync(form, phone)).ShouldBeSuccess();
        var before = (await desk.CaseAsync(id)).GetRawText();
        (await desk.PostAsync(form, phone)).ShouldBeSuccess();
        (await desk.PostAsync(form, desk.Worker.Phone.With("X-CommCareHQ-LastSyncToken", "no token/at all"))).ShouldBeSuccess();
        Assert.Equal(before, (await desk.CaseAsync(id)).GetRawText());

        var child = NewId();
        var failing = desk.Form("f2", desk.Create(child, more: Index(parent)));
        (await desk.PostAsync(failing)).ShouldBeMessage(201, "submit_error", "InvalidCaseIndex");
        (await desk.PostAsync(failing)).ShouldBeMessage(201, "submit_error", "InvalidCaseIndex");
        await desk.SubmitAsync(desk.Create(parent));
        (await desk.PostAsync(failing)).ShouldBeSuccess();
        Assert.Null(await desk.ProblemAsync("f2"));
        Assert.Equal(parent, (await desk.CaseAsync(child)).GetProperty("indices").GetProperty("parent").Text("case_id"));
    }

    [Theory, Clause("CC-093")]
    [InlineData(null)]
    [InlineData("3.0")]
    public async Task A_phone_that_missed_its_answer_gets_201_even_after_its_form_was_edited_or_deleted(string? version)
    {
        var desk = await CaseDesk.OpenAsync();
        var phone = desk.Worker.Phone.With("X-OpenRosa-Version", version);
        var (deleted, edited) = (NewId(), NewId());
        var forms = new[] { desk.Form("f1", desk.Create(deleted)), desk.Form("f2", desk.Create(edited)) };
        foreach (var form in forms)
        {
            (await desk.PostAsync(form, phone)).ShouldBeSuccess();
        }
        var submissions = $"{desk.Domain.Programme.FormPath(desk.Xmlns)}/submissions";
        (await desk.Domain.Admin.DeleteAsync($"{submissions}/f1")).ShouldBe(HttpStatusCode.OK);
        var edit = forms[1]
            .Replace("Amina", "Bello", StringComparison.Ordinal)
            .Replace(" version=\"10\"", "", StringComparison.Ordinal)
            .Replace(
                "<n1:instanceID>f2</n1:instanceID>",
                "<n1:instanceID>f3</n1:instanceID><n1:deprecatedID>f2</n1:deprecatedID>",
                StringComparison.Ordinal
            );
        (
            await desk.Domain.Admin.SendAsync(
                HttpMethod.Put,
                $"{submissions}/f2",
                new StringContent(edit, Encoding.UTF8, "application/xml")
            )
        ).ShouldBe(HttpStatusCode.OK);
        Assert.Equal("Bello", (await desk.CaseAsync(edited)).Text("case_name"));

        foreach (var form in forms)
        {
            (await desk.PostAsync(form, phone)).ShouldBeSuccess();
        }
        (await desk.FindCaseAsync(deleted)).ShouldBe(HttpStatusCode.NotFound);
        Assert.Equal("Bello", (await desk.CaseAsync(edited)).Text("case_name"));
        (await CaseTables.ReadAsync(desk.Domain.Programme.Id)).ShouldAgree();
    }

    [Fact, Clause("CC-094")]
    public async Task Other_XML_with_the_same_instance_id_is_an_edit_and_cases_are_recomputed()
    {
        var desk = await CaseDesk.OpenAsync();
        var (id, dropped, child) = (NewId(), NewId(), NewId());
        (
            await desk.PostAsync(
                desk.Form("f1", desk.Create(id, more: "<n0:update><n0:a>1</n0:a><n0:b>1</n0:b></n0:update>"), desk.Create(dropped))
            )
        ).ShouldBeSuccess();
        await desk.SubmitAsync(Update(id, "<n0:b>2</n0:b>"), desk.Create(child, more: Index(dropped)));
        var pointing = (await desk.CaseAsync(child)).Text("server_last_modified");

        (
            await desk.PostAsync(desk.Form("f1", desk.Create(id, "Bello", more: "<n0:update><n0:b>3</n0:b><n0:c>3</n0:c></n0:update>")))
        ).ShouldBeSuccess();

        var now = await desk.CaseAsync(id);
        Assert.Equal(
            ("Bello", "2", "3", false),
            (now.Text("case_name"), now.Property("b"), now.Property("c"), now.GetProperty("properties").TryGetProperty("a", out _))
        );
        (await desk.FindCaseAsync(dropped)).ShouldBe(HttpStatusCode.NotFound);
        Assert.True(string.CompareOrdinal((await desk.CaseAsync(child)).Text("server_last_modified"), pointing) > 0);
        Assert.NotNull((await desk.FindFormAsync("f1")).Json.GetProperty("edited_on").GetString());
        await desk.Domain.Programme.ShouldBeConsistentAsync();
    }

    [Fact, Clause("CC-096")]
    public async Task Concurrent_forms_are_each_applied_once()
    {
        const int Forms = 50;
        var desk = await CaseDesk.OpenAsync();
        var id = NewId();
        await desk.SubmitAsync(desk.Create(id));
        var forms = Enumerable
            .Range(0, Forms)
            .Select(i => desk.Form(Guid.NewGuid().ToString(), Update(id, $"<n0:p{i}>{i}</n0:p{i}>", null)))
            .ToList();
        await Parallel.ForEachAsync(
            forms.Concat(forms.Take(10)),
            new ParallelOptions { MaxDegreeOfParallelism = 25 },
            async (form, _) => (await desk.PostAsync(form)).ShouldBeSuccess()
        );
        Assert.Equal(
            Enumerable.Range(0, Forms).Select(i => $"p{i}").Order(),
            (await desk.CaseAsync(id)).GetProperty("properties").EnumerateObject().Select(one => one.Name).Order()
        );
        await desk.Domain.Programme.ShouldBeConsistentAsync();
        var tables = (await CaseTables.ReadAsync(desk.Domain.Programme.Id)).ShouldAgree();
        Assert.Equal((Forms + 1, Forms + 1), (tables[id]["Transactions"]!.AsArray().Count, (int)tables[id]["Version"]!));
    }
}
