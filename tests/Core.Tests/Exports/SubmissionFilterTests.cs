using ServerlessRosa.Core.Exports;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Submissions;
using Xunit;

namespace ServerlessRosa.Core.Tests.Exports;

public sealed class SubmissionFilterTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 10, 0, 0, TimeSpan.Zero);

    [Theory, Clause("OR-278")]
    [InlineData("__id eq 'it''s'", true)]
    [InlineData("__id eq 'its'", false)]
    [InlineData("__system/submissionDate eq 2026-11-24T23:59:58.123Z", true)] // as answers show it, without what lies below a millisecond
    [InlineData("__system/submissionDate eq 2026-11-25T01:59:58.123+02:00", true)]
    [InlineData("__system/submissionDate lt now()", true)]
    [InlineData("__system/submissionDate lt '2026-11-25'", true)]
    [InlineData("2026-11-25 gt __system/submissionDate", true)]
    [InlineData(
        "year(__system/submissionDate) eq 2026 and month(__system/submissionDate) eq 11 and day(__system/submissionDate) eq 24",
        true
    )]
    [InlineData(
        "hour(__system/submissionDate) eq 23 and minute(__system/submissionDate) eq 59 and second(__system/submissionDate) eq 58",
        true
    )]
    [InlineData("day(now()) eq 25", true)]
    [InlineData("__system/submitterId eq 7", true)]
    [InlineData("__system/submitterId eq '7'", true)]
    [InlineData("__system/submitterId ge 8", false)]
    [InlineData("__system/updatedAt eq null", true)]
    [InlineData("__system/updatedAt ne null", false)]
    [InlineData("__system/updatedAt gt 2000-01-01", false)]
    [InlineData("not (__system/updatedAt gt 2000-01-01)", true)]
    [InlineData("false or true and false", false)]
    [InlineData("(true or false) and not false", true)]
    [InlineData("$root/Submissions/__id ge 'it'", true)]
    public void A_filter_matches_single_submissions(string filter, bool expected) =>
        Assert.Equal(expected, SubmissionFilter.Parse(filter, Now).Matches(Sent()));

    [Theory, Clause("OR-279")]
    [InlineData("", 400.18)]
    [InlineData("eq", 400.18)]
    [InlineData("__id eq 'a' __id eq 'b'", 400.18)]
    [InlineData("__id eq 'a' and", 400.18)]
    [InlineData("year(__id", 400.18)]
    [InlineData("now(1) gt 2020-01-01", 400.18)]
    [InlineData("__id lt 5", 400.18)]
    [InlineData("__system/submissionDate lt 5", 400.18)]
    [InlineData("true and __id", 400.18)]
    [InlineData("__id eq \"a\"", 400.18)]
    [InlineData("age gt 5", 501.5)]
    [InlineData("substringof('a', __id)", 501.4)]
    [InlineData("__id in 'a'", 501.4)]
    public void Invalid_queries_are_refused_before_storage_is_read(string filter, double code)
    {
        var refusal = Assert.Throws<ProblemException>(() => SubmissionFilter.Parse(filter, Now));
        Assert.Equal((decimal)code, refusal.Problem.Code);
    }

    [Fact, Clause("OR-278")]
    public void Deleted_submissions_are_listed_only_on_request()
    {
        Assert.False(SubmissionFilter.Parse("__id ne 'a'", Now).AsksForDeleted);
        Assert.True(SubmissionFilter.Parse("__id eq 'a' or __system/deletedAt ne null", Now).AsksForDeleted);
        Assert.True(SubmissionFilter.Parse("$root/Submissions/__system/deletedAt ne null", Now).AsksForDeleted);
    }

    private static Submission Sent()
    {
        var id = InstanceId.Parse("it's");
        var (time, sender) = (
            new DateTimeOffset(2026, 11, 24, 23, 59, 58, TimeSpan.Zero).AddTicks(1234567),
            new Sender(new ActorId(7), null, null)
        );
        return new Submission(id, sender, "1", time, new SubmissionVersion(id, "", "1", sender, null, time));
    }
}
