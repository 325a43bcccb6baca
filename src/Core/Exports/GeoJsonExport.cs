using System.Text.Encodings.Web;
using System.Text.Json;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Submissions;

namespace ServerlessRosa.Core.Exports;

/// <summary>Which submissions, and which of their locations, are asked for as GeoJSON.</summary>
public sealed record GeoJsonRequest(SubmissionSpace Space, ExportSchema Schema)
{
    /// <summary>Paths of fields; none for the first location of the form that is in no repeat.</summary>
    public IReadOnlyList<string> FieldPaths { get; init; } = [];

    public Func<Submission, bool> Takes { get; init; } = _ => true;

    /// <summary>Deleted submissions instead of the others.</summary>
    public bool Deleted { get; init; }

    public int? Limit { get; init; }

    /// <summary>How many of the newest submissions are searched; null for all.</summary>
    public int? ReadAtMost { get; init; }
}

/// <summary>Locations of submissions as a GeoJSON FeatureCollection, one feature for each submission that has any. Operations as for
/// <see cref="ExportSource.ListAsync"/>.</summary>
public sealed class GeoJsonExport(ExportSource source)
{
    private const int Enough = 64 * 1024;

    public async Task WriteAsync(GeoJsonRequest request, Stream output, CancellationToken cancellationToken)
    {
        var fields = FieldsOf(request);
        await using var json = Start(output);
        var left = request.Limit ?? int.MaxValue;
        var filter = request.Deleted ? SubmissionFilter.Deleted : null;
        if (fields.Count > 0 && left > 0)
        {
            var all = source.ListAsync(request.Space, filter, null, null, cancellationToken);
            await foreach (var exported in all.Take(request.ReadAtMost ?? int.MaxValue))
            {
                if (!request.Takes(exported.Submission))
                {
                    continue;
                }
                if (Write(json, request, fields, exported.Submission, await exported.Stored.ReadXmlAsync(cancellationToken)) && --left == 0)
                {
                    break;
                }
                if (json.BytesPending >= Enough)
                {
                    await json.FlushAsync(cancellationToken);
                }
            }
        }
        await EndAsync(json, cancellationToken);
    }

    /// <summary>The same of one version of a submission.</summary>
    public static async Task WriteOneAsync(
        GeoJsonRequest request,
        Submission submission,
        ReadOnlyMemory<byte> xml,
        Stream output,
        CancellationToken cancellationToken
    )
    {
        var fields = FieldsOf(request);
        await using var json = Start(output);
        Write(json, request, fields, submission, xml);
        await EndAsync(json, cancellationToken);
    }

    private static Utf8JsonWriter Start(Stream output)
    {
        var json = new Utf8JsonWriter(
            output,
            new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true }
        );
        json.WriteStartObject();
        json.WriteString("type", "FeatureCollection");
        json.WriteStartArray("features");
        return json;
    }

    private static async Task EndAsync(Utf8JsonWriter json, CancellationToken cancellationToken)
    {
        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken);
    }

    private static bool Write(
        Utf8JsonWriter json,
        GeoJsonRequest request,
        List<(string Path, ExportNode Node)> fields,
        Submission submission,
        ReadOnlyMemory<byte> xml
    )
    {
        var rows = SubmissionRows.Read(request.Schema, xml).ToList();
        var geometries = fields.Select(field => Geometry(rows, field.Node)).OfType<Action<Utf8JsonWriter>>().ToList();
        if (geometries.Count == 0)
        {
            return false;
        }
        json.WriteStartObject();
        json.WriteString("type", "Feature");
        json.WriteString("id", submission.RootId.Value);
        json.WritePropertyName("geometry");
        if (geometries.Count == 1)
        {
            geometries[0](json);
        }
        else
        {
            json.WriteStartObject();
            json.WriteString("type", "GeometryCollection");
            json.WriteStartArray("geometries");
            geometries.ForEach(write => write(json));
            json.WriteEndArray();
            json.WriteEndObject();
        }
        if (request.FieldPaths.Count > 0)
        {
            json.WriteNull("properties");
        }
        else
        {
            json.WriteStartObject("properties");
            json.WriteString("fieldpath", fields[0].Path);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        return true;
    }

    // All instances of a repeat make one geometry.
    private static Action<Utf8JsonWriter>? Geometry(List<ExportRow> rows, ExportNode field)
    {
        var paths = rows.Where(row => row.Table == field.Table && !row.IsEncrypted)
            .Select(row => row[field.Column] is { } answer ? GeoValue.Parse(answer) : null)
            .OfType<List<GeoValue.Position>>()
            .Where(path => IsWhole(field.Field!.Type, path))
            .ToList();
        return paths.Count == 0 ? null : json => GeoValue.WriteGeometry(json, field.Field!.Type, paths, field.Table.Parent is not null);
    }

    private static bool IsWhole(string type, List<GeoValue.Position> path) =>
        type switch
        {
            "geopoint" => path.Count == 1,
            "geotrace" => path.Count >= 2,
            _ => path.Count >= 3,
        };

    private static List<(string Path, ExportNode Node)> FieldsOf(GeoJsonRequest request)
    {
        var all = request
            .Schema.Tables.SelectMany(table => NodesOf(table.Node).Where(node => node.Table == table))
            .Where(node => node.Field?.Type is "geopoint" or "geotrace" or "geoshape")
            .Select(node => (node.Field!.Path, node))
            .ToList();
        return request.FieldPaths.Count == 0
            ? [.. all.Where(field => field.node.Table.Parent is null).Take(1)]
            : [.. all.Where(field => request.FieldPaths.Contains(field.Path))];
    }

    private static IEnumerable<ExportNode> NodesOf(ExportNode node) =>
        node.Children.SelectMany(child =>
            child.IsRepeat ? []
            : child.IsQuestion ? [child]
            : NodesOf(child)
        );
}
