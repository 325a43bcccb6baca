using Azure;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Fixtures;

/// <summary>The products of a domain: creates, finds, changes and deletes them.</summary>
public sealed class Products(FixturesTable fixtures, DomainDirectory directory, TimeProvider clock)
{
    /// <summary>By name. One operation per 1,000.</summary>
    public async Task<IReadOnlyList<Product>> ListAsync(ProjectId project, CancellationToken cancellationToken) =>
        [
            .. (await fixtures.ListAsync<Product>(project, FixtureKeys.Products, cancellationToken).ToListAsync(cancellationToken))
                .Where(product => !product.IsDeleted)
                .OrderBy(product => product.Name, StringComparer.Ordinal)
                .ThenBy(product => product.Id, StringComparer.Ordinal),
        ];

    /// <summary>Refuses an unknown and a deleted product with 404.1. One operation.</summary>
    public async Task<Product> GetAsync(ProjectId project, string id, CancellationToken cancellationToken) =>
        (await FindAsync(project, id, cancellationToken)).Product;

    /// <summary>With this id, or with a new one. Refuses an id in use with 409.3, and a product that is too long with 400.13. One
    /// operation.</summary>
    public async Task<Product> CreateAsync(
        ProjectId project,
        string? id,
        Func<Product, Product> describe,
        CancellationToken cancellationToken
    )
    {
        var product = Checked(describe(new Product(id ?? Guid.NewGuid().ToString("N"), "")));
        var write = FixtureWrite.Add(FixtureKeys.Product(product.Id), product);
        if (await fixtures.TryWriteAsync(project, FixtureKind.Products, [write], cancellationToken) is null)
        {
            throw Problem.AlreadyExists(["id"], [product.Id], "products").AsException();
        }
        directory.Forget(project);
        return product;
    }

    /// <summary>Replaces a product by what <paramref name="change"/> makes of it, which must be pure. Refuses an unknown one with 404.1.
    /// Two operations.</summary>
    public Task<Product> ChangeAsync(ProjectId project, string id, Func<Product, Product> change, CancellationToken cancellationToken) =>
        ConditionalWrite.RepeatAsync<Product>(
            async () =>
            {
                var (product, version) = await FindAsync(project, id, cancellationToken);
                var next = Checked(change(product));
                var write = FixtureWrite.Replace(FixtureKeys.Product(id), next, version);
                if (await fixtures.TryWriteAsync(project, FixtureKind.Products, [write], cancellationToken) is null)
                {
                    return Attempt<Product>.Conflict;
                }
                directory.Forget(project);
                return next;
            },
            cancellationToken
        );

    /// <summary>Ledgers keep their balances of it. Refuses an unknown one with 404.1.</summary>
    public Task<Product> DeleteAsync(ProjectId project, string id, CancellationToken cancellationToken) =>
        ChangeAsync(project, id, product => product with { IsDeleted = true }, cancellationToken);

    private Product Checked(Product product)
    {
        var next = product with { ModifiedAt = clock.GetUtcNow() };
        return FixturesTable.SizeOf(next) <= Product.MaxCharacters
            ? next
            : throw Problem.ValueTooLong("product", Product.MaxCharacters).AsException();
    }

    private async Task<(Product Product, ETag Version)> FindAsync(ProjectId project, string id, CancellationToken cancellationToken) =>
        await fixtures.FindAsync<Product>(project, FixtureKeys.Product(id), cancellationToken) is { Value.IsDeleted: false } found
            ? found
            : throw Problem.NotFound().AsException();
}
