using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Submissions;

/// <summary>A body that is a little too large is read and refused, since the host in front cannot pass on an answer before that.</summary>
public sealed class LargeBodyTests
{
    private const int Limit = 100_000_000 + (10 << 20);

    [Theory, Clause("OR-192")]
    [InlineData(true), InlineData(false)]
    public async Task A_file_a_little_above_the_limit_is_refused_with_413(bool withLength)
    {
        var inbox = await Inbox.OpenAsync();
        using var body = Samples.Multipart(inbox.Submission("uuid:1", photo: "a.jpg"), ("a.jpg", new byte[Limit + 50_000], "image/jpeg"));
        var phone = withLength ? inbox.Phone : inbox.Phone.With("Transfer-Encoding", "chunked");
        (await phone.PostAsync(inbox.SubmissionPath, body)).ShouldBeOpenRosaError(413, "larger than");
        await inbox.ShouldHoldNothingAsync();
    }
}
