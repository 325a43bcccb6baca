using Azure;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Fixtures;

/// <summary>What an upload changes in a domain's products.</summary>
public sealed record ProductUpload : FixtureUpload<Product>
{
    /// <summary>Of the products, before they were read.</summary>
    internal FixtureVersion Version { get; init; }

    /// <summary>Ids that deleted products have.</summary>
    internal IReadOnlySet<string> Deleted { get; init; } = new HashSet<string>();
}

/// <summary>Adds, changes and deletes the products that a spreadsheet names. Others stay as they are.</summary>
public sealed class UploadProducts(FixturesTable fixtures, DomainDirectory directory, TimeProvider clock)
{
    /// <summary>
    /// Finds what would change. A product is recognised by its id, else by its code, else by its name; an unknown id is that of a new one.
    /// Refuses with 400.58 what is no product, or could be several. One operation per 1,000 products, and one more.
    /// </summary>
    public async Task<ProductUpload> PlanAsync(ProjectId project, FixtureSheet sheet, CancellationToken cancellationToken)
    {
        var columns = new ProductColumns(sheet.Headers);
        var version = await fixtures.ReadVersionAsync(project, FixtureKind.Products, cancellationToken);
        var all = await fixtures.ListAsync<Product>(project, FixtureKeys.Products, cancellationToken).ToListAsync(cancellationToken);
        var before = all.Where(product => !product.IsDeleted).ToList();
        var (byId, byCode, byName) = (
            before.ToDictionary(product => product.Id),
            before.Where(product => product.Code.Length > 0).ToLookup(product => product.Code),
            before.ToLookup(product => product.Name)
        );
        var (changes, removed) = (new List<RowChange<Product>>(), new List<Product>());
        var (named, unknown) = (new HashSet<string>(), new HashSet<string>());
        foreach (var row in sheet.Rows.Select((cells, index) => columns.RowOf(cells, index + 2)))
        {
            var found =
                row.Filled(ProductColumns.Id) is { } id ? byId.GetValueOrDefault(id)
                : row.Filled(ProductColumns.Code) is { } code && byCode.Contains(code) ? One(row, byCode[code])
                : row.Filled(ProductColumns.Name) is { } name ? One(row, byName[name])
                : null;
            var after = row.Deletes ? found : After(row, found);
            if (after is null)
            {
                continue; // It was deleted by the same upload before, which was interrupted.
            }
            var isAgain =
                found is null
                && row.Filled(ProductColumns.Id) is null
                && !unknown.Add(after.Code.Length > 0 ? $"code {after.Code}" : $"name {after.Name}");
            if (isAgain || !named.Add(after.Id))
            {
                throw Problem.UnusableSheet(row.Number, $"the product {after.Name} stands there twice.").AsException();
            }
            if (row.Deletes)
            {
                removed.Add(after);
            }
            else if (found is null || !IsSame(found, after))
            {
                changes.Add(new RowChange<Product>(found, after));
            }
        }
        var added = changes.Where(change => change.Before is null).ToList();
        return new ProductUpload
        {
            Added = added,
            Changed = [.. changes.Where(change => change.Before is not null)],
            Removed = removed,
            Unchanged = before.Count + added.Count - changes.Count - removed.Count,
            Version = version,
            Deleted = all.Where(product => product.IsDeleted).Select(product => product.Id).ToHashSet(),
        };
    }

    /// <summary>
    /// Writes the plan in batches: new and changed products first. An upload that was interrupted is completed by the same upload. Refuses
    /// with 409.41 when somebody else changed a product since. One operation for each batch.
    /// </summary>
    public Task ApplyAsync(ProjectId project, ProductUpload plan, CancellationToken cancellationToken)
    {
        FixtureVersion? version = plan.Version;
        return UploadBatches.SendAsync(
            Rows(plan),
            plan.Written,
            async writes =>
            {
                version = await fixtures.TryWriteAsync(project, FixtureKind.Products, writes, version!.Value, cancellationToken);
                directory.Forget(project);
                return version is not null;
            }
        );
    }

    private IEnumerable<UploadRow> Rows(ProductUpload plan)
    {
        foreach (var (before, after) in plan.Added.Concat(plan.Changed))
        {
            var row = FixtureKeys.Product(after.Id);
            var isThere = before is not null || plan.Deleted.Contains(after.Id);
            yield return new(
                before is null ? UploadStep.Add : UploadStep.Change,
                [isThere ? FixtureWrite.Replace(row, after, ETag.All) : FixtureWrite.Add(row, after)]
            );
        }
        foreach (var product in plan.Removed)
        {
            var gone = product with { IsDeleted = true, ModifiedAt = clock.GetUtcNow() };
            yield return new(UploadStep.Remove, [FixtureWrite.Replace(FixtureKeys.Product(product.Id), gone, ETag.All)]);
        }
    }

    private static Product? One(ProductRow row, IEnumerable<Product> same)
    {
        var found = same.Take(2).ToList();
        return found.Count < 2
            ? found.FirstOrDefault()
            : throw Problem.UnusableSheet(row.Number, $"there are several products like {found[0].Name}: name its id.").AsException();
    }

    private Product After(ProductRow row, Product? before)
    {
        ProblemException Refuse(string reason) => Problem.UnusableSheet(row.Number, reason).AsException();
        if (before is null && row.Filled(ProductColumns.Name) is null)
        {
            throw Refuse("a new product has a name.");
        }
        var id = row.Filled(ProductColumns.Id) ?? before?.Id ?? Guid.NewGuid().ToString("N");
        var after = row.ApplyTo(before ?? new Product(id, "")) with { ModifiedAt = clock.GetUtcNow() };
        return id.Length > Product.MaxId ? throw Refuse($"an id has at most {Product.MaxId} characters.")
            : FixturesTable.SizeOf(after) > Product.MaxCharacters ? throw Refuse("the row is too long.")
            : after;
    }

    private static bool IsSame(Product before, Product after) =>
        before with { Data = after.Data, ModifiedAt = after.ModifiedAt } == after
        && before.Data.Count == after.Data.Count
        && before.Data.All(pair => after.Data.TryGetValue(pair.Key, out var value) && value == pair.Value);
}
