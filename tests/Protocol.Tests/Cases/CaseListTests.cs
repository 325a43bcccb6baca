using System.Net;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Cases;

/// <summary>The list of cases, one case's forms, and the cases that refer to it (CC-146).</summary>
public sealed class CaseListTests
{
    [Fact, Clause("CC-146")]
    public async Task Each_parameter_of_the_list_filters_or_is_refused()
    {
        var desk = await CaseDesk.OpenAsync();
        var (old, young) = (CaseDesk.NewId(), CaseDesk.NewId());
        await desk.SubmitAsync(
            CaseDesk.Block(
                old,
                "<n0:create><n0:case_type>patient</n0:case_type><n0:case_name>Old Amina</n0:case_name></n0:create>"
                    + "<n0:update><n0:external_id>HH-7</n0:external_id></n0:update><n0:close/>",
                "2010-01-01T10:00:00Z"
            )
        );
        await desk.SubmitAsync(desk.Create(young, "Young Bello", type: "household", owner: "u3"));
        Assert.Equal(2, Ids((await ListAsync(desk, "")).Json).Count());
        await Eventually.TrueAsync(
            async () => Ids((await ListAsync(desk, "indexed_on.gt=2020-01-01")).Json).Count() == 2,
            "both are listed by the time of writing"
        );
        var first = (await ListAsync(desk, "")).Json.GetProperty("cases")[0].Text("indexed_on");

        foreach (var (query, expected) in Queries(desk.Worker.Id, old, young, first))
        {
            var listed = (await ListAsync(desk, query)).ShouldBe(HttpStatusCode.OK).Json;
            Assert.Equal((query, Sorted(expected)), (query, Sorted(Ids(listed))));
        }
        foreach (var unknown in new[] { "query=a", "last_modified=2020-01-01", "date_opened.eq=2020-01-01", "x=1", "format=xml" })
        {
            (await ListAsync(desk, unknown)).ShouldBe(HttpStatusCode.BadRequest);
        }
        (await ListAsync(desk, "closed=true&closed=false")).ShouldBe(HttpStatusCode.BadRequest);
        (await ListAsync(desk, "indexed_on.gt=2020-01-01&indexed_on.gt=2021-01-01")).ShouldBe(HttpStatusCode.BadRequest);
        foreach (var wrong in new[] { "last_modified.gt=yesterday", "closed=perhaps", "count=2", "limit=many", "cursor=!!", "cursor=YQ" })
        {
            (await ListAsync(desk, wrong)).ShouldBe(HttpStatusCode.BadRequest);
        }
    }

    private static (string Query, string[] Expected)[] Queries(string owner, string old, string young, string first) =>
        [
            ("", [old, young]),
            ("case_type=patient&case_type=household", [old, young]),
            ("case_type=patient", [old]),
            ("closed=false", [young]),
            ($"owner_id=u3&owner_id={owner}", [old, young]),
            ("owner_id=u3", [young]),
            ("case_name=Old%20Amina&case_name=x&external_id=HH-7&external_id=y", [old]),
            ("search=AMINA", [old]),
            ("search=hh-7", [old]),
            ($"search={young}", [young]),
            ("search=zebra", []),
            ("last_modified.lt=2011-01-01", [old]),
            ("last_modified.gte=2010-01-01T10:00:00Z&last_modified.lte=2010-01-01T10:00:00Z", [old]),
            ("last_modified.gt=2010-01-01T10:00:00Z", [young]),
            ("server_last_modified.gt=2020-01-01", [old, young]),
            ("indexed_on.lt=2020-01-01", []),
            ($"indexed_on.gte={first}", [old, young]),
            ($"indexed_on.gt={first}&count=false", [young]),
            ($"indexed_on.lte={first}", [old]),
            ($"indexed_on.lt={first}", []),
            ("date_opened.lt=2011-01-01", [old]),
            ("date_closed.gt=2000-01-01", [old]),
            ("date_closed.lt=2000-01-01", []),
            ("format=json&count=false", [old, young]),
        ];

    [Fact, Clause("CC-146")]
    public async Task Pages_without_a_count_have_each_case_once_and_read_no_more_than_the_page()
    {
        var desk = await CaseDesk.OpenAsync();
        var other = await CaseDesk.OpenAsync();
        var ids = Enumerable.Range(0, 7).Select(_ => CaseDesk.NewId()).ToList();
        await desk.SubmitAsync([.. ids.Select((id, number) => desk.Create(id, $"Case {number}", owner: number < 4 ? "u1" : "u2"))]);
        await desk.SubmitAsync(CaseDesk.Update(ids[0], "<n0:a>1</n0:a>"));
        await desk.SubmitAsync(CaseDesk.Block(ids[1], "<n0:update><n0:owner_id>u2</n0:owner_id></n0:update>"));
        await other.SubmitAsync(other.Create(CaseDesk.NewId()));
        await ListAsync(desk, "count=false"); // so that the caller is known

        foreach (var (query, expected) in new[] { ("", ids), ("owner_id=u2&", [ids[1], .. ids[4..]]) })
        {
            var (found, address) = (new List<string>(), desk.Domain.At($"/api/case/v2/?{query}count=false&limit=2"));
            for (var pages = 0; address is not null; pages++)
            {
                var answer = (await desk.Domain.Admin.GetAsync(address)).ShouldBe(HttpStatusCode.OK);
                Assert.InRange(answer.StorageOperations, 1, query.Length == 0 && pages > 0 ? 2 : 1);
                Assert.False(answer.Json.TryGetProperty("matching_records", out _));
                found.AddRange(Ids(answer.Json));
                address = answer.Json.GetProperty("next").GetString();
            }
            Assert.Equal(Sorted(expected), Sorted(found));
        }

        // A cursor opens no other project's list.
        var foreign = (await ListAsync(other, "count=false&limit=1")).Json;
        var theirs = (await ListAsync(desk, "count=false&limit=1")).Json.GetProperty("next").GetString()!.Split("cursor=")[1];
        Assert.Equal(JsonValueKind.Null, foreign.GetProperty("next").ValueKind);
        (await ListAsync(other, $"count=false&cursor={theirs}")).ShouldBe(HttpStatusCode.BadRequest);
        (await ListAsync(desk, $"cursor={theirs}")).ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact, Clause("CC-146")]
    public async Task Pages_while_cases_change_and_move_miss_none_and_repeat_only_what_changed()
    {
        var desk = await CaseDesk.OpenAsync();
        var ids = Enumerable.Range(0, 12).Select(number => CaseDesk.NewId($"c{number:D2}")).ToList();
        foreach (var some in ids.Chunk(4))
        {
            // Of one form and one owner: written at once.
            await desk.SubmitAsync([.. some.Select(id => desk.Create(id))]);
        }
        var order = Ids((await ListAsync(desk, "")).Json).ToList();
        Assert.Equal(ids, order.Order());

        var pages = new List<List<string>>();
        for (var address = desk.Domain.At("/api/case/v2/?limit=3"); address is not null;)
        {
            var page = (await desk.Domain.Admin.GetAsync(address)).ShouldBe(HttpStatusCode.OK).Json;
            Assert.Equal(ids.Count, page.GetProperty("matching_records").GetInt32());
            pages.Add([.. Ids(page)]);
            Assert.Equal(pages[^1], (await desk.Domain.Admin.GetAsync(address)).Json.GetProperty("cases").EnumerateArray().Select(Id));
            address = page.GetProperty("next").GetString();
            if (pages.Count == 1)
            {
                // One that was listed, and one that was not yet, each to another owner.
                foreach (var moved in new[] { order[0], order[4] })
                {
                    await desk.SubmitAsync(CaseDesk.Block(moved, "<n0:update><n0:owner_id>elsewhere</n0:owner_id></n0:update>"));
                }
            }
        }
        Assert.Equal([.. order.Except([order[4]]), order[0], order[4]], pages.SelectMany(page => page));
        Assert.All(pages.SkipLast(1), page => Assert.Equal(3, page.Count));
    }

    [Fact, Clause("CC-146")]
    public async Task A_case_has_its_forms_with_what_each_changed_and_the_cases_that_refer_to_it()
    {
        var desk = await CaseDesk.OpenAsync();
        var (household, patient, visitor) = (CaseDesk.NewId(), CaseDesk.NewId(), CaseDesk.NewId());
        var first = await desk.SubmitAsync(desk.Create(household, "Bello", type: "household"));
        var second = await desk.SubmitAsync(
            CaseDesk.Update(household, "<n0:size>5</n0:size>"),
            desk.Create(patient, more: CaseDesk.Index(household)),
            desk.Create(visitor, more: CaseDesk.Index(household))
        );
        await desk.SubmitAsync(CaseDesk.Block(visitor, CaseDesk.Index("")));

        var forms = (await GetAsync(desk, $"form/v1/{household}")).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal(2, forms.GetProperty("meta").GetProperty("total_count").GetInt32());
        var listed = forms.GetProperty("objects").EnumerateArray().ToList();
        Assert.Equal([second, first], listed.Select(one => one.Text("submission_id")));
        Assert.Equal((desk.Worker.Username, "Visit"), (listed[0].Text("submitted_by"), listed[0].Text("name")));
        var change = Assert.Single(listed[0].GetProperty("changes").EnumerateArray());
        Assert.Equal("5", change.GetProperty("update").Text("size"));
        Assert.Equal("household", listed[1].GetProperty("changes")[0].GetProperty("create").Text("case_type"));
        Assert.Equal(
            [first],
            (await GetAsync(desk, $"form/v1/{household}?limit=1&offset=1"))
                .Json.GetProperty("objects")
                .EnumerateArray()
                .Select(one => one.Text("form_id"))
        );

        var referring = (await GetAsync(desk, $"index/v1/{household}")).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal([patient], Ids(referring));
        Assert.False(referring.GetProperty("more").GetBoolean());
        Assert.Empty(Ids((await GetAsync(desk, $"index/v1/{patient}")).Json));

        var other = await CaseDesk.OpenAsync();
        foreach (var resource in new[] { "form", "index" })
        {
            (await GetAsync(other, $"{resource}/v1/{household}")).ShouldBe(HttpStatusCode.NotFound);
            (await GetAsync(desk, $"{resource}/v1/unknown")).ShouldBe(HttpStatusCode.NotFound);
        }
    }

    private static Task<Answer> ListAsync(CaseDesk desk, string query) =>
        desk.Domain.Admin.GetAsync(desk.Domain.At($"/api/case/v2/?{query}"));

    private static Task<Answer> GetAsync(CaseDesk desk, string path) => desk.Domain.Admin.GetAsync(desk.Domain.At($"/api/case/{path}"));

    private static IEnumerable<string> Ids(JsonElement list) =>
        list.GetProperty("cases").EnumerateArray().Select(one => one.Text("case_id"));

    private static string Id(JsonElement one) => one.Text("case_id");

    private static string Sorted(IEnumerable<string> ids) => string.Join(' ', ids.Order(StringComparer.Ordinal));
}
