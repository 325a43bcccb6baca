using System.Globalization;
using ServerlessRosa.Core.Entities;
using ServerlessRosa.Core.Exports;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>
/// A dataset as a file, streamed: header, then one line per entity, newest first (OR-136 to OR-142). Its strong ETag is the hash that
/// stands in manifests.
/// </summary>
/// <param name="Columns">What comes before the first property.</param>
/// <param name="Before">The values of those columns.</param>
/// <param name="More">What comes after the last property, and the values of that.</param>
public sealed record EntityCsvResult(
    string Name,
    EntityList List,
    EntityLists Entities,
    IReadOnlyList<string> Columns,
    Func<DatasetEntity, IEnumerable<string>> Before,
    IReadOnlyList<string> MoreColumns,
    Func<DatasetEntity, ValueTask<IEnumerable<string>>> More
) : IResult
{
    /// <summary>Which entities are wanted; a selection has no ETag.</summary>
    public EntitySelection Selection { get; init; } = EntitySelection.All;

    private const string ContentType = "text/csv; charset=utf-8";

    /// <summary>The columns for phones (OR-140): the id as `name`.</summary>
    public static EntityCsvResult ForPhones(string name, EntityList list, EntityLists entities) =>
        new(
            name,
            list,
            entities,
            ["name", "label", "__version"],
            entity => [entity.Id.Value, entity.Current.Label, Number(entity.Current.Number)],
            [],
            _ => ValueTask.FromResult(Enumerable.Empty<string>())
        );

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        if (!Selection.IsAll)
        {
            await new StreamedFile(Name, ContentType, WriteAsync).ExecuteAsync(httpContext);
            return;
        }
        var etag = $"\"{List.Hash}\"";
        response.Headers.ETag = etag;
        if (Revalidation.Matches(httpContext.Request.Headers.IfNoneMatch, etag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        await new StreamedFile(Name, ContentType, WriteAsync).ExecuteAsync(httpContext);
    }

    private async Task WriteAsync(Stream output, CancellationToken cancellationToken)
    {
        var properties = List.Dataset.Properties.Select(property => property.Name).ToList();
        var text = new CsvText();
        text.Cells([.. Columns, .. properties, .. MoreColumns]);
        text.EndRow();
        var selected = Selection.IsAll
            ? Entities.ReadAsync(List, cancellationToken)
            : Entities.ListAfterAsync(List.Dataset, null, cancellationToken).Where(Selection.Takes).Where(List.View.Takes);
        await foreach (var entity in selected)
        {
            text.Cells([
                .. Before(entity),
                .. properties.Select(property => entity.Current.Data.GetValueOrDefault(property, "")),
                .. await More(entity),
            ]);
            text.EndRow();
            if (text.IsFull)
            {
                text.MoveTo(output);
                await output.FlushAsync(cancellationToken);
            }
        }
        text.MoveTo(output);
    }

    public static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
