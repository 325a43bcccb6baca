using System.Diagnostics;
using System.Diagnostics.Metrics;
using ServerlessRosa.Core.Storage;
using Xunit;

namespace ServerlessRosa.Core.Tests;

public sealed class TelemetryTests
{
    [Fact]
    public void A_request_is_an_activity_with_its_answer_and_two_figures()
    {
        var method = Guid.NewGuid().ToString("N"); // what tells this test's request from those of others
        var (figures, activities) = (new List<(string Name, double Value, string Status)>(), new List<Activity>());
        using var meter = Listen(method, figures);
        using var listener = Listen(method, activities);

        var operations = StorageOperations.Begin();
        using (var activity = Telemetry.StartRequest("OpenRosa", method))
        {
            Telemetry.Answered(activity, "OpenRosa", method, 409, 409.2m, operations);
        }

        Assert.Equal([("rosa.requests", 1, "409"), ("rosa.request.storage_operations", 0, "409")], figures);
        var seen = Assert.Single(activities);
        Assert.Equal((Telemetry.RequestActivity, ActivityStatusCode.Unset), (seen.OperationName, seen.Status));
        Assert.Equal(
            ("OpenRosa", 409, 409.2m, 0),
            (
                seen.GetTagItem("rosa.kind"),
                seen.GetTagItem("http.response.status_code"),
                seen.GetTagItem("rosa.code"),
                seen.GetTagItem("rosa.storage_operations")
            )
        );
    }

    [Fact]
    public void A_failure_is_marked_as_an_error()
    {
        var method = Guid.NewGuid().ToString("N");
        var activities = new List<Activity>();
        using var listener = Listen(method, activities);

        using (var activity = Telemetry.StartRequest("Rest", method))
        {
            Telemetry.Answered(activity, "Rest", method, 500, 500.1m, StorageOperations.Begin());
        }

        Assert.Equal(ActivityStatusCode.Error, Assert.Single(activities).Status);
    }

    [Fact]
    public void Submissions_are_counted_by_outcome()
    {
        var outcome = Guid.NewGuid().ToString("N");
        var seen = new List<long>();
        using var meter = new MeterListener { InstrumentPublished = Enable };
        meter.SetMeasurementEventCallback<long>(
            (instrument, value, tags, _) =>
            {
                if (instrument.Name == "rosa.submissions" && Tag(tags, "rosa.outcome") == outcome)
                    seen.Add(value);
            }
        );
        meter.Start();

        Telemetry.Submitted(outcome);
        Telemetry.Submitted(outcome);

        Assert.Equal([1, 1], seen);
    }

    private static MeterListener Listen(string method, List<(string, double, string)> figures)
    {
        var meter = new MeterListener { InstrumentPublished = Enable };
        meter.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        meter.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        meter.Start();
        return meter;

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (Tag(tags, "http.request.method") == method)
                figures.Add((instrument.Name, value, Tag(tags, "http.response.status_code")!));
        }
    }

    private static ActivityListener Listen(string method, List<Activity> activities)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Telemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if ((string?)activity.GetTagItem("http.request.method") == method)
                    activities.Add(activity);
            },
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private static void Enable(Instrument instrument, MeterListener meter)
    {
        if (instrument.Meter.Name == Telemetry.Name)
            meter.EnableMeasurementEvents(instrument);
    }

    private static string? Tag(ReadOnlySpan<KeyValuePair<string, object?>> tags, string name)
    {
        foreach (var tag in tags)
        {
            if (tag.Key == name)
                return tag.Value?.ToString();
        }
        return null;
    }
}
