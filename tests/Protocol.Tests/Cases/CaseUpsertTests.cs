using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using static ServerlessRosa.Protocol.Tests.Cases.CaseApiTests;

namespace ServerlessRosa.Protocol.Tests.Cases;

/// <summary>Cases by external id, and which members an answer has (CC-146).</summary>
public sealed class CaseUpsertTests
{
    [Fact, Clause("CC-146")]
    public async Task Cases_are_named_by_external_id_and_created_if_there_are_none()
    {
        var desk = await CaseDesk.OpenAsync();
        var household = await CreateHouseholdAsync(desk);
        object[] upserts =
        [
            Item(("create", null), ("external_id", "HH-7"), ("case_type", "household"), ("case_name", "Again")),
            Item(("create", null), ("external_id", "HH-9")),
        ];
        var made = (await PostAsync(desk, upserts)).ShouldBe(HttpStatusCode.OK).Json.GetProperty("cases");
        Assert.Equal((household, "Again", "HH-9"), (made[0].Text("case_id"), made[0].Text("case_name"), made[1].Text("external_id")));
        Assert.Equal(2, await CountAsync(desk, "include_deprecated=true"));
        var found = (await GetAsync(desk, "ext/HH-9/?exclude=domain")).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal(made[1].Text("case_id"), found.Text("case_id"));
        Assert.False(found.TryGetProperty("domain", out _));
        (await GetAsync(desk, "ext/HH-0/")).ShouldBe(HttpStatusCode.NotFound);

        var byExternal = (await PutAsync(desk, "", new { external_id = "HH-9", properties = new { size = "1" } }))
            .ShouldBe(HttpStatusCode.OK)
            .Json;
        Assert.Equal("1", byExternal.GetProperty("case").Property("size"));
        (await PutAsync(desk, "", new { case_id = household, close = true })).ShouldBe(HttpStatusCode.OK);
        foreach (var wrong in new object[] { new { external_id = "HH-0" }, new { case_id = "unknown" }, new { case_name = "Nobody" } })
        {
            (await PutAsync(desk, "", wrong)).ShouldBe(HttpStatusCode.BadRequest);
        }
        (await PutAsync(desk, household, new { case_id = "another" })).ShouldBe(HttpStatusCode.BadRequest);
        (await PutAsync(desk, "ext/HH-7", new { external_id = "HH-8" })).ShouldBe(HttpStatusCode.BadRequest);
        (await PostAsync(desk, Item())).ShouldBe(HttpStatusCode.BadRequest); // a single case is always created

        // Of two cases with one external id, reading takes one, and writing refuses to choose.
        var twin = Item(("create", null), ("external_id", "HH-7"));
        twin.Remove("create");
        (await PostAsync(desk, twin)).ShouldBe(HttpStatusCode.Created);
        (await GetAsync(desk, "ext/HH-7")).ShouldBe(HttpStatusCode.OK);
        (await PutAsync(desk, "ext/HH-7", new { case_name = "Which?" })).ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact, Clause("CC-146")]
    public async Task An_answer_has_the_members_that_are_asked_for()
    {
        var desk = await CaseDesk.OpenAsync();
        await CreateHouseholdAsync(desk);
        var listed = (await GetAsync(desk, "?fields=case_id,colour&fields.properties=size")).ShouldBe(HttpStatusCode.OK).Json;
        var one = listed.GetProperty("cases")[0];
        Assert.Equal(["case_id", "properties"], one.EnumerateObject().Select(member => member.Name));
        Assert.Equal("4", one.Property("size"));
        Assert.Equal(1, listed.GetProperty("matching_records").GetInt32());
        var rest = (await GetAsync(desk, $"{one.Text("case_id")}?exclude=indices,properties.size")).ShouldBe(HttpStatusCode.OK).Json;
        Assert.False(rest.TryGetProperty("indices", out _));
        Assert.Empty(rest.GetProperty("properties").EnumerateObject());
        (await GetAsync(desk, "?fields=case_id&exclude=domain")).ShouldBe(HttpStatusCode.BadRequest);
        (await GetAsync(desk, $"{one.Text("case_id")}?colour=red")).ShouldBe(HttpStatusCode.BadRequest);
        (await GetAsync(desk, "?limit=5001")).ShouldBe(HttpStatusCode.BadRequest);
        Assert.Equal(1, await CountAsync(desk, "properties.state=")); // not set is blank
    }

    private static Task<Answer> GetAsync(CaseDesk desk, string rest) => desk.Domain.Admin.GetAsync(desk.Domain.At($"/api/case/v2/{rest}"));
}
