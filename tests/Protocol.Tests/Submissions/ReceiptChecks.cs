using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Submissions;

internal static class ReceiptChecks
{
    /// <summary>The answer after which a phone deletes its submission: exactly 201, the headers, and a message.</summary>
    public static Answer ShouldBeReceived(this Answer answer)
    {
        var (nature, message, _) = answer.ShouldBe(HttpStatusCode.Created).ShouldBeOpenRosa().Envelope();
        Assert.Equal(("", "full submission upload was successful!"), (nature, message));
        return answer;
    }

    /// <summary>A refusal of what the client sent, never a failure of the server, with the envelope that a phone shows.</summary>
    public static Answer ShouldBeRefused(this Answer answer)
    {
        Assert.True((int)answer.Status is >= 400 and < 500, $"Expected a refusal, got {(int)answer.Status}: {answer.Text}");
        Assert.Equal("error", answer.ShouldBeOpenRosa().Envelope().Nature);
        return answer;
    }
}
