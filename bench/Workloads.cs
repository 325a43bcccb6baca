using System.Globalization;
using System.Net;

namespace ServerlessRosa.Bench;

/// <param name="Count">Requests per round.</param>
/// <param name="Request">Creates a request; the argument counts from 0 in each round.</param>
/// <param name="Expected">The expected status code.</param>
/// <param name="Floor">The same storage operations without the app; null when the request needs none.</param>
/// <param name="Holds">A text that the answer's body must contain, and how often.</param>
/// <param name="WarmUp">Requests before the first round.</param>
/// <param name="Streams">Whether the headers are sent before all storage operations of the request are counted.</param>
internal sealed record Workload(
    string Name,
    int Connections,
    int Count,
    Func<int, HttpRequestMessage> Request,
    HttpStatusCode Expected,
    Func<CancellationToken, Task>? Floor = null,
    (string Text, int Times)? Holds = null,
    int WarmUp = 100,
    bool Streams = false
);

/// <summary>Typical requests of phones, from one connection and from many, and exports.</summary>
internal sealed class Workloads(Seeded seeded, Floor floor, BenchOptions options)
{
    private const int KnownSubmissions = 50;
    private static readonly int[] Connections = [1, 8];
    private static readonly int[] SubmissionConnections = [1, 8, 32];
    private static readonly string[] Exported = ["csv", "odata", "odata-repeat", "odata-page"];

    public static bool NeedPhone(BenchOptions options) =>
        options.Wants(Name("restore", options)) || Connections.Any(connections => options.Wants($"receiver-c{connections}"));

    public static bool NeedExport(BenchOptions options) => Exported.Any(kind => options.Wants(Name(kind, options)));

    public static bool NeedFormList(BenchOptions options, int length) =>
        Connections.Any(connections => options.Wants(FormListName(length, connections)));

    public IEnumerable<Workload> All() =>
        [
            .. FormLists(),
            .. PerConnections(Manifest),
            .. PerConnections(FormXml),
            .. PerConnections(Head),
            .. SubmissionConnections.Select(connections => Submission("submission", connections, 120, [])),
            .. PerConnections(connections =>
                Submission("submission3x200k", connections, 25, [Samples.FileSize, Samples.FileSize, Samples.FileSize])
            ),
            .. PerConnections(Duplicate),
            // The restore comes before the receiver adds cases for the phone's user.
            .. seeded.Phone is { } phone ? PerConnections(connections => Receiver(phone, connections)).Prepend(Restore(phone)) : [],
            .. seeded.Export is { } form ? Exports(form) : [],
            // Last, since an app keeps some of its peak memory.
            Submission("submission50m", 1, 2, [Samples.LargeFileSize], warmUp: 1),
        ];

    private IEnumerable<Workload> FormLists() =>
        seeded.FormLists.SelectMany(list =>
            PerConnections(connections =>
                new(
                    FormListName(list.Key, connections),
                    connections,
                    Count(list.Key < 1000 ? 120 : 30, connections),
                    Get(list.Value),
                    HttpStatusCode.OK,
                    floor.ReadHeadAsync,
                    ("<formID>", list.Key)
                )
            )
        );

    private Workload Manifest(int connections) =>
        new(
            $"manifest-c{connections}",
            connections,
            Count(120, connections),
            Get($"{seeded.Root}/forms/{Samples.PicturesId}/manifest"),
            HttpStatusCode.OK,
            floor.ReadFormAsync,
            ("<mediaFile>", Samples.Pictures.Count)
        );

    private Workload FormXml(int connections) =>
        new(
            $"formxml-c{connections}",
            connections,
            Count(120, connections),
            Get($"{seeded.Root}/forms/{Samples.FormId}.xml"),
            HttpStatusCode.OK,
            floor.ReadFormAsync,
            ("<h:title>", 1)
        );

    private Workload Head(int connections) =>
        new(
            $"head-c{connections}",
            connections,
            Count(400, connections),
            _ => new(HttpMethod.Head, $"{seeded.Root}/submission"),
            HttpStatusCode.NoContent
        );

    private Workload Submission(string name, int connections, int count, int[] sizes, int warmUp = 50) =>
        new(
            $"{name}-c{connections}",
            connections,
            Count(count, connections),
            _ => Post(Samples.Submission(Samples.NewInstanceId(), sizes), sizes),
            HttpStatusCode.Created,
            stop => floor.SubmitAsync(sizes, stop),
            WarmUp: warmUp
        );

    // The first of these requests create the submissions that all others duplicate.
    private Workload Duplicate(int connections)
    {
        var known = Enumerable.Range(0, KnownSubmissions).Select(_ => Samples.Submission(Samples.NewInstanceId())).ToList();
        return new(
            $"duplicate-c{connections}",
            connections,
            Count(120, connections),
            i => Post(known[i % KnownSubmissions], []),
            HttpStatusCode.Created,
            floor.ReadInstanceAsync,
            WarmUp: KnownSubmissions
        );
    }

    private Workload Restore(Place phone) =>
        new(
            Name("restore", options),
            1,
            Count(10, 1),
            _ => phone.Get("/phone/restore/?version=2.0"),
            HttpStatusCode.OK,
            floor.RestoreAsync,
            ("<case ", options.Rows),
            WarmUp: 2,
            Streams: true
        );

    private Workload Receiver(Place phone, int connections) =>
        new(
            $"receiver-c{connections}",
            connections,
            Count(60, connections),
            _ => phone.Post("/receiver/", Samples.CommCareForm(phone.UserId!, 1)),
            HttpStatusCode.Created,
            floor.SubmitCaseAsync,
            WarmUp: 20
        );

    private IEnumerable<Workload> Exports(Place form)
    {
        yield return Export("csv", "/submissions.csv.zip", null, floor.ExportAsync);
        yield return Export("odata", ".svc/Submissions", ("\"__id\"", options.Rows), floor.ExportAsync);
        yield return Export(
            "odata-repeat",
            $".svc/Submissions.{Samples.Repeat}",
            ("\"__Submissions-id\"", options.Rows * Samples.Rounds),
            floor.ExportAsync
        );
        yield return Export(
            "odata-page",
            ".svc/Submissions?%24top=250&%24count=true",
            ("\"__id\"", Math.Min(250, options.Rows)),
            floor.ReadPageAsync
        );

        Workload Export(string kind, string path, (string, int)? holds, Func<CancellationToken, Task> bare) =>
            new(Name(kind, options), 1, Count(10, 1), _ => form.Get(path), HttpStatusCode.OK, bare, holds, WarmUp: 2, Streams: true);
    }

    private int Count(int count, int connections) =>
        Math.Max(connections, (int)Math.Round(count * options.Count * (connections > 1 ? 2 : 1)));

    private HttpRequestMessage Post(string xml, int[] sizes) =>
        new(HttpMethod.Post, $"{seeded.Root}/submission?deviceID=bench") { Content = Samples.Multipart(xml, sizes) };

    private static IEnumerable<Workload> PerConnections(Func<int, Workload> workload) => Connections.Select(workload);

    private static string Name(string kind, BenchOptions options) => string.Create(CultureInfo.InvariantCulture, $"{kind}-{options.Rows}");

    private static string FormListName(int length, int connections) =>
        string.Create(CultureInfo.InvariantCulture, $"formlist-{length}-c{connections}");

    private static Func<int, HttpRequestMessage> Get(string path) => _ => new HttpRequestMessage(HttpMethod.Get, path);
}
