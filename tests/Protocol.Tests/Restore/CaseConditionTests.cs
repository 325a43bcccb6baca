using System.Net;
using System.Net.Http.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using static ServerlessRosa.Protocol.Tests.Restore.CaseSearchTests;
using static ServerlessRosa.Protocol.Tests.Restore.RestoredCaseTests;

namespace ServerlessRosa.Protocol.Tests.Restore;

/// <summary>What case searches find, in which order, and which cases come with them (CC-151).</summary>
public sealed class CaseConditionTests
{
    [Fact, Clause("CC-151")]
    public async Task Ranges_compare_days_and_numbers_and_sorting_takes_the_first_of_all()
    {
        var (domain, owner, finder) = await StartAsync();
        var (young, old, blank) = (Id(), Id(), Id());
        PhoneBlock Of(string id, string age, string visit) =>
            Create(id, owner) with
            {
                Properties = new Dictionary<string, string> { ["age"] = age, ["visit"] = visit },
            };
        await SubmitWithoutPhoneAsync(
            domain,
            Of(old, "10.5", "2024-02-01T10:00:00.000+01"),
            Of(blank, "", "unknown"),
            Of(young, "9", "2024-01-31")
        );

        async Task ShouldFindAsync(string query, params string[] ids) =>
            Assert.Equal(
                ids.Order(),
                Found(await SearchAsync(domain, finder, $"?case_type=patient&{query}"))
                    .Select(one => one.Attribute("case_id")!.Value)
                    .Order()
            );
        await ShouldFindAsync("age=__range__9__10", young);
        await ShouldFindAsync("age=__range__-1__1e1", young);
        await ShouldFindAsync("age=__range__9.5__100&age=", old, blank);
        await ShouldFindAsync("visit=__range__2024-01-31__2024-02-01", young, old);
        await ShouldFindAsync("visit=__range__2024-02-01__2024-02-01", old);
        await ShouldFindAsync($"@case_id={old}&@status=open&owner_id=", old);
        foreach (var range in new[] { "kano__kanz", "2024-01-01", "2024-01-01__9", "2024-13-01__2024-13-02", "1__2__3", "__" })
        {
            (await finder.Worker.Phone.GetAsync(domain.At($"/phone/search/?case_type=patient&age=__range__{range}"))).ShouldBe(
                HttpStatusCode.BadRequest
            );
        }

        async Task ShouldSortAsync(string keys, params string[] ids) =>
            Assert.Equal(
                ids,
                Found(await SearchAsync(domain, finder, $"?case_type=patient&commcare_sort={keys}"))
                    .Select(one => one.Attribute("case_id")!.Value)
            );
        await ShouldSortAsync("age:numeric", blank, young, old);
        await ShouldSortAsync("-age:numeric", old, young, blank);
        await ShouldSortAsync("%2Bage", blank, old, young);
        await ShouldSortAsync("case_name,-visit:date", old, young, blank);
    }

    [Fact, Clause("CC-151")]
    public async Task Similar_words_are_found_in_the_properties_that_the_project_names()
    {
        var (domain, owner, finder) = await StartAsync();
        var (kano, near, other) = (Id(), Id(), Id());
        await SubmitWithoutPhoneAsync(
            domain,
            Patient(near, owner, "Old Kanno"),
            Patient(kano, owner, "kano"),
            Patient(other, owner, "lagos")
        );
        async Task<IEnumerable<string>> FindAsync(string query) =>
            Found(await SearchAsync(domain, finder, query)).Select(one => one.Attribute("case_id")!.Value);
        Assert.Equal([kano], await FindAsync("?case_type=patient&village=kano"));

        var fuzzy = new { fuzzyProperties = new[] { new { caseType = "patient", properties = new[] { "village" } } } };
        var changed = await domain.Admin.SendAsync(HttpMethod.Patch, $"/projects/{domain.Programme.Id}", JsonContent.Create(fuzzy));
        Assert.Equal(
            "village",
            changed.ShouldBe(HttpStatusCode.OK).Json.GetProperty("fuzzyProperties")[0].GetProperty("properties")[0].GetString()
        );
        foreach (var wrong in new[] { """{"fuzzyProperties":[{"caseType":"x"}]}""", """{"fuzzyProperties":"village"}""" })
        {
            (
                await domain.Admin.SendAsync(
                    HttpMethod.Patch,
                    $"/projects/{domain.Programme.Id}",
                    new StringContent(wrong, null, "application/json")
                )
            ).ShouldBe(HttpStatusCode.BadRequest);
        }

        Assert.Equal([kano, near], await FindAsync("?case_type=patient&village=kano"));
        Assert.Equal([near, kano], await FindAsync("?case_type=patient&village=KANNO"));
        Assert.Equal([near], await FindAsync("?case_type=patient&village=OLD%20town&village=yola"));
        Assert.Equal([other], await FindAsync("?case_type=patient&village=lagso"));
        Assert.Empty(await FindAsync("?case_type=patient&village=sano"));
        Assert.Empty(await FindAsync("?case_type=patient&village=kanoooo"));
        Assert.Empty(await FindAsync("?case_type=patient&case_name=Amin"));
        var words = string.Join('+', Enumerable.Range(0, 21));
        (await finder.Worker.Phone.GetAsync(domain.At($"/phone/search/?case_type=patient&village={words}"))).ShouldBe(
            HttpStatusCode.BadRequest
        );
    }

    [Fact, Clause("CC-151")]
    public async Task Related_cases_come_with_the_found_ones_when_asked_for()
    {
        var (domain, owner, finder) = await StartAsync();
        var (clinic, house, patient, visit, note, gone) = (Id(), Id(), Id(), Id(), Id(), Id());
        PhoneBlock Of(string id, string type, params IReadOnlyList<PhoneIndex> indices) =>
            Create(id, owner) with
            {
                CaseType = type,
                Indices = indices,
            };
        var properties = new Dictionary<string, string>
        {
            ["clinic"] = clinic,
            ["village"] = "kano",
            ["gone"] = gone,
        };
        await SubmitWithoutPhoneAsync(
            domain,
            Of(clinic, "clinic"),
            Of(house, "house", new PhoneIndex("host", clinic, true)),
            Of(Id(), "house"),
            Of(patient, "patient", new PhoneIndex("parent", house, false)) with
            {
                Properties = properties,
            },
            Of(visit, "visit", new PhoneIndex("parent", patient, false)),
            Of(note, "note", new PhoneIndex("host", visit, true)),
            Of(gone, "visit", new PhoneIndex("host", patient, true)) with
            {
                Closes = true,
            }
        );

        async Task ShouldRelateAsync(string query, params string[] related)
        {
            var found = Found(await SearchAsync(domain, finder, $"?case_type=patient&{query}"));
            Assert.Equal(patient, found[0].Attribute("case_id")!.Value);
            Assert.Null(found[0].Element("commcare_is_related_case"));
            Assert.All(found.Skip(1), one => Assert.Equal("true", one.Element("commcare_is_related_case")!.Value));
            Assert.Equal(related.Order(), found.Skip(1).Select(one => one.Attribute("case_id")!.Value).Order());
        }
        await ShouldRelateAsync("village=kano");
        await ShouldRelateAsync("x_commcare_custom_related_case_property=clinic", clinic);
        await ShouldRelateAsync("commcare_custom_related_case_property=gone&x_commcare_include_all_related_cases=false", gone);
        await ShouldRelateAsync("x_commcare_custom_related_case_property=village&_xpath_query=");
        await ShouldRelateAsync("x_commcare_include_all_related_cases=true", clinic, house, visit, note);
        await ShouldRelateAsync($"indices.parent={house}&x_commcare_custom_related_case_property=clinic", clinic);
    }
}
