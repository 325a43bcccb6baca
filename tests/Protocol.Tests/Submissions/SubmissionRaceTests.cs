using System.Globalization;
using System.Net;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Maintenance;

namespace ServerlessRosa.Protocol.Tests.Submissions;

/// <summary>What happens when several requests about one submission meet, in one process and in two on the same storage.</summary>
public sealed class SubmissionRaceTests
{
    private const int Senders = 20;

    [Theory, Clause("OR-211"), Clause("OR-205")]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Of_twenty_posts_of_one_instance_all_are_received_and_one_is_kept(int processes)
    {
        var inboxes = await InboxesAsync(processes);
        var xml = inboxes[0].Submission("uuid:1", photo: "a.jpg");

        var answers = await Task.WhenAll(
            Enumerable.Range(0, Senders).Select(i => inboxes[i % processes].PostAsync(xml, ("a.jpg", Samples.Bytes(5000), "image/jpeg")))
        );

        Assert.All(answers, answer => answer.ShouldBeReceived());
        Assert.Equal(["uuid:1"], await inboxes[0].InstanceIdsAsync());
        Assert.Equal(xml, await inboxes[0].XmlAsync("uuid:1"));
        Assert.Equal(Samples.Bytes(5000), await inboxes[0].BytesAsync("uuid:1", "a.jpg"));
        Assert.Equal(2, (await StoredBlobs.OfProjectAsync(inboxes[0].Programme.Id)).Count);
    }

    [Theory, Clause("OR-206"), Clause("OR-211")]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Of_twenty_different_posts_under_one_instance_id_one_is_received(int processes)
    {
        var inboxes = await InboxesAsync(processes);
        var xmls = Enumerable
            .Range(0, Senders)
            .Select(i => inboxes[0].Submission("uuid:1", string.Create(CultureInfo.InvariantCulture, $"species {i}")))
            .ToList();

        var answers = await Task.WhenAll(xmls.Select((xml, i) => inboxes[i % processes].PostAsync(xml)));

        var winner = Assert.Single(Enumerable.Range(0, Senders), i => answers[i].Status == HttpStatusCode.Created);
        Assert.All(
            answers.Where((_, i) => i != winner),
            answer => answer.ShouldBeOpenRosaError(409, "already exists with this ID, but with different XML")
        );
        Assert.Equal(["uuid:1"], await inboxes[0].InstanceIdsAsync());
        Assert.Equal(xmls[winner], await inboxes[0].XmlAsync("uuid:1"));
    }

    [Theory, Clause("OR-220"), Clause("OR-226")]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Of_twenty_edits_of_one_version_one_is_received(int processes)
    {
        var inboxes = await InboxesAsync(processes);
        await inboxes[0].SendAsync(inboxes[0].Submission("uuid:0"));
        var xmls = Enumerable.Range(1, Senders).Select(i => inboxes[0].Submission($"uuid:{i}", deprecatedId: "uuid:0")).ToList();

        var answers = await Task.WhenAll(xmls.Select((xml, i) => inboxes[i % processes].PostAsync(xml)));

        var winner = Assert.Single(Enumerable.Range(0, Senders), i => answers[i].Status == HttpStatusCode.Created);
        Assert.All(
            answers.Where((_, i) => i != winner),
            answer => answer.ShouldBeOpenRosaError(409, "but the copy you were editing (uuid:0) is now out of date")
        );
        Assert.Equal(["uuid:0"], await inboxes[0].InstanceIdsAsync());
        Assert.Equal(xmls[winner], await inboxes[0].XmlAsync("uuid:0"));
        await inboxes[0].Programme.ShouldBeConsistentAsync();
    }

    [Theory, Clause("OR-210"), Clause("OR-211")]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Ten_files_in_concurrent_requests_are_all_stored(int processes)
    {
        var inboxes = await InboxesAsync(processes);
        var names = Enumerable.Range(0, 10).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i}.jpg")).ToArray();
        var xml = inboxes[0].Submission("uuid:1", leaves: names);

        var answers = await Task.WhenAll(
            names.Select((name, i) => inboxes[i % processes].PostAsync(xml, (name, Samples.Bytes(100, i), "image/jpeg")))
        );

        Assert.All(answers, answer => answer.ShouldBeReceived());
        for (var i = 0; i < names.Length; i++)
        {
            Assert.Equal(Samples.Bytes(100, i), await inboxes[0].BytesAsync("uuid:1", names[i]));
        }
        Assert.Equal(["uuid:1"], await inboxes[0].InstanceIdsAsync());
    }

    [Fact, Clause("OR-212"), Clause("OR-223")]
    public async Task Files_received_during_an_edit_are_carried_over_or_refused()
    {
        var inbox = (await InboxesAsync(1))[0];
        var names = Enumerable.Range(0, 10).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i}.jpg")).ToArray();
        var xml = inbox.Submission("uuid:1", leaves: names);
        await inbox.SendAsync(xml);

        var files = names.Select((name, i) => inbox.PostAsync(xml, (name, Samples.Bytes(100, i), "image/jpeg"))).ToList();
        var edit = inbox.PostAsync(inbox.Submission("uuid:2", leaves: names, deprecatedId: "uuid:1"));

        (await edit).ShouldBeReceived();
        using var slots = JsonDocument.Parse(await inbox.SlotsAsync("uuid:1"));
        for (var i = 0; i < names.Length; i++)
        {
            var answer = await files[i];
            var exists = slots.RootElement[i].GetProperty("exists").GetBoolean();
            Assert.Equal(exists ? HttpStatusCode.Created : HttpStatusCode.Conflict, answer.Status);
            if (exists)
            {
                Assert.Equal(Samples.Bytes(100, i), await inbox.BytesAsync("uuid:1", names[i]));
            }
        }
        await inbox.Programme.ShouldBeConsistentAsync();
    }

    // Each is the same inbox behind a process of its own.
    private static async Task<Inbox[]> InboxesAsync(int processes)
    {
        var inbox = await Inbox.OpenAsync();
        return processes == 1 ? [inbox] : [inbox, inbox.At(await Processes.RememberingAsync())];
    }
}
