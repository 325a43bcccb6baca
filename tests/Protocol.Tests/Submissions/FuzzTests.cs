using System.Net;
using System.Text;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Maintenance;

namespace ServerlessRosa.Protocol.Tests.Submissions;

/// <summary>Good submissions, damaged at random but the same way in every run: each is received or refused, and the server goes
/// on.</summary>
public sealed class FuzzTests
{
    private const int Seed = 20240501;
    private const int Rounds = 400;
    private static readonly string[] Tokens =
    [
        "\0",
        "\r\n",
        "\r\n\r\n",
        "--" + RawMultipart.Boundary,
        "--" + RawMultipart.Boundary + "--",
        "\"",
        "\\",
        ";",
        ":",
        "%00",
        "%22",
        "<",
        ">",
        "</",
        "/>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<?",
        "&#x0;",
        "&amp;",
        "&x;",
        "<!DOCTYPE x>",
        "xmlns=\"\"",
        "\ufeff",
        "\uffff",
        "木",
        "instanceID",
        "<meta>",
        "Content-Disposition: form-data; name=\"xml_submission_file\"\r\n",
        "filename*=UTF-8''%FF",
    ];

    [Fact, Clause("OR-183"), Clause("OR-194")]
    public async Task Damaged_submissions_are_received_or_refused_and_never_break_the_server()
    {
        var inbox = await Inbox.OpenAsync();
#pragma warning disable CA5394 // Test data.
        var random = new Random(Seed);
        var received = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var xml = Encoding.UTF8.GetBytes(inbox.Submission($"uuid:{round}", photo: "a.jpg", leaves: ["b.jpg"]));
            var inside = random.Next(2) == 0;
            var body = new RawMultipart()
                .File("a.jpg", Samples.Bytes(200))
                .Part(
                    "Content-Disposition: form-data; name=\"xml_submission_file\"; filename=\"s.xml\"\r\nContent-Type: text/xml",
                    inside ? Damage(xml, random) : xml
                )
                .File("b.jpg", Samples.Bytes(200))
                .End();

            var answer = await inbox.PostAsync(RawMultipart.Content(inside ? body : Damage(body, random)));
            Assert.True(
                (int)answer.Status is 201 or (>= 400 and < 500),
                $"Round {round} of seed {Seed} was answered {(int)answer.Status}: {answer.Text}"
            );
            Assert.Equal(answer.Status == HttpStatusCode.Created ? "" : "error", answer.ShouldBeOpenRosa().Envelope().Nature);
            received += answer.Status == HttpStatusCode.Created ? 1 : 0;
        }
#pragma warning restore CA5394

        // Both kinds have to be among them, or the damage says nothing.
        Assert.InRange(received, Rounds / 20, Rounds - (Rounds / 20));
        Assert.Equal(received, (await inbox.ListAsync()).Count);
        foreach (var id in await inbox.InstanceIdsAsync())
        {
            await inbox.XmlAsync(id!);
            await inbox.SlotsAsync(id!);
        }
        await inbox.SendAsync(inbox.Submission("uuid:afterwards"));
        await inbox.Programme.ShouldBeConsistentAsync();
    }

#pragma warning disable CA5394
    private static byte[] Damage(byte[] good, Random random)
    {
        var bytes = good.ToList();
        for (var wounds = random.Next(1, 4); wounds > 0; wounds--)
        {
            var at = random.Next(bytes.Count);
            var length = random.Next(1, Math.Min(20, bytes.Count - at) + 1);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, length);
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                case 3:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Tokens[random.Next(Tokens.Length)]));
                    break;
                default:
                    bytes.RemoveRange(at, random.Next(8) == 0 ? bytes.Count - at : 1);
                    break;
            }
            if (bytes.Count == 0)
            {
                break;
            }
        }
        return [.. bytes];
    }
#pragma warning restore CA5394
}
