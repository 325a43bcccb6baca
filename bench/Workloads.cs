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
internal static class Workloads
{
    private const int KnownSubmissions = 50;
    private static readonly int[] Connections = [1, 8];
    private static readonly int[] SubmissionConnections = [1, 8, 32];
    private static readonly string[] ExportNames = ["csv-1000", "odata-1000", "odata-repeat-1000", "odata-page-1000"];

    public static bool NeedPhone(BenchOptions options) =>
        options.Wants("restore-1000") || Connections.Any(connections => options.Wants($"receiver-c{connections}"));

    public static bool NeedExport(BenchOptions options) => ExportNames.Any(options.Wants);

    public static bool NeedFormList(BenchOptions options, int length) =>
        Connections.Any(connections => options.Wants(FormListName(length, connections)));

    public static IEnumerable<Workload> All(Seeded seeded, Floor floor, double scale)
    {
        foreach (var (length, path) in seeded.FormLists)
            foreach (var connections in Connections)
                yield return new(
                    FormListName(length, connections),
                    connections,
                    Count(length < 1000 ? 120 : 30, connections),
                    Get(path),
                    HttpStatusCode.OK,
                    floor.ReadHeadAsync,
                    ("<formID>", length)
                );

        foreach (var connections in Connections)
            yield return new(
                $"manifest-c{connections}",
                connections,
                Count(120, connections),
                Get($"{seeded.Root}/forms/{Samples.PicturesId}/manifest"),
                HttpStatusCode.OK,
                floor.ReadFormAsync,
                ("<mediaFile>", Samples.Pictures.Count)
            );

        foreach (var connections in Connections)
            yield return new(
                $"formxml-c{connections}",
                connections,
                Count(120, connections),
                Get($"{seeded.Root}/forms/{Samples.FormId}.xml"),
                HttpStatusCode.OK,
                floor.ReadFormAsync,
                ("<h:title>", 1)
            );

        foreach (var connections in Connections)
            yield return new(
                $"head-c{connections}",
                connections,
                Count(400, connections),
                _ => new(HttpMethod.Head, $"{seeded.Root}/submission"),
                HttpStatusCode.NoContent
            );

        foreach (var connections in SubmissionConnections)
            yield return Submission("submission", connections, 120, []);

        foreach (var connections in Connections)
            yield return Submission("submission3x200k", connections, 25, [Samples.FileSize, Samples.FileSize, Samples.FileSize]);

        // The first of these requests create the submissions that all others duplicate.
        foreach (var connections in Connections)
        {
            var known = Enumerable.Range(0, KnownSubmissions).Select(_ => Samples.Submission(Samples.NewInstanceId())).ToList();
            yield return new(
                $"duplicate-c{connections}",
                connections,
                Count(120, connections),
                i => Post(known[i % KnownSubmissions], []),
                HttpStatusCode.Created,
                floor.ReadInstanceAsync,
                WarmUp: KnownSubmissions
            );
        }

        if (seeded.Phone is { } phone)
        {
            // Before the receiver adds cases for the phone's user.
            yield return new(
                "restore-1000",
                1,
                Count(10, 1),
                _ => phone.Get("/phone/restore/?version=2.0"),
                HttpStatusCode.OK,
                floor.RestoreAsync,
                ("<case ", Samples.Cases),
                WarmUp: 2,
                Streams: true
            );
            foreach (var connections in Connections)
                yield return new(
                    $"receiver-c{connections}",
                    connections,
                    Count(60, connections),
                    _ => phone.Post("/receiver/", Samples.CommCareForm(phone.UserId!, 1)),
                    HttpStatusCode.Created,
                    floor.SubmitCaseAsync,
                    WarmUp: 20
                );
        }

        if (seeded.Export is { } form)
        {
            yield return Export("csv-1000", "/submissions.csv.zip", null, floor.ExportAsync);
            yield return Export("odata-1000", ".svc/Submissions", ("\"__id\"", Samples.Exported), floor.ExportAsync);
            yield return Export(
                "odata-repeat-1000",
                $".svc/Submissions.{Samples.Repeat}",
                ("\"__Submissions-id\"", Samples.Exported * Samples.Rounds),
                floor.ExportAsync
            );
            yield return Export("odata-page-1000", ".svc/Submissions?%24top=250&%24count=true", ("\"__id\"", 250), floor.ReadPageAsync);

            Workload Export(string name, string path, (string, int)? holds, Func<CancellationToken, Task> bare) =>
                new(name, 1, Count(10, 1), _ => form.Get(path), HttpStatusCode.OK, bare, holds, WarmUp: 2, Streams: true);
        }

        // Last, since an app keeps some of its peak memory.
        yield return Submission("submission50m", 1, 2, [Samples.LargeFileSize], warmUp: 1);

        int Count(int count, int connections) => Math.Max(connections, (int)Math.Round(count * scale * (connections > 1 ? 2 : 1)));

        Workload Submission(string name, int connections, int count, int[] sizes, int warmUp = 50) =>
            new(
                $"{name}-c{connections}",
                connections,
                Count(count, connections),
                _ => Post(Samples.Submission(Samples.NewInstanceId(), sizes), sizes),
                HttpStatusCode.Created,
                stop => floor.SubmitAsync(sizes, stop),
                WarmUp: warmUp
            );

        HttpRequestMessage Post(string xml, int[] sizes) =>
            new(HttpMethod.Post, $"{seeded.Root}/submission?deviceID=bench") { Content = Samples.Multipart(xml, sizes) };
    }

    private static string FormListName(int length, int connections) =>
        string.Create(CultureInfo.InvariantCulture, $"formlist-{length}-c{connections}");

    private static Func<int, HttpRequestMessage> Get(string path) => _ => new HttpRequestMessage(HttpMethod.Get, path);
}
