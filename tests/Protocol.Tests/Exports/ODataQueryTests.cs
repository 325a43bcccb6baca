using System.Net;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Submissions;

namespace ServerlessRosa.Protocol.Tests.Exports;

/// <summary>Pages, filters and order of OData tables, and what is refused (OR-276 to OR-279).</summary>
public sealed class ODataQueryTests(ODataQueryTests.FiveFamilies families) : IClassFixture<ODataQueryTests.FiveFamilies>
{
    private Inbox Inbox => families.Inbox;

    [Theory, Clause("OR-278")]
    [InlineData("", "5 4 3 2 1")]
    [InlineData("?%24top=2", "5 4")]
    [InlineData("?%24skip=3", "2 1")]
    [InlineData("?%24skip=1&%24top=2", "4 3")]
    [InlineData("?%24skip=9", "")]
    [InlineData("?%24top=0", "")]
    [InlineData("?%24filter=__id%20eq%20%27uuid%3A3%27%20or%20__id%20eq%20%27uuid%3A1%27", "3 1")]
    [InlineData("?%24filter=not%20(__id%20gt%20%27uuid%3A2%27)", "2 1")]
    [InlineData("?%24filter=__system/reviewState%20eq%20null&%24top=2", "5 3")]
    [InlineData("?%24filter=__system/reviewState%20ne%20null", "4")]
    [InlineData("?%24filter=__system/submissionDate%20le%20now()%20and%20year(__system/submissionDate)%20ge%202024", "5 4 3 2 1")]
    [InlineData(
        "?%24filter=__system/submissionDate%20gt%202030-01-01T00:00:00Z%20or%20__system/submissionDate%20lt%20%272020-01-01%27",
        ""
    )]
    [InlineData("?%24filter=__system/submitterId%20eq%20-1", "")]
    [InlineData("?%24filter=__system/deletedAt%20ne%20null", "6")]
    [InlineData("?%24filter=__system/deletedAt%20eq%20null%20or%20__system/deletedAt%20ne%20null", "6 5 4 3 2 1")]
    [InlineData("?%24orderby=__system/submissionDate%20asc", "1 2 3 4 5")]
    [InlineData("?%24orderby=__system/submissionDate%20desc", "5 4 3 2 1")]
    [InlineData("?%24orderby=__system/reviewState%20desc,__id%20asc&%24top=3", "4 1 2")]
    public async Task A_table_shows_the_rows_that_are_asked_for(string query, string expected) =>
        Assert.Equal(expected, string.Join(' ', Ids(await Inbox.ODataAsync($"/Submissions{query}"))));

    [Theory, Clause("OR-278")]
    [InlineData("?%24top=2&%24count=true", 5)]
    [InlineData("?%24count=true", 5)]
    [InlineData("?%24top=0&%24count=true", 5)]
    [InlineData("?%24skip=4&%24count=true", 5)]
    [InlineData("?%24skip=7&%24count=true", 5)]
    [InlineData("?%24top=1&%24count=true&%24filter=__id%20lt%20%27uuid%3A4%27", 3)]
    [InlineData("?%24top=1&%24count=true&%24orderby=__id%20asc", 5)]
    public async Task A_count_includes_all_rows_that_match_the_filter(string query, int expected)
    {
        var page = await Inbox.ODataAsync($"/Submissions{query}");
        Assert.Equal(expected, page.GetProperty("@odata.count").GetInt32());
        if (page.TryGetProperty("@odata.nextLink", out var next))
        {
            var second = (await Inbox.Programme.Admin.GetAsync(next.GetString()!)).ShouldBe(HttpStatusCode.OK).Json;
            Assert.Equal(expected, second.GetProperty("@odata.count").GetInt32());
        }
    }

    [Theory, Clause("OR-278")]
    [InlineData("/Submissions?%24top=2", "5 4|3 2|1")]
    [InlineData("/Submissions?%24top=5", "5 4 3 2 1")]
    [InlineData("/Submissions?%24top=2&%24skip=1&%24filter=__id%20ne%20%27uuid%3A4%27", "3 2|1")]
    [InlineData("/Submissions?%24top=2&%24orderby=__id%20asc", "1 2|3 4|5")]
    [InlineData("/Submissions?%24top=9&readAtMost=2&%24filter=__system/reviewState%20eq%20%27approved%27", "|4|")]
    [InlineData("/Submissions?%24top=1&readAtMost=4&%24filter=__system/reviewState%20eq%20null", "5|3|2|1")]
    [InlineData("/Submissions?%24top=9&readAtMost=9&%24filter=__id%20lt%20%27uuid%3A3%27", "2 1")]
    [InlineData("/Submissions?%24top=9&readAtMost=1&%24filter=__system/deletedAt%20ne%20null", "6|||||")]
    [InlineData("/Submissions.children.child?%24top=3", "a5 b5 a4|b4 a3 b3|a2 b2 a1|b1")]
    [InlineData("/Submissions.children.child?%24top=4&%24skip=1&%24count=true", "b5 a4 b4 a3|b3 a2 b2 a1|b1")]
    [InlineData("/Submissions('uuid%3A2')/children/child?%24top=1", "a2|b2")]
    public async Task Pages_follow_one_another_without_gap_or_repetition(string path, string expected)
    {
        var pages = new List<string>();
        for (string? next = Inbox.Programme.Admin.Address(Inbox.ODataPath(path)); next is not null;)
        {
            Assert.True(pages.Count < 10, "There is no end.");
            var page = (await Inbox.Programme.Admin.GetAsync(next)).ShouldBe(HttpStatusCode.OK).Json;
            pages.Add(string.Join(' ', path.Contains("child", StringComparison.Ordinal) ? Names(page) : Ids(page)));
            next = page.TryGetProperty("@odata.nextLink", out var link) ? link.GetString() : null;
        }
        Assert.Equal(expected, string.Join('|', pages));
    }

    [Fact, Clause("OR-278")]
    public async Task Repeat_rows_are_filtered_by_their_submission_and_counted()
    {
        Assert.Equal(
            ["a3", "b3"],
            Names(await Inbox.ODataAsync("/Submissions.children.child?%24filter=%24root/Submissions/__id%20eq%20%27uuid%3A3%27"))
        );
        Assert.Equal(
            10,
            (await Inbox.ODataAsync("/Submissions.children.child?%24top=1&%24count=true")).GetProperty("@odata.count").GetInt32()
        );
    }

    [Theory, Clause("OR-279")]
    [InlineData("/Submissions?%24search=oak", 501.1)]
    [InlineData("/Submissions?limit=5", 501.1)]
    [InlineData("/Submissions?%24apply=x", 501.1)]
    [InlineData("/Submissions?%24filter=name%20eq%20%27Ann%27", 501.5)]
    [InlineData("/Submissions?%24filter=__system/submitterName%20eq%20%27Ann%27", 501.5)]
    [InlineData("/Submissions?%24orderby=name", 501.5)]
    [InlineData("/Submissions?%24filter=contains(__id,%20%27a%27)", 501.4)]
    [InlineData("/Submissions?%24filter=__system/submitterId%20add%201%20gt%203", 501.4)]
    [InlineData("/Submissions?%24filter=", 400.18)]
    [InlineData("/Submissions?%24filter=__id%20eq", 400.18)]
    [InlineData("/Submissions?%24filter=__id", 400.18)]
    [InlineData("/Submissions?%24filter=__id%20eq%205", 400.18)]
    [InlineData("/Submissions?%24filter=(__id%20eq%20%27a%27", 400.18)]
    [InlineData("/Submissions?%24filter=__id%20eq%20%27a", 400.18)]
    [InlineData("/Submissions?%24filter=__system/submissionDate%20gt%202024-99-99", 400.18)]
    [InlineData("/Submissions?%24orderby=__id%20sideways", 400.18)]
    [InlineData("/Submissions?%24top=-1", 400.11)]
    [InlineData("/Submissions?%24skip=x", 400.11)]
    [InlineData("/Submissions?readAtMost=x&%24top=1&%24filter=__id%20ne%20null", 400.11)]
    [InlineData("/Submissions?readAtMost=0&%24top=1&%24filter=__id%20ne%20null", 400.22)]
    [InlineData("/Submissions?readAtMost=9&%24top=1", 400.8)]
    [InlineData("/Submissions?readAtMost=9&%24filter=__id%20ne%20null", 400.8)]
    [InlineData("/Submissions?readAtMost=9&%24top=1&%24filter=__id%20ne%20null&%24count=true", 400.8)]
    [InlineData("/Submissions?readAtMost=9&%24top=1&%24filter=__id%20ne%20null&%24orderby=__id", 400.8)]
    [InlineData("/Submissions.children.child?readAtMost=9&%24top=1&%24filter=__id%20ne%20null", 400.8)]
    [InlineData("/Submissions('uuid%3A1')?readAtMost=9&%24top=1&%24filter=__id%20ne%20null", 400.8)]
    [InlineData("/Submissions?%24expand=children", 501.6)]
    [InlineData("/Submissions?%24expand=*&%24select=__id", 501.11)]
    [InlineData("/Submissions?%24skiptoken=02", 400.35)]
    [InlineData("/Submissions?%24skiptoken=01bm90aGluZw%3D%3D", 400.35)]
    [InlineData("/Submissions?%24skiptoken=01e30%3D", 400.35)]
    [InlineData("/Submissions?%24skiptoken=01eyJpbnN0YW5jZUlkIjoibm9uZSJ9", 400.34)]
    [InlineData("/Submissions?%24orderby=__id&%24skiptoken=01eyJpbnN0YW5jZUlkIjoibm9uZSJ9", 400.34)]
    [InlineData("/Submissions.children.child?%24skiptoken=01eyJyZXBlYXRJZCI6Im5vbmUifQ%3D%3D", 400.34)]
    [InlineData("/Submissions.nothing", 404.1)]
    [InlineData("/Submissions('none')", 404.1)]
    [InlineData("/Submissions('uuid%3A1')/name", 404.1)]
    [InlineData("/Submissions('uuid%3A1')/children", 404.1)]
    [InlineData("/Submissions('uuid%3A1')/children/child/toys/toy", 404.1)]
    [InlineData("/Submissions('uuid%3A1')/children/child('none')", 404.1)]
    [InlineData("/Submissions(1)", 404.1)]
    [InlineData("/Nothing", 404.1)]
    public async Task Unknown_OData_options_are_refused(string path, double code) =>
        (await Inbox.Programme.Admin.GetAsync(Inbox.ODataPath(path))).ShouldBeProblem((decimal)code);

    [Fact, Clause("OR-279")]
    public async Task A_deeply_nested_filter_does_not_overflow_the_stack()
    {
        var deep = string.Concat(Enumerable.Repeat("(", 2000));
        (await Inbox.Programme.Admin.GetAsync(Inbox.ODataPath($"/Submissions?%24filter={deep}"))).ShouldBeProblem(400.18m);
        var nots = string.Concat(Enumerable.Repeat("not%20", 1000));
        (await Inbox.Programme.Admin.GetAsync(Inbox.ODataPath($"/Submissions?%24filter={nots}true"))).ShouldBeProblem(400.18m);
        var wide = string.Concat(Enumerable.Repeat("true%20and%20", 400));
        Assert.Equal(5, (await Inbox.ODataAsync($"/Submissions?%24filter={wide}true")).GetProperty("value").GetArrayLength());
    }

    [Theory, Clause("OR-279")]
    [InlineData("/Submissions", "application/xml", 406.1)]
    [InlineData("", "application/atomsvc+xml", 406.1)]
    [InlineData("/$metadata", "application/json", 406.1)]
    [InlineData("/Submissions?%24format=xml", null, 406.1)]
    [InlineData("/Submissions", "application/xml,application/json", null)]
    [InlineData("/Submissions", "text/html,application/xml;q=0.9,*/*;q=0.8", null)]
    [InlineData("/$metadata", "application/json,application/xml", null)]
    [InlineData("/$metadata", "*/*", null)]
    [InlineData("/Submissions?%24format=json", "application/xml", null)]
    public async Task Unsupported_OData_formats_are_refused(string path, string? accept, double? code)
    {
        var answer = await Inbox.Programme.Admin.With("Accept", accept).GetAsync(Inbox.ODataPath(path));
        if (code is null)
        {
            answer.ShouldBe(HttpStatusCode.OK);
        }
        else
        {
            answer.ShouldBeProblem((decimal)code);
        }
    }

    private static IEnumerable<string> Ids(JsonElement page) =>
        page.GetProperty("value")
            .EnumerateArray()
            .Select(row => row.GetProperty("__id").GetString()!.Replace("uuid:", "", StringComparison.Ordinal));

    private static IEnumerable<string> Names(JsonElement page) =>
        page.GetProperty("value").EnumerateArray().Select(row => row.GetProperty("name").GetString()!);

    /// <summary>With two children each; the fourth is approved, and there was a sixth.</summary>
    public sealed class FiveFamilies : IAsyncLifetime
    {
        public Inbox Inbox { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Inbox = await ExportForms.OpenAsync();
            for (var i = 1; i <= 6; i++)
            {
                await Inbox.SendAsync(
                    ExportForms.Answer(
                        Inbox,
                        $"uuid:{i}",
                        $"<children><child><name>a{i}</name></child><child><name>b{i}</name></child></children>"
                    )
                );
            }
            (await Inbox.Programme.Admin.DeleteAsync($"{Inbox.SubmissionsPath}/uuid%3A6")).ShouldBe(HttpStatusCode.OK);
            (await Inbox.Programme.Admin.PatchJsonAsync($"{Inbox.SubmissionsPath}/uuid%3A4", new { reviewState = "approved" })).ShouldBe(
                HttpStatusCode.OK
            );
        }

        public Task DisposeAsync() => Task.CompletedTask;
    }
}
