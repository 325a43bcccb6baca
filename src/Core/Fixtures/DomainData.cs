using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Workers;

namespace ServerlessRosa.Core.Fixtures;

/// <summary>The groups, locations, lookup tables (without rows, by tag) and products of a domain.</summary>
public sealed record DomainData(IReadOnlyList<Group> Groups, LocationTree Locations, IReadOnlyList<LookupTable> Tables)
{
    /// <summary>By name, deleted ones too. Empty for a domain that never had any.</summary>
    public IReadOnlyList<Product> Products { get; init; } = [];

    /// <summary>
    /// The owners of the cases on the user's phone (CC-107): the user, their case-sharing groups, and the locations that own cases for
    /// them.
    /// </summary>
    public IReadOnlySet<OwnerId> OwnersFor(DomainUser user) =>
        new HashSet<OwnerId>([
            user.UserId,
            .. CaseSharingGroupsOf(user).Select(group => new OwnerId(group.Id)),
            .. CaseOwningLocationsOf(user).Select(LocationTree.OwnerOf),
        ]);

    /// <summary>By name. A web user is in no group.</summary>
    public IReadOnlyList<Group> CaseSharingGroupsOf(DomainUser user) =>
        [
            .. GroupsOf(user)
                .Where(group => group.CaseSharing)
                .OrderBy(group => group.Name, StringComparer.Ordinal)
                .ThenBy(group => group.Id, StringComparer.Ordinal),
        ];

    /// <summary>By site code. A web user is at no location.</summary>
    public IReadOnlyList<Location> CaseOwningLocationsOf(DomainUser user) =>
        user.Worker is { } worker ? Locations.CaseOwnersFor(worker) : [];

    /// <summary>The owners through which the user gets a row: themselves, their groups, and their locations with all above them.</summary>
    public Func<RowOwners, bool> RowsOf(DomainUser user)
    {
        var groups = GroupsOf(user).Select(group => group.Id).ToHashSet();
        var locations = user.Worker is { } worker ? Locations.PathsOf(worker) : new HashSet<string>();
        return owners =>
            owners.Users.Contains(user.UserId.Value) || owners.Groups.Any(groups.Contains) || owners.Locations.Any(locations.Contains);
    }

    /// <summary>
    /// Whether the phone needs the locations again: it has none, or the tree or the worker's place in it may have changed since its last
    /// sync. Clocks of instances may differ by two minutes.
    /// </summary>
    public bool LocationsChangedFor(DomainUser user, DateTimeOffset? lastSync)
    {
        var since = lastSync?.AddMinutes(-2);
        return Locations.Types.Count > 0 && (since is null || Locations.ModifiedAt > since || user.Worker?.LocationsChangedAt > since);
    }

    /// <summary>Whether the phone needs the products again: it has none, or one may have changed since its last sync.</summary>
    public bool ProductsChangedSince(DateTimeOffset? lastSync)
    {
        var since = lastSync?.AddMinutes(-2);
        return Products.Count > 0 && (since is null || Products.Any(product => product.ModifiedAt > since));
    }

    private IEnumerable<Group> GroupsOf(DomainUser user) =>
        user.Worker is null ? [] : Groups.Where(group => group.Users.Contains(user.UserId.Value));
}
