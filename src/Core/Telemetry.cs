using System.Diagnostics;
using System.Diagnostics.Metrics;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core;

/// <summary>
/// Traces and metrics of the app under the name `ServerlessRosa`: an activity for each request, and figures that say
/// how many there were, what they cost, and what came in. Numbers and codes only: never an answer, a name or a token.
/// </summary>
public static class Telemetry
{
    public const string Name = "ServerlessRosa";
    public const string RequestActivity = "rosa.request";

    public const string New = "new";
    public const string Repeat = "repeat";
    public const string Edited = "edited";
    public const string Draft = "draft";

    private static readonly ActivitySource Activities = new(Name);
    private static readonly Meter Figures = new(Name);
    private static readonly Counter<long> Requests = Figures.CreateCounter<long>(
        "rosa.requests",
        "{request}",
        "Answers, by kind of endpoint, method and status."
    );
    private static readonly Histogram<int> Operations = Figures.CreateHistogram<int>(
        "rosa.request.storage_operations",
        "{operation}",
        "Storage operations that a request cost."
    );
    private static readonly Counter<long> Submissions = Figures.CreateCounter<long>(
        "rosa.submissions",
        "{submission}",
        "Submissions that were taken, by outcome."
    );
    private static readonly Histogram<int> RestoredCases = Figures.CreateHistogram<int>(
        "rosa.restore.cases",
        "{case}",
        "Cases that a restore sent, by whether the phone had some before."
    );

    /// <summary>Null without a listener.</summary>
    public static Activity? StartRequest(string kind, string method) =>
        Activities.HasListeners()
            ? Activities.StartActivity(
                RequestActivity,
                ActivityKind.Internal,
                default(ActivityContext),
                [new("rosa.kind", kind), new("http.request.method", method)]
            )
            : null;

    /// <param name="activity">What <see cref="StartRequest"/> returned.</param>
    /// <param name="code">The refusal's code, or null.</param>
    public static void Answered(Activity? activity, string kind, string method, int status, decimal? code, StorageOperations operations)
    {
        TagList tags = [new("rosa.kind", kind), new("http.request.method", method), new("http.response.status_code", status)];
        Requests.Add(1, tags);
        Operations.Record(operations.Count, tags);
        activity?.SetTag("http.response.status_code", status).SetTag("rosa.code", code).SetTag("rosa.storage_operations", operations.Count);
        if (status >= 500)
        {
            activity?.SetStatus(ActivityStatusCode.Error);
        }
    }

    /// <summary>A submission was taken: <see cref="New"/>, <see cref="Repeat"/>, <see cref="Edited"/>, or, whatever it was, to a <see
    /// cref="Draft"/>.</summary>
    public static void Submitted(string outcome) => Submissions.Add(1, new KeyValuePair<string, object?>("rosa.outcome", outcome));

    /// <summary>A restore was answered to its end, with so many cases.</summary>
    public static void Restored(bool isIncremental, int cases) =>
        RestoredCases.Record(cases, new KeyValuePair<string, object?>("rosa.restore", isIncremental ? "incremental" : "full"));
}
