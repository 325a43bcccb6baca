using ServerlessRosa.Core.Fixtures;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Maintenance;

/// <summary>Verifies that the products of a project reach phones.</summary>
public sealed class VerifyProducts(FixtureChecks checks)
{
    /// <summary>One operation per 1,000 products, and one for each.</summary>
    internal Task RunAsync(Verification verification, ProjectId project, CancellationToken cancellationToken) =>
        checks.EachAsync<Product>(
            verification,
            project,
            "products",
            FixtureKeys.Products,
            (_, _, stop) => checks.CheckHeadAsync(project, FixtureKind.Products, stop),
            cancellationToken
        );
}
