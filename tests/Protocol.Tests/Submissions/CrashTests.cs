using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Maintenance;

namespace ServerlessRosa.Protocol.Tests.Submissions;

/// <summary>The process is killed at work: submissions answered with 201 are stored, and all others can be sent again.</summary>
public sealed class CrashTests
{
    private const int PerLife = 60;
    private const int Phones = 4;

    [Fact, Clause("OR-212"), Clause("OR-205")]
    public async Task Received_submissions_survive_a_crash_and_others_can_be_sent_again()
    {
        var inbox = await Inbox.OpenAsync();
        var sent = new ConcurrentBag<string>();
        var received = new ConcurrentBag<string>();
        foreach (var (life, lastsFor) in new[] { (1, 1), (2, 9), (3, 23) })
        {
            await LiveAsync(inbox, life, lastsFor, sent, received);
        }

        foreach (var id in received)
        {
            await ShouldBeWholeAsync(inbox, id);
        }
        foreach (var some in sent.Chunk(Phones))
        {
            Assert.All(await Task.WhenAll(some.Select(id => PostAsync(inbox, id))), answer => answer.ShouldBeReceived());
        }
        foreach (var id in sent)
        {
            await ShouldBeWholeAsync(inbox, id);
        }
        Assert.Equal(sent.Order(), (await inbox.InstanceIdsAsync()).Order());
        await inbox.Programme.ShouldBeConsistentAsync();
    }

    // Several phones send one submission after the other; the process is killed while they do, when so many have been received.
    private static async Task LiveAsync(Inbox inbox, int life, int lastsFor, ConcurrentBag<string> sent, ConcurrentBag<string> received)
    {
        var server = await Server.StartAsync();
        var target = inbox.At(server);
        var here = 0;
        await Task.WhenAll(
            Enumerable
                .Range(0, Phones)
                .Select(async phone =>
                {
                    for (var i = phone; i < PerLife && !server.App!.HasExited; i += Phones)
                    {
                        var id = string.Create(CultureInfo.InvariantCulture, $"uuid:{life}-{i}");
                        sent.Add(id);
                        try
                        {
                            if ((await PostAsync(target, id)).Status == HttpStatusCode.Created)
                            {
                                received.Add(id);
                                if (Interlocked.Increment(ref here) == lastsFor)
                                {
                                    server.App!.Kill();
                                }
                            }
                        }
                        catch (Exception e) when (e is HttpRequestException or IOException)
                        {
                            // The process was killed before it answered.
                        }
                    }
                })
        );
        Assert.InRange(here, lastsFor, PerLife - 1);
    }

    private static Task<Answer> PostAsync(Inbox inbox, string id) =>
        inbox.PostAsync(Xml(inbox, id), ($"{id}-a.jpg", Photo(id, 1), "image/jpeg"), ($"{id}-b.jpg", Photo(id, 2), "image/jpeg"));

    private static async Task ShouldBeWholeAsync(Inbox inbox, string id)
    {
        Assert.Equal(Xml(inbox, id), await inbox.XmlAsync(id));
        Assert.Equal(Photo(id, 1), await inbox.BytesAsync(id, $"{id}-a.jpg"));
        Assert.Equal(Photo(id, 2), await inbox.BytesAsync(id, $"{id}-b.jpg"));
    }

    // With a case block, so that each also leaves and takes back a promise.
    private static string Xml(Inbox inbox, string id) =>
        inbox
            .Submission(id, photo: $"{id}-a.jpg", leaves: [$"{id}-b.jpg"])
            .Replace(
                "<species>",
                "<case xmlns=\"http://commcarehq.org/case/transaction/v2\" case_id=\"c\"><update/></case><species>",
                StringComparison.Ordinal
            );

    private static byte[] Photo(string id, int which) => Samples.Bytes(20_000, (id[5] * 1000) + (id[^1] * 10) + which);
}
