using System.Text.Encodings.Web;
using System.Text.Json;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Entities;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Exports;

/// <summary>Entities of a dataset as OData and GeoJSON, streamed: one page of storage is in memory, however large the dataset
/// is.</summary>
public sealed class EntityExport(EntityLists entities, ActorNames names)
{
    private const int Enough = 64 * 1024;
    private const int ReadsAtOnce = 16;
    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>
    /// One operation per 1,000 entities shown, skipped or counted, and one for the name of each creator. Another `$orderby` than newest
    /// first reads what is known of all entities, and each that is shown. Refuses a `$skiptoken` whose entity is gone with 400.34.
    /// </summary>
    /// <param name="nextLink">The address of the page after an entity.</param>
    public async Task WriteODataAsync(
        Dataset dataset,
        EntityQuery query,
        string context,
        Func<SkipToken, string> nextLink,
        Stream output,
        CancellationToken cancellationToken
    )
    {
        var page = query.Order is { IsNewestFirst: false } order
            ? await OrderAsync(dataset, query, order, cancellationToken)
            : await StartAsync(dataset, query, cancellationToken);
        await using var json = new Utf8JsonWriter(output, Options);
        var rows = new EntityRowWriter(json, dataset, query.Select);
        json.WriteStartObject();
        json.WriteStartArray("value");
        var (written, read, more, last) = (0L, 0L, query.Top == 0, (DatasetEntity?)null);
        if (!more)
        {
            await foreach (var entity in page.Entities.WithCancellation(cancellationToken))
            {
                more = written == query.Top || read == query.ReadAtMost;
                if (more)
                {
                    break;
                }
                read++;
                last = entity;
                if (query.ReadAtMost is not null && !query.Selection.Takes(entity))
                {
                    continue;
                }
                rows.Write(entity, await NameOfAsync(dataset, entity, cancellationToken));
                written++;
                if (json.BytesPending >= Enough)
                {
                    await json.FlushAsync(cancellationToken);
                }
            }
        }
        json.WriteEndArray();
        json.WriteString("@odata.context", context);
        if (more && last is not null)
        {
            json.WriteString("@odata.nextLink", nextLink(new SkipToken(null, null, last.Id.Value)));
        }
        if (query.Count)
        {
            var isWhole = !more && query.SkipToken is null;
            json.WriteNumber(
                "@odata.count",
                page.Count ?? (isWhole ? page.Skipped + written : await CountAsync(dataset, query.Selection, cancellationToken))
            );
        }
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken);
    }

    /// <summary>The entities that have a location. One operation per 1,000 of the dataset.</summary>
    public async Task WriteGeoJsonAsync(Dataset dataset, EntityQuery query, Stream output, CancellationToken cancellationToken)
    {
        await using var json = new Utf8JsonWriter(output, Options);
        EntityGeoJson.Start(json);
        var written = 0;
        if (query.Top != 0)
        {
            await foreach (
                var entity in entities
                    .ListAfterAsync(dataset, null, cancellationToken)
                    .Take(query.ReadAtMost ?? int.MaxValue)
                    .Where(query.Selection.Takes)
            )
            {
                written += EntityGeoJson.TryWrite(json, entity) ? 1 : 0;
                if (json.BytesPending >= Enough)
                {
                    await json.FlushAsync(cancellationToken);
                }
                if (written == query.Top)
                {
                    break;
                }
            }
        }
        EntityGeoJson.End(json);
        await json.FlushAsync(cancellationToken);
    }

    /// <param name="Entities">Those that are wanted; with `readAtMost` all, so that those can be counted that are read.</param>
    /// <param name="Count">Of all entities that are wanted, where it is known.</param>
    private sealed record Page(IAsyncEnumerable<DatasetEntity> Entities, long Skipped, long? Count);

    private async Task<Page> StartAsync(Dataset dataset, EntityQuery query, CancellationToken cancellationToken)
    {
        string? after = null;
        if (query.SkipToken is { } token)
        {
            after =
                EntityId.TryParse(token) is { } id && await entities.FindPlaceAsync(dataset, id, cancellationToken) is { Length: > 0 } place
                    ? place
                    : throw Problem.SkipTokenRowMissing().AsException();
        }
        var skipped = 0L;
        if (query.Skip > 0)
        {
            await foreach (var head in HeadsAsync(dataset, query.Selection, cancellationToken))
            {
                after = head.Place;
                if (++skipped == query.Skip)
                {
                    break;
                }
            }
        }
        // One row more than the page shows whether there is a next page.
        if (query.ReadAtMost is { } most)
        {
            return new Page(entities.ListAfterAsync(dataset, after, cancellationToken, Math.Min(most + 1, 1000)), skipped, null);
        }
        int? pageSize = query is { Top: { } top and < 999, Selection.IsAll: true } ? top + 1 : null;
        return new Page(entities.ListAfterAsync(dataset, after, cancellationToken, pageSize).Where(query.Selection.Takes), skipped, null);
    }

    private async Task<Page> OrderAsync(Dataset dataset, EntityQuery query, EntityOrder order, CancellationToken cancellationToken)
    {
        var all = new List<(object?[] Keys, EntityHead Head)>();
        await foreach (var head in HeadsAsync(dataset, query.Selection, cancellationToken))
        {
            all.Add((order.KeysOf(head), head));
        }
        all = [.. all.OrderBy(one => one.Keys, Comparer<object?[]>.Create(order.Compare!))];
        var start = query.SkipToken is { } token ? 1 + all.FindIndex(one => one.Head.Id.Value == token) : query.Skip;
        if (start == 0 && query.SkipToken is not null)
        {
            throw Problem.SkipTokenRowMissing().AsException();
        }
        return new Page(ReadAsync(dataset, all.Skip(start).Select(one => one.Head), cancellationToken), start, all.Count);
    }

    private async IAsyncEnumerable<DatasetEntity> ReadAsync(
        Dataset dataset,
        IEnumerable<EntityHead> heads,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        foreach (var some in heads.Chunk(ReadsAtOnce))
        {
            foreach (var entity in await Task.WhenAll(some.Select(head => entities.FindAtAsync(dataset, head.Place, cancellationToken))))
            {
                if (entity is not null)
                {
                    yield return entity;
                }
            }
        }
    }

    private async Task<long> CountAsync(Dataset dataset, EntitySelection selection, CancellationToken cancellationToken) =>
        await HeadsAsync(dataset, selection, cancellationToken).LongCountAsync(cancellationToken);

    // Only a search reads values.
    private IAsyncEnumerable<EntityHead> HeadsAsync(Dataset dataset, EntitySelection selection, CancellationToken cancellationToken) =>
        selection.Search is null
            ? entities.ListHeadsAsync(dataset, cancellationToken).Where(selection.Takes)
            : entities.ListAfterAsync(dataset, null, cancellationToken).Where(selection.Takes).Select(entity => entity.Head);

    private async ValueTask<string?> NameOfAsync(Dataset dataset, DatasetEntity entity, CancellationToken cancellationToken) =>
        entity.Creator is { } id ? (await names.FindAsync(dataset.Project, id, cancellationToken))?.DisplayName : null;
}
