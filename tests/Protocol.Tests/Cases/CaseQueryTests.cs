using System.Net;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Cases;

/// <summary>Expressions in HQ's case search query language, in the list of cases and in searches (CC-146, CC-151).</summary>
public sealed class CaseQueryTests
{
    private static readonly string[] Names = ["home", "amina", "bello", "visit", "late"];

    [Fact, Clause("CC-146"), Clause("CC-151")]
    public async Task Conditions_on_a_case_and_on_related_ones_select_cases_of_a_list_and_of_a_search()
    {
        var desk = await CaseDesk.OpenAsync();
        var ids = Names.ToDictionary(name => name, name => CaseDesk.NewId(name));
        await CreateAsync(desk, ids);

        foreach (var (query, expected) in Own(desk, ids).Concat(Related(ids)))
        {
            var listed = (await ListAsync(desk, query)).ShouldBe(HttpStatusCode.OK).Json;
            Assert.Equal((query, string.Join(' ', expected.Order())), (query, string.Join(' ', NamesOf(listed, ids))));
        }

        // The other order of the list, another filter and a page beside it.
        var byOwner = (await ListAsync(desk, "weight > 4", "&count=false&case_type=patient")).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal(["amina", "bello"], NamesOf(byOwner, ids));
        var page = (await ListAsync(desk, "parent/name = 'Home'", "&limit=1")).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal((2, 1), (page.GetProperty("matching_records").GetInt32(), page.GetProperty("cases").GetArrayLength()));
        var rest = (await desk.Domain.Admin.GetAsync(page.Text("next"))).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal(["amina", "bello"], NamesOf(page, ids).Concat(NamesOf(rest, ids)).Order());

        async Task<string> SearchAsync(string more) =>
            (await desk.Domain.Admin.GetAsync(desk.Domain.At($"/phone/search/?case_type=patient{more}"))).ShouldBe(HttpStatusCode.OK).Text;
        var found = await SearchAsync(
            $"&_xpath_query={Escape("subcase-exists('parent')")}&_xpath_query={Escape("weight < 10")}&_xpath_query="
        );
        Assert.Contains(ids["amina"], found, StringComparison.Ordinal);
        Assert.DoesNotContain(ids["bello"], found, StringComparison.Ordinal);
    }

    [Fact, Clause("CC-146"), Clause("CC-151")]
    public async Task What_is_no_expression_of_the_language_or_too_large_is_refused_with_its_reason()
    {
        var desk = await CaseDesk.OpenAsync();
        foreach (var (query, reason) in Wrong())
        {
            var refused = (await ListAsync(desk, query)).ShouldBe(HttpStatusCode.BadRequest);
            Assert.Contains(reason, refused.Json.Text("error"), StringComparison.Ordinal);
        }
        var search = await desk.Domain.Admin.GetAsync(desk.Domain.At("/phone/search/?case_type=patient&_xpath_query=uuid()"));
        Assert.Contains("uuid()", search.ShouldBe(HttpStatusCode.BadRequest).Text, StringComparison.Ordinal);
        using var long_ = new FormUrlEncodedContent([
            new("case_type", "patient"),
            new("_xpath_query", string.Concat(Enumerable.Repeat("not(", 800)) + "a=1"),
        ]);
        (await desk.Domain.Admin.PostAsync(desk.Domain.At("/phone/search/"), long_)).ShouldBe(HttpStatusCode.BadRequest);
    }

    private static async Task CreateAsync(CaseDesk desk, Dictionary<string, string> ids)
    {
        static string Update(params string[] properties) =>
            $"<n0:update>{string.Concat(properties.Chunk(2).Select(one => $"<n0:{one[0]}>{one[1]}</n0:{one[0]}>"))}</n0:update>";
        var home = desk.Create(ids["home"], "Home", type: "household", more: Update("place", "9.0579 7.4951 0 0"));
        var amina = Update("weight", "7.5", "born", "2014-03-01", "tests", "Blood X-ray", "place", "9.06 7.49");
        var bello = Update("weight", "10", "born", "2014-03-02T00:30:00.000+01", "tests", "blood_2 eye's", "place", "6.5 3.4");
        await desk.SubmitAsync(
            home,
            desk.Create(ids["amina"], "Amina", more: amina + CaseDesk.Index(ids["home"])),
            desk.Create(ids["bello"], "Bello", owner: "u3", more: bello + CaseDesk.Index(ids["home"]))
        );
        await desk.SubmitAsync(
            desk.Create(ids["visit"], "Visit", type: "visit", more: Update("result", "1") + CaseDesk.Index(ids["amina"], type: "patient")),
            desk.Create(ids["late"], "Late", type: "visit", more: Update("result", "2") + CaseDesk.Index(ids["amina"], type: "patient"))
        );
        await desk.SubmitAsync(CaseDesk.Block(ids["late"], "<n0:close/>", "2020-06-01T23:00:00Z"));
    }

    private static (string Query, string[] Expected)[] Own(CaseDesk desk, Dictionary<string, string> ids) =>
        [
            ("name = 'Amina'", ["amina"]),
            ("@case_type != 'visit' and not(case_name = \"Home\")", ["amina", "bello"]),
            ("@status='closed' or @owner_id = 'u3'", ["late", "bello"]),
            ($"@case_id = '{ids["home"]}' or @case_id='{ids["late"]}' and result = 1", ["home"]),
            ($"(@case_id = '{ids["home"]}' or @case_id='{ids["late"]}') and @status = 'open'", ["home"]),
            ($"@owner_id != '{desk.Worker.Id}'", ["bello"]),
            ("weight > 7.5", ["bello"]),
            ("weight >= 7.5 and weight < 10", ["amina"]),
            ("weight > -1", ["amina", "bello"]),
            ("weight = 10", ["bello"]),
            ("weight = 10.0", []),
            ("weight != ''", ["amina", "bello"]),
            ("weight = ''", ["home", "visit", "late"]),
            ("born <= '2014-03-01'", ["amina", "bello"]),
            ("born > date('2014-02-28') and born < date-add('2014-02-01', 'months', 1)", []),
            ("born >= date-add(date('2014-02-22'), 'weeks', 1) and born <= date(16130)", ["amina", "bello"]),
            ("born < today()", ["amina", "bello"]),
            ("closed_on = '2020-06-01'", ["late"]),
            ("closed_on > '2020-06-01'", []),
            ("last_modified <= '2015-11-02' and @case_type = 'visit'", ["visit"]),
            ("date_opened = '2015-11-02' and closed_on >= '2000-01-01'", ["late"]),
            ("starts-with(name, 'A')", ["amina"]),
            ("starts-with(name, 'a')", []),
            ("selected(tests, 'ray eye')", ["amina"]),
            ("selected-any('tests', 'BLOOD eyes')", ["amina", "bello"]),
            ("selected-all(tests, 'x blood')", ["amina"]),
            ("selected-any(name, unwrap-list('[\"amina\", \"home\"]'))", ["amina", "home"]),
            ("name = unwrap-list('[\"Amina\", \"Home\"]')", ["amina", "home"]),
            ("fuzzy-match(name, 'belo')", ["bello"]),
            ("phonetic-match(name, 'Ameena')", ["amina"]),
            ("within-distance(place, '9.0579 7.4951', 5, 'kilometers')", ["home", "amina"]),
            ("within-distance(place, '9.0579 7.4951', 0.3, 'miles')", ["home"]),
            ("match-all()", Names),
            ("match-none() or name = 'Late'", ["late"]),
        ];

    private static (string Query, string[] Expected)[] Related(Dictionary<string, string> ids) =>
        [
            ("parent/name = 'Home'", ["amina", "bello"]),
            ("parent/parent/name = 'Home' and result = 1", ["visit"]),
            ($"ancestor-exists(parent/parent, @case_id = '{ids["home"]}')", ["visit", "late"]),
            ("ancestor-exists(parent, weight < 10 and ancestor-exists(parent, name != ''))", ["visit", "late"]),
            ("ancestor-exists(host, name = 'Home')", []),
            ("subcase-exists('parent')", ["home", "amina"]),
            ("subcase-exists('parent', @status = 'closed')", ["amina"]),
            ("subcase-exists('parent', subcase-count('parent', result > 0) = 2)", ["home"]),
            ("subcase-count('parent', @case_type = 'patient' or @case_type = 'visit') >= 2", ["home", "amina"]),
            ("@case_type = 'patient' and subcase-count('parent') < 1", ["bello"]),
        ];

    private static (string Query, string Reason)[] Wrong() =>
        [
            ("", "a property, a function or ( is expected"),
            ("a", "=, !=, <, <=, > or >= is expected"),
            ("a = b", "quotes"),
            ("a = 'b", "closing quote"),
            ("a = 1 b", "at character 7"),
            ("a + 1 = 2", "Unexpected query value +"),
            ("a = 1 AND b = 2", "Unexpected query value AND"),
            ("a = 1.2.3", "a number is expected"),
            ("a > 'x'", "needs a number or a date"),
            ("(a = 1", ") is expected"),
            ("@odd = 1", "@owner_id"),
            ("uuid() = 1", "Unexpected query value uuid()"),
            ("a = concat('b')", "Unexpected query value concat()"),
            ("a < date('2020-02-30')", "2020-02-30"),
            ("last_modified = 'now'", "a date"),
            ("selected(a)", ", is expected"),
            ("within-distance(a, 'x', 1, 'miles')", "latitude"),
            ("within-distance(a, '1 1', 1, 'parsecs')", "nauticalmiles"),
            ("subcase-count('parent', a = 1)", "=, !="),
            ("subcase-count('parent', a = 1) > -1", "whole number"),
            ("subcase-exists(parent, a = 1)", "identifier in quotes"),
            ("a/b/c/d/e/f/g = 1", "at most 5 steps"),
            ("a = unwrap-list('{')", "in JSON"),
            ("a = date-add('9999-12-31', 'years', 9000000000)", "calendar"),
            (new string('(', 1000) + "a = 1" + new string(')', 1000), "levels are nested"),
            ("a = " + string.Concat(Enumerable.Repeat("date(", 500)), "levels are nested"),
            ("a = '" + new string('x', 5000) + "'", "4096"),
        ];

    private static IEnumerable<string> NamesOf(JsonElement list, Dictionary<string, string> ids) =>
        list.GetProperty("cases").EnumerateArray().Select(one => ids.Single(known => known.Value == one.Text("case_id")).Key).Order();

    private static string Escape(string query) => Uri.EscapeDataString(query);

    private static Task<Answer> ListAsync(CaseDesk desk, string query, string more = "") =>
        desk.Domain.Admin.GetAsync(desk.Domain.At($"/api/case/v2/?query={Escape(query)}{more}"));
}
