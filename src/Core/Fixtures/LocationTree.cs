using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Workers;

namespace ServerlessRosa.Core.Fixtures;

/// <summary>All locations of a domain, as they were at one moment.</summary>
public sealed class LocationTree
{
    private readonly Dictionary<string, Location> _locations;
    private readonly ILookup<string, Location> _below;
    private readonly Dictionary<string, LocationType> _types;

    internal LocationTree(IReadOnlyList<LocationType> types, IReadOnlyList<Location> locations)
    {
        _types = types.ToDictionary(type => type.Code);

        // They are read one after the other: the type of a location may have come in between.
        locations = [.. locations.Where(location => _types.ContainsKey(location.Type))];
        _locations = locations.ToDictionary(location => location.Id);
        _below = locations.Where(location => location.Parent is not null).ToLookup(location => location.Parent!);
        Types = types;
        ModifiedAt = types.Select(type => type.ModifiedAt).Concat(locations.Select(location => location.ModifiedAt)).DefaultIfEmpty().Max();
    }

    public static LocationTree Empty { get; } = new([], []);

    /// <summary>By code.</summary>
    public IReadOnlyList<LocationType> Types { get; }

    /// <summary>When any of it was changed last.</summary>
    public DateTimeOffset ModifiedAt { get; }

    internal int Count => _locations.Count;

    public LocationType TypeOf(Location location) => _types[location.Type];

    /// <summary>
    /// The locations that own cases for the worker (CC-107): the assigned ones and, depending on the type, those below them.
    /// </summary>
    public IReadOnlyList<Location> CaseOwnersFor(MobileWorker worker) =>
        [
            .. AssignedTo(worker)
                .SelectMany(location => TypeOf(location).ViewDescendants ? WithDescendants(location) : [location])
                .Where(location => TypeOf(location).SharesCases)
                .DistinctBy(location => location.Id)
                .OrderBy(location => location.SiteCode, StringComparer.Ordinal),
        ];

    /// <summary>The locations on the worker's phone: the assigned ones, all below them and all above; by site code.</summary>
    public IReadOnlyList<Location> VisibleTo(MobileWorker worker) =>
        [
            .. AssignedTo(worker)
                .SelectMany(location => WithDescendants(location).Concat(WithAncestors(location)))
                .DistinctBy(location => location.Id)
                .OrderBy(location => location.SiteCode, StringComparer.Ordinal),
        ];

    /// <summary>The ids of the assigned locations and all above them: rows of lookup tables are given to whole branches of the
    /// tree.</summary>
    public IReadOnlySet<string> PathsOf(MobileWorker worker) =>
        AssignedTo(worker).SelectMany(WithAncestors).Select(location => location.Id).ToHashSet();

    /// <summary>From the location up to the root.</summary>
    public IEnumerable<Location> WithAncestors(Location location)
    {
        for (
            var current = location;
            current is not null;
            current = current.Parent is { } parent ? _locations.GetValueOrDefault(parent) : null
        )
        {
            yield return current;
        }
    }

    internal static OwnerId OwnerOf(Location location) => new(location.Id);

    private IEnumerable<Location> AssignedTo(MobileWorker worker) =>
        worker.Locations.Select(id => _locations.GetValueOrDefault(id)).OfType<Location>().Where(location => !location.IsArchived);

    private IEnumerable<Location> WithDescendants(Location location)
    {
        var pending = new Stack<Location>([location]);
        while (pending.TryPop(out var current))
        {
            yield return current;
            foreach (var below in _below[current.Id].Where(below => !below.IsArchived))
            {
                pending.Push(below);
            }
        }
    }
}
