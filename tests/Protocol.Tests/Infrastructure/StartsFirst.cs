using Xunit.Abstractions;

[assembly: TestCollectionOrderer("ServerlessRosa.Protocol.Tests.Infrastructure.StartsFirstOrderer", "ServerlessRosa.Protocol.Tests")]

namespace ServerlessRosa.Protocol.Tests.Infrastructure;

/// <summary>On the test classes that take longest, mostly by waiting: they are started before all others, so that none runs alone at the
/// end.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class StartsFirstAttribute : Attribute;

/// <summary>Orders test classes by <see cref="StartsFirstAttribute"/>.</summary>
public sealed class StartsFirstOrderer : ITestCollectionOrderer
{
    private static readonly HashSet<string> First =
    [
        .. typeof(StartsFirstOrderer)
            .Assembly.GetTypes()
            .Where(type => type.IsDefined(typeof(StartsFirstAttribute), inherit: false))
            .Select(type => $"Test collection for {type.FullName}"),
    ];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(collection => First.Contains(collection.DisplayName) ? 0 : 1);
}
