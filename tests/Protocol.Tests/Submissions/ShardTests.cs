using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Maintenance;

namespace ServerlessRosa.Protocol.Tests.Submissions;

/// <summary>A form whose submissions are spread over several partitions answers as one that has a single partition (ADR 33).</summary>
public sealed class ShardTests
{
    private const int Count = 4;

    [Fact]
    public async Task Every_list_of_a_form_with_shards_is_that_of_one_partition()
    {
        var inbox = await Inbox.OpenAsync();
        for (var i = 0; i < 24; i++)
        {
            await inbox.SendAsync(inbox.Submission($"uuid:{i}", $"species {i}", leaves: ["a.jpg"]));
        }
        foreach (var i in new[] { 3, 4, 5, 6 })
        {
            await inbox.SendAsync(inbox.Submission($"uuid:{i}b", "edited", deprecatedId: $"uuid:{i}"));
            await inbox.SendAsync(inbox.Submission($"uuid:{i}c", "edited again", deprecatedId: $"uuid:{i}b"));
        }
        var admin = inbox.Programme.Admin;
        foreach (var i in new[] { 7, 8, 9 })
        {
            (await admin.PatchJsonAsync($"{inbox.SubmissionsPath}/uuid:{i}", new { reviewState = "hasIssues" })).ShouldBe(
                HttpStatusCode.OK
            );
            (await admin.PostJsonAsync($"{inbox.SubmissionsPath}/uuid:{i}/comments", new { body = $"comment {i}" })).ShouldBe(
                HttpStatusCode.OK
            );
        }
        foreach (var i in new[] { 10, 11 })
        {
            (await admin.DeleteAsync($"{inbox.SubmissionsPath}/uuid:{i}")).ShouldBe(HttpStatusCode.OK);
        }
        var before = await AskAsync(inbox);

        await Shards.SpreadAsync(inbox, Count);

        var after = await AskAsync(inbox);
        Assert.Equal(before.Keys.Order(), after.Keys.Order());
        Assert.All(before.Keys, path => Assert.Equal((path, before[path]), (path, after[path])));
        await inbox.Programme.ShouldBeConsistentAsync();
        Assert.Equal(after, await AskAsync(inbox)); // With counts that were kept.
    }

    [Fact, Clause("OR-205"), Clause("OR-206"), Clause("OR-220")]
    public async Task Submissions_and_edits_across_shards_are_decided_as_in_one_partition()
    {
        var inbox = await Inbox.OpenAsync();
        await Shards.SetAsync(inbox, [(Count, DateTimeOffset.MinValue)]);
        await ShouldDecideAsync(inbox, Shards.IdIn(0, Count), Shards.IdIn(1, Count));
        await ShouldDecideAsync(inbox, Shards.IdIn(2, Count), Shards.IdIn(2, Count));
        Assert.Equal(2, await Shards.PartitionsAsync(inbox));
        await inbox.Programme.ShouldBeConsistentAsync();
    }

    [Fact, Clause("OR-205"), Clause("OR-206"), Clause("OR-220")]
    public async Task A_form_that_has_grown_knows_the_submissions_from_before()
    {
        var inbox = await Inbox.OpenAsync();
        var (old, edited, oldEdit) = (Shards.IdIn(1, Count), Shards.IdIn(2, Count), Shards.IdIn(3, Count));
        await inbox.SendAsync(inbox.Submission(old));
        await inbox.SendAsync(inbox.Submission(edited));
        await inbox.SendAsync(inbox.Submission(oldEdit, "ash", deprecatedId: edited));
        (int, DateTimeOffset)[] counts = [(1, DateTimeOffset.MinValue), (Count, DateTimeOffset.UtcNow.AddMinutes(2))];

        // Soon: still in one partition, with a claim where it will be looked for.
        await Shards.SetAsync(inbox, counts);
        var (soon, soonEdit) = (Shards.IdIn(1, Count), Shards.IdIn(2, Count));
        await ShouldDecideAsync(inbox, soon, soonEdit);

        counts[1].Item2 = DateTimeOffset.UtcNow.AddMinutes(-2);
        await Shards.SetAsync(inbox, counts);
        foreach (var id in new[] { old, edited, oldEdit, soon, soonEdit })
        {
            (await inbox.PostAsync(inbox.Submission(id, "other"))).ShouldBe(HttpStatusCode.Conflict);
        }
        (await inbox.PostAsync(inbox.Submission(old))).ShouldBeReceived();
        (await inbox.PostAsync(inbox.Submission(oldEdit, "ash", deprecatedId: edited))).ShouldBeReceived();
        await ShouldDecideAsync(inbox, Shards.IdIn(1, Count), Shards.IdIn(0, Count));
        await ShouldDecideAsync(inbox, Shards.IdIn(0, Count), Shards.IdIn(3, Count));
        var next = Shards.IdIn(2, Count);
        await inbox.SendAsync(inbox.Submission(next, "yew", deprecatedId: old));
        Assert.Equal("yew", SpeciesOf(await inbox.XmlAsync(old)));
        Assert.Equal(5, (await inbox.ListAsync()).Count);
        await inbox.Programme.ShouldBeConsistentAsync();
    }

    [Fact, Clause("OR-205"), Clause("OR-220")]
    public async Task Of_requests_for_one_id_across_shards_one_is_kept()
    {
        var inbox = await Inbox.OpenAsync();
        await Shards.SetAsync(inbox, [(Count, DateTimeOffset.MinValue)]);
        var (first, second) = (Shards.IdIn(0, Count), Shards.IdIn(1, Count));
        await inbox.SendAsync(inbox.Submission(first));
        await inbox.SendAsync(inbox.Submission(second));
        for (var i = 0; i < 6; i++)
        {
            var id = Shards.IdIn(i % Count, Count);
            string[] xmls =
            [
                inbox.Submission(id, "new"),
                inbox.Submission(id, "edit", deprecatedId: await CurrentAsync(inbox, first)),
                inbox.Submission(id, "edit", deprecatedId: await CurrentAsync(inbox, second)),
            ];

            var answers = await Task.WhenAll(xmls.Concat(xmls).Select(xml => inbox.PostAsync(xml)));

            Assert.All(
                answers,
                answer =>
                    Assert.Contains(
                        answer.Status,
                        new[]
                        {
                            HttpStatusCode.Created,
                            HttpStatusCode.Conflict,
                            HttpStatusCode.ServiceUnavailable,
                            HttpStatusCode.BadRequest,
                        }
                    )
            );
            Assert.All(
                answers.Where(answer => answer.Status == HttpStatusCode.ServiceUnavailable),
                answer => Assert.Equal("60", answer.Header("Retry-After"))
            );
            var again = await Task.WhenAll(xmls.Select(xml => inbox.PostAsync(xml)));
            var kept = Assert.Single(Enumerable.Range(0, xmls.Length), i => again[i].Status == HttpStatusCode.Created);
            Assert.Equal(xmls[kept], (await inbox.Programme.Admin.GetAsync(VersionPath(inbox, kept, id, first, second))).Text);
        }
        await inbox.Programme.ShouldBeConsistentAsync();
    }

    [Fact, Clause("OR-220")]
    public async Task An_edit_interrupted_after_its_claim_is_completed_by_its_retry_and_gives_way_later()
    {
        await using var faulty = await FaultyServer.TakeAsync();
        var inbox = await Inbox.OpenAsync(faulty.Server);
        await Shards.SetAsync(inbox, [(Count, DateTimeOffset.MinValue)]);
        var (root, edit) = (Shards.IdIn(0, Count), Shards.IdIn(1, Count));
        await inbox.SendAsync(inbox.Submission(root));
        var xml = inbox.Submission(edit, "ash", deprecatedId: root);
        faulty.Storage.Fail(Fault.Dropped, request => request.Path.Value!.EndsWith("/$batch", StringComparison.Ordinal));
        (await inbox.PostAsync(xml)).ShouldBe(HttpStatusCode.InternalServerError);
        faulty.Storage.StopFailing();

        // The id may still be used: another submission has to wait.
        var other = (await inbox.PostAsync(inbox.Submission(edit, "new"))).ShouldBe(HttpStatusCode.ServiceUnavailable);
        Assert.Equal("60", other.Header("Retry-After"));
        Assert.Equal([root], await inbox.InstanceIdsAsync());
        (await inbox.PostAsync(xml)).ShouldBeReceived();
        Assert.Equal("ash", SpeciesOf(await inbox.XmlAsync(root)));
        (await inbox.PostAsync(inbox.Submission(edit, "new"))).ShouldBe(HttpStatusCode.Conflict);
        await inbox.Programme.ShouldBeConsistentAsync();
    }

    private static async Task ShouldDecideAsync(Inbox inbox, string root, string edit)
    {
        (await inbox.PostAsync(inbox.Submission(root, photo: "a.jpg"))).ShouldBeReceived();
        (await inbox.PostAsync(inbox.Submission(root, photo: "a.jpg"), ("a.jpg", Samples.Bytes(50), "image/jpeg"))).ShouldBeReceived();
        (await inbox.PostAsync(inbox.Submission(root, "other"))).ShouldBe(HttpStatusCode.Conflict);
        var xml = inbox.Submission(edit, "ash", photo: "a.jpg", deprecatedId: root);
        (await inbox.PostAsync(xml)).ShouldBeReceived();
        (await inbox.PostAsync(xml)).ShouldBeReceived();
        (await inbox.PostAsync(inbox.Submission(edit, "other", deprecatedId: root))).ShouldBe(HttpStatusCode.Conflict);
        (await inbox.PostAsync(inbox.Submission(edit, "new"))).ShouldBe(HttpStatusCode.Conflict);
        Assert.Equal(xml, await inbox.XmlAsync(root));
        Assert.Equal(Samples.Bytes(50), await inbox.BytesAsync(root, "a.jpg"));
        var admin = inbox.Programme.Admin;
        var path = $"{inbox.SubmissionsPath}/{root}";
        Assert.Equal(2, (await admin.GetAsync($"{path}/versions")).ShouldBe(HttpStatusCode.OK).Json.GetArrayLength());
        Assert.Equal(xml, (await admin.GetAsync($"{path}/versions/{edit}.xml")).ShouldBe(HttpStatusCode.OK).Text);
        (await admin.PatchJsonAsync(path, new { reviewState = "approved" })).ShouldBe(HttpStatusCode.OK);
        (await admin.PostJsonAsync($"{path}/comments", new { body = "good" })).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(1, (await admin.GetAsync($"{path}/comments")).Json.GetArrayLength());
        (await admin.DeleteAsync(path)).ShouldBe(HttpStatusCode.OK);
        (await admin.GetAsync(path)).ShouldBeProblem(404.1m);
        (await inbox.PostAsync(xml)).ShouldBe(HttpStatusCode.Conflict);
        (await admin.PostAsync($"{path}/restore")).ShouldBe(HttpStatusCode.OK);
        Assert.Equal("approved", (await inbox.GetAsync(root)).GetProperty("reviewState").GetString());
    }

    private static async Task<string> CurrentAsync(Inbox inbox, string root) =>
        (await inbox.GetAsync(root)).GetProperty("currentVersion").GetProperty("instanceId").GetString()!;

    private static string VersionPath(Inbox inbox, int kept, string id, string first, string second) =>
        $"{inbox.SubmissionsPath}/{kept switch { 0 => id, 1 => first, _ => second }}/versions/{id}.xml";

    private static string SpeciesOf(string xml) => xml.Split("<species>")[1].Split('<')[0];

    // Everything that is read from the timeline, with all pages.
    private static async Task<SortedDictionary<string, string>> AskAsync(Inbox inbox)
    {
        var (admin, submissions, service) = (inbox.Programme.Admin, inbox.SubmissionsPath, $"{inbox.Programme.FormPath(inbox.Form)}.svc");
        var answers = new SortedDictionary<string, string>(StringComparer.Ordinal);
        string[] paths =
        [
            submissions,
            $"{submissions}?limit=5&offset=3",
            $"{submissions}?deleted=true",
            $"{submissions}/submitters",
            $"{submissions}.csv",
            $"{submissions}.csv?%24filter=__system/reviewState%20eq%20%27hasIssues%27",
            $"{submissions}/uuid:4/versions",
            $"{submissions}/uuid:7/comments",
            $"{submissions}/uuid:5/audits",
            $"{service}/Submissions?%24count=true&%24expand=*",
            $"{service}/Submissions?%24top=7&%24count=true",
            $"{service}/Submissions?%24top=4&%24orderby=__id%20asc",
            $"{service}/Submissions?%24top=3&%24filter=__system/reviewState%20ne%20null",
            $"{service}/Submissions?%24filter=__system/deletedAt%20ne%20null",
            $"{service}/Submissions.plot?%24top=5",
            $"{service}/Submissions('uuid%3A4')",
        ];
        foreach (var path in paths)
        {
            var pages = new List<string>();
            for (var next = path; next is not null;)
            {
                var answer = (await admin.GetAsync(next)).ShouldBe(HttpStatusCode.OK);
                pages.Add(answer.Text);
                next =
                    path.Contains(".svc", StringComparison.Ordinal) && answer.Json.TryGetProperty("@odata.nextLink", out var link)
                        ? link.GetString()
                        : null;
            }
            answers[path] = string.Join('\n', pages);
        }
        var extended = await admin.With("X-Extended-Metadata", "true").GetAsync(inbox.Programme.FormPath(inbox.Form));
        var form = extended.ShouldBe(HttpStatusCode.OK).Json;
        foreach (var name in new[] { "submissions", "reviewStates", "lastSubmission" })
        {
            answers[name] = form.GetProperty(name).GetRawText();
        }
        var pulled = await inbox.Programme.Admin.OpenRosa.GetAsync(
            $"{inbox.Programme.Path}/view/submissionList?formId={Uri.EscapeDataString(inbox.Form)}"
        );
        answers["pulled"] = pulled.ShouldBe(HttpStatusCode.OK).Text;
        return answers;
    }
}
