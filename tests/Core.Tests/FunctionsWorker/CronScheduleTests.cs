using System.Globalization;
using Microsoft.Azure.Functions.Worker.Hosting;
using Xunit;

namespace ServerlessRosa.Core.Tests.FunctionsWorker;

public sealed class CronScheduleTests
{
    [Theory]
    [InlineData("0 */5 * * * *", "2026-03-04T10:00:00Z", "2026-03-04T10:05:00Z")]
    [InlineData("0 */5 * * * *", "2026-03-04T10:04:59.999Z", "2026-03-04T10:05:00Z")]
    [InlineData("* * * * * *", "2026-12-31T23:59:59.5Z", "2027-01-01T00:00:00Z")]
    [InlineData("15,45 * * * * *", "2026-03-04T10:00:15Z", "2026-03-04T10:00:45Z")]
    [InlineData("0 30 9-17/4 * * *", "2026-03-04T09:30:00Z", "2026-03-04T13:30:00Z")]
    [InlineData("0 10/20 * * * *", "2026-03-04T10:30:00Z", "2026-03-04T10:50:00Z")]
    [InlineData("0 0 3 * * *", "2026-03-04T10:00:00Z", "2026-03-05T03:00:00Z")]
    [InlineData("0 0 0 1 */3 *", "2026-11-02T00:00:00Z", "2027-01-01T00:00:00Z")]
    [InlineData("0 0 0 31 * *", "2026-01-31T00:00:00Z", "2026-03-31T00:00:00Z")]
    [InlineData("0 0 0 29 2 *", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z")]
    [InlineData("0 30 9 * * 1-5", "2026-03-06T10:00:00Z", "2026-03-09T09:30:00Z")]
    [InlineData("0 0 0 13 * 5", "2026-03-14T00:00:00Z", "2026-11-13T00:00:00Z")]
    public void The_next_occurrence_is_the_first_that_matches_every_field(string schedule, string after, string next) =>
        Assert.Equal(At(next), CronSchedule.Parse(schedule).Next(At(after)));

    [Theory]
    [InlineData("")]
    [InlineData("0 0 * * *")]
    [InlineData("60 * * * * *")]
    [InlineData("* * * 0 * *")]
    [InlineData("* * * * * 7")]
    [InlineData("*/0 * * * * *")]
    [InlineData("1/2/3 * * * * *")]
    [InlineData("5-1 * * * * *")]
    [InlineData("1-2-3 * * * * *")]
    [InlineData("-1 * * * * *")]
    [InlineData("1, * * * * *")]
    [InlineData("0 0 0 31 2 *")]
    public void A_schedule_that_makes_no_sense_is_refused(string schedule) =>
        Assert.Throws<FormatException>(() => CronSchedule.Parse(schedule));

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
