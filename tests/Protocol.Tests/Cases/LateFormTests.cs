using System.Net;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Maintenance;
using ServerlessRosa.Protocol.Tests.Restore;
using static ServerlessRosa.Protocol.Tests.Cases.CaseDesk;

namespace ServerlessRosa.Protocol.Tests.Cases;

/// <summary>Forms that arrive after others which were filled later (CC-154), on the server and on the phones of the same user.</summary>
public sealed class LateFormTests
{
    [Fact, Clause("CC-154"), Clause("CC-069"), Clause("CC-093")]
    public async Task A_form_that_waited_on_a_phone_does_not_undo_what_the_same_user_said_later()
    {
        var desk = await CaseDesk.OpenAsync();
        var id = NewId();
        await desk.SubmitAsync(desk.Create(id));
        await desk.SubmitAsync(Update(id, "<n0:weight>9</n0:weight>", "2020-01-01T12:00:00Z"));
        var late = Guid.NewGuid().ToString();
        var xml = desk.Form(late, Update(id, "<n0:weight>7</n0:weight><n0:height>70</n0:height>", "2020-01-01T13:00:00+03"));
        (await desk.PostAsync(xml)).ShouldBeSuccess();

        var after = await desk.CaseAsync(id);
        Assert.Equal(
            ("9", "70", "2020-01-01T12:00:00.000000Z"),
            (after.Property("weight"), after.Property("height"), after.Text("last_modified"))
        );
        (await desk.PostAsync(xml)).ShouldBeSuccess();
        Assert.Equal(after.Text("server_last_modified"), (await desk.CaseAsync(id)).Text("server_last_modified"));
        Assert.Equal(["9", "7,70", ""], await ChangesAsync(desk, id));

        // Another user's form, and one without a date, are the newest whatever they say.
        var other = await CaseDesk.OpenAsync(desk.Domain);
        await other.SubmitAsync(Update(id, "<n0:weight>5</n0:weight>", "2019-01-01"));
        Assert.Equal("5", (await desk.CaseAsync(id)).Property("weight"));
        await desk.SubmitAsync(Update(id, "<n0:weight>4</n0:weight>", date: null));
        Assert.Equal("4", (await desk.CaseAsync(id)).Property("weight"));

        // So is what a script writes, though its user has a phone with a clock that is ahead.
        await desk.SubmitAsync(Update(id, "<n0:weight>3</n0:weight>", "2200-01-01"));
        (
            await desk.Domain.Admin.SendAsync(
                HttpMethod.Put,
                desk.Domain.At($"/api/case/v2/{id}/"),
                System.Net.Http.Json.JsonContent.Create(new { properties = new { weight = "2" } })
            )
        ).ShouldBe(HttpStatusCode.OK);
        Assert.Equal("2", (await desk.CaseAsync(id)).Property("weight"));
        await desk.Domain.Programme.ShouldBeConsistentAsync();
    }

    [Fact, Clause("CC-154")]
    public async Task A_late_form_costs_one_operation_per_form_of_its_cases_more_than_one_in_time()
    {
        var desk = await CaseDesk.OpenAsync();
        var id = NewId();
        await desk.SubmitAsync(desk.Create(id));
        var inTime = 0;
        const int forms = 8;
        for (var number = 0; number < forms; number++)
        {
            inTime = (await SendAsync($"2020-01-{10 + number}", $"<n0:n{number}>1</n0:n{number}>")).StorageOperations;
        }

        var late = await SendAsync("2020-01-01", "<n0:n0>late</n0:n0><n0:late>1</n0:late>");

        // Also once more: it is inserted between forms that were late themselves.
        var again = await SendAsync("2020-01-02", "<n0:n1>late</n0:n1>");
        var after = await desk.CaseAsync(id);
        Assert.Equal(("1", "1", "1"), (after.Property("n0"), after.Property("n1"), after.Property("late")));
        Assert.InRange(late.StorageOperations, inTime, inTime + forms + 4);
        Assert.InRange(again.StorageOperations, inTime, inTime + forms + 5);

        async Task<Answer> SendAsync(string date, string properties) =>
            (await desk.PostAsync(desk.Form(Guid.NewGuid().ToString(), Update(id, properties, date)))).ShouldBeSuccess();
    }

    [Fact, Clause("CC-154"), Clause("CC-094")]
    public async Task Edits_deletions_and_restorations_keep_the_order_of_the_phone()
    {
        var desk = await CaseDesk.OpenAsync();
        var (id, created) = (NewId(), NewId());
        var (early, later) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString());

        // The update arrives before the form that creates the case.
        (await desk.PostAsync(desk.Form(later, Update(id, "<n0:x>later</n0:x><n0:case_name>Bello</n0:case_name>")))).ShouldBeSuccess();
        (await desk.PostAsync(desk.Form(early, desk.Create(id, more: "<n0:update><n0:x>early</n0:x></n0:update>")))).ShouldBeSuccess();
        Assert.Equal(("patient", "Bello", "later"), await ReadAsync());

        var submissions = $"{desk.Domain.Programme.Path}/forms/{Uri.EscapeDataString(desk.Xmlns)}/submissions";
        (await desk.Domain.Admin.DeleteAsync($"{submissions}/{later}")).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(("patient", "Amina", "early"), await ReadAsync());
        (await desk.Domain.Admin.PostAsync($"{submissions}/{later}/restore")).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(("patient", "Bello", "later"), await ReadAsync());

        // An edit has the place of what it replaces, even if it is dated later.
        (
            await desk.PostAsync(
                desk.Form(early, desk.Create(id), desk.Create(created), Update(id, "<n0:x>edit</n0:x><n0:y>1</n0:y>", "2021-01-01"))
            )
        ).ShouldBeSuccess();
        Assert.Equal(("patient", "Bello", "later"), await ReadAsync());
        Assert.Equal("1", (await desk.CaseAsync(id)).Property("y"));
        await desk.Domain.Programme.ShouldBeConsistentAsync();

        async Task<(string, string, string)> ReadAsync()
        {
            var value = await desk.CaseAsync(id);
            return (value.Text("case_type"), value.Text("case_name"), value.Property("x"));
        }
    }

    [Fact, Clause("CC-154"), Clause("CC-117"), Clause("CC-129"), Clause("CC-138")]
    public async Task Both_phones_of_a_user_get_what_a_late_form_makes_of_a_case()
    {
        var domain = await Domain.StartAsync();
        var phone = await DomainPhone.StartAsync(domain);
        var id = RestoredCaseTests.Id();
        await phone.SubmitAsync(new PhoneBlock(id) { Creates = true, Owner = phone.Worker.Id });
        var other = new DomainPhone(domain, phone.Worker);
        await other.SyncAsync();
        await phone.SyncAsync();

        // Filled on the one phone before the update on the other, and sent after it.
        var waits = new PhoneBlock(id) { Properties = Of(("a", "1"), ("b", "1")) };
        var element = CaseForms.Element(waits, phone.Worker.Id);
        phone.Simulated.Apply(waits);
        await other.SubmitAsync(new PhoneBlock(id) { Properties = Of(("b", "2")) });
        await domain.SubmitAsync(
            phone.Worker.Phone,
            phone.Simulated.Token,
            CaseForms.Xml(Guid.NewGuid().ToString(), phone.Worker.Id, element)
        );

        Assert.Equal((id, id), (await phone.SyncAsync(), await other.SyncAsync()));
        foreach (var one in new[] { phone, other })
        {
            Assert.Equal(("1", "2"), (one.Simulated.Cases[id].Properties["a"], one.Simulated.Cases[id].Properties["b"]));
            Assert.Equal("", await one.SyncAsync());
        }

        // One phone sends two forms in the wrong order: its state is what it did.
        var (first, second) = (new PhoneBlock(id) { Owner = "nobody" }, new PhoneBlock(id) { Owner = phone.Worker.Id });
        var firstElement = CaseForms.Element(first, phone.Worker.Id);
        phone.Simulated.Apply(first);
        await phone.SubmitAsync(second);
        await domain.SubmitAsync(
            phone.Worker.Phone,
            phone.Simulated.Token,
            CaseForms.Xml(Guid.NewGuid().ToString(), phone.Worker.Id, firstElement)
        );
        Assert.Equal(id, await phone.SyncAsync());
        Assert.Equal(id, phone.Footprint());
        (await CaseTables.ReadAsync(domain.Programme.Id)).ShouldAgree();
    }

    [Fact, Clause("CC-105")]
    public async Task Case_blocks_inside_a_device_report_make_no_case()
    {
        var desk = await CaseDesk.OpenAsync();
        var (id, logged) = (NewId(), NewId());
        await desk.SubmitAsync(
            $"<report xmlns='http://code.javarosa.org/devicereport'><log>{desk.Create(logged)}</log></report>",
            desk.Create(id)
        );
        Assert.Equal("Amina", (await desk.CaseAsync(id)).Text("case_name"));
        (await desk.FindCaseAsync(logged)).ShouldBe(HttpStatusCode.NotFound);
    }

    // Newest first: the values that each form set.
    private static async Task<IEnumerable<string>> ChangesAsync(CaseDesk desk, string id)
    {
        var forms = (await desk.Domain.Admin.GetAsync(desk.Domain.At($"/api/case/form/v1/{id}/"))).ShouldBe(HttpStatusCode.OK).Json;
        return forms
            .GetProperty("objects")
            .EnumerateArray()
            .Select(form => form.GetProperty("changes")[0].GetProperty("update"))
            .Select(update =>
                update.ValueKind == JsonValueKind.Null
                    ? ""
                    : string.Join(',', update.EnumerateObject().Select(property => property.Value.GetString()))
            );
    }

    private static Dictionary<string, string> Of(params (string Name, string Text)[] properties) =>
        properties.ToDictionary(property => property.Name, property => property.Text);
}
