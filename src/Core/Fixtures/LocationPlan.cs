using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Fixtures;

/// <summary>Compares the rows of a spreadsheet with the locations that there are. Refuses with 400.58, which names the row.</summary>
internal sealed class LocationPlan
{
    private readonly IReadOnlyList<LocationType> _types;
    private readonly IReadOnlyList<Location> _before;
    private readonly IReadOnlySet<string> _assigned;
    private readonly DateTimeOffset _now;
    private readonly Dictionary<string, Location> _byId;
    private readonly Dictionary<string, Location> _bySiteCode;
    private readonly HashSet<string> _withBelow;
    private readonly HashSet<string> _named = [];
    private readonly List<Match> _matches = [];
    private readonly Dictionary<string, string> _idBySiteCode = new(StringComparer.OrdinalIgnoreCase);
    private int _unchanged;

    public LocationPlan(
        IReadOnlyList<LocationType> types,
        IReadOnlyList<Location> before,
        IReadOnlySet<string> assigned,
        DateTimeOffset now
    )
    {
        (_types, _before, _assigned, _now) = (types, before, assigned, now);
        _byId = before.ToDictionary(location => location.Id);
        _bySiteCode = before.ToDictionary(location => location.SiteCode, StringComparer.OrdinalIgnoreCase);
        _withBelow = before.Select(location => location.Parent).OfType<string>().ToHashSet();
    }

    public LocationUpload Make(IReadOnlyList<LocationSheetRow> rows)
    {
        // Rows that say which location they mean come first: others take what is left.
        foreach (var row in rows.Where(row => row.Id is not null || row.SiteCode is not null))
        {
            Take(row, row.Id is { } id ? Known(row, id) : _bySiteCode.GetValueOrDefault(row.SiteCode!));
        }
        var bySame = _before
            .Where(location => !_named.Contains(location.Id))
            .ToLookup(location => (location.Name, location.Type, SiteCodeOf(location.Parent)));
        foreach (var row in rows.Where(row => row.Id is null && row.SiteCode is null))
        {
            var type = row.Type is null ? null : TypeOf(row, row.Type).Code;
            Take(row, bySame[(row.Name ?? "", type ?? "", row.Parent ?? "")].FirstOrDefault(one => !_named.Contains(one.Id)));
        }
        AssignSiteCodes();
        var (changes, removed) = (new List<RowChange<Location>>(), _matches.Where(match => match.Row.Deletes).ToList());
        foreach (var match in _matches.Where(match => !match.Row.Deletes))
        {
            var after = Apply(match);
            if (match.Before is { } before && IsSame(before, after))
            {
                _unchanged++;
                continue;
            }
            changes.Add(new RowChange<Location>(match.Before, after));
        }
        Check(changes, removed);
        return new LocationUpload
        {
            Types = _types.ToDictionary(type => type.Code),
            Added = [.. changes.Where(change => change.Before is null)],
            Changed = [.. changes.Where(change => change.Before is not null)],
            Removed = [.. removed.Select(match => match.Before!)],
            Unchanged = _unchanged + _before.Count - _named.Count,
            SiteCodes = _before
                .Concat(changes.Select(change => change.After))
                .GroupBy(location => location.Id)
                .ToDictionary(same => same.Key, same => same.Last().SiteCode),
        };
    }

    // What is to be deleted and is not there was deleted by the same upload before, which was interrupted.
    private Location? Known(LocationSheetRow row, string id) =>
        _byId.GetValueOrDefault(id) is { } known ? known
        : row.Deletes ? null
        : throw Problem.UnusableSheet(row.Number, $"there is no location with the location_id {id}.").AsException();

    private void Take(LocationSheetRow row, Location? found)
    {
        if (found is null && row.Deletes)
        {
            return;
        }
        if (found is not null && !_named.Add(found.Id))
        {
            throw Problem.UnusableSheet(row.Number, $"the location {found.SiteCode} stands there twice.").AsException();
        }
        _matches.Add(new Match(row, found, found?.Id ?? Guid.NewGuid().ToString("N")));
    }

    private void AssignSiteCodes()
    {
        var removed = _matches.Where(match => match.Row.Deletes).Select(match => match.Id).ToHashSet();
        var renamed = _matches.Where(match => !match.Row.Deletes && match.Row.SiteCode is not null).ToList();
        var own = renamed.Select(match => match.Id).ToHashSet();
        foreach (var location in _before.Where(location => !removed.Contains(location.Id) && !own.Contains(location.Id)))
        {
            _idBySiteCode.Add(location.SiteCode, location.Id);
        }
        foreach (var match in renamed)
        {
            var code = match.Row.SiteCode!;
            if (!LocationCodes.IsSiteCode(code))
            {
                throw Problem
                    .UnusableSheet(match.Row.Number, $"{code} is no site code: it has 1 to 99 letters, digits, dashes and underscores.")
                    .AsException();
            }
            // A code that becomes free by this upload is not free yet when it is written.
            if ((_bySiteCode.TryGetValue(code, out var holder) && holder.Id != match.Id) || !_idBySiteCode.TryAdd(code, match.Id))
            {
                throw Problem.UnusableSheet(match.Row.Number, $"the site code {code} is taken.").AsException();
            }
            match.SiteCode = code;
        }
        foreach (var match in _matches.Where(match => match.Before is null && match.SiteCode is null))
        {
            var number = 1;
            while (_bySiteCode.ContainsKey(match.Made(number)) || !_idBySiteCode.TryAdd(match.Made(number), match.Id))
            {
                number++;
            }
            match.SiteCode = match.Made(number);
        }
    }

    private Location Apply(Match match)
    {
        var row = match.Row;
        var before = match.Before;
        ProblemException Refuse(string reason) => Problem.UnusableSheet(row.Number, reason).AsException();
        var type = row.Type is { } text ? TypeOf(row, text).Code : (before?.Type ?? throw Refuse("a new location has a location_type."));
        if (row.Latitude is { } latitude && !LocationCodes.IsDegrees(latitude))
        {
            throw Refuse($"{latitude} is no latitude in decimal degrees.");
        }
        if (row.Longitude is { } longitude && !LocationCodes.IsDegrees(longitude))
        {
            throw Refuse($"{longitude} is no longitude in decimal degrees.");
        }
        var data = new Dictionary<string, string>(before?.Data ?? new Dictionary<string, string>());
        foreach (var (name, value) in row.Data.Where(pair => pair.Value != data.GetValueOrDefault(pair.Key, "")))
        {
            data[name] = value;
        }
        var start = before ?? new Location(match.Id, row.Name ?? throw Refuse("a new location has a name."), match.SiteCode!, type, null);
        var after = start with
        {
            Name = row.Name ?? start.Name,
            SiteCode = match.SiteCode ?? start.SiteCode,
            Type = type,
            Parent = row.Parent switch
            {
                null => start.Parent,
                "" => null,
                { } code => _idBySiteCode.GetValueOrDefault(code) ?? throw Refuse($"there is no location with the site code {code}."),
            },
            ExternalId = row.ExternalId ?? start.ExternalId,
            Latitude = row.Latitude ?? start.Latitude,
            Longitude = row.Longitude ?? start.Longitude,
            IsArchived = row.IsArchived ?? start.IsArchived,
            Data = data,
            ModifiedAt = _now,
        };
        return FixturesTable.SizeOf(after) <= Location.MaxCharacters ? after : throw Refuse("the row is too long.");
    }

    private void Check(List<RowChange<Location>> changes, List<Match> removed)
    {
        var (gone, rows) = (removed.Select(match => match.Id).ToHashSet(), _matches.ToDictionary(match => match.Id, match => match.Row));
        var after = _before.Where(location => !gone.Contains(location.Id)).ToDictionary(location => location.Id);
        foreach (var change in changes)
        {
            after[change.After.Id] = change.After;
        }
        foreach (var (before, location) in changes)
        {
            ProblemException Refuse(string reason) => Problem.UnusableSheet(rows[location.Id].Number, reason).AsException();
            var wanted = _types.First(type => type.Code == location.Type).Parent;
            var above = location.Parent is { } parent ? after.GetValueOrDefault(parent)?.Type : null;
            if (wanted != above || (location.Parent is not null && above is null))
            {
                throw Refuse(
                    wanted is null
                        ? $"a location of the type {location.Type} is below no other."
                        : $"a location of the type {location.Type} is below one of the type {wanted}."
                );
            }
            if (before is not null && before.Type != location.Type && _withBelow.Contains(location.Id))
            {
                throw Refuse("the location has others below it, so its type stays.");
            }
        }
        var parents = after.Values.Select(location => location.Parent).OfType<string>().ToHashSet();
        foreach (var match in removed)
        {
            if (parents.Contains(match.Id))
            {
                throw Problem.UnusableSheet(match.Row.Number, "the location has others below it, which stay.").AsException();
            }
            if (_assigned.Contains(match.Id))
            {
                throw Problem.UnusableSheet(match.Row.Number, "workers are assigned to the location.").AsException();
            }
        }
    }

    private LocationType TypeOf(LocationSheetRow row, string text) =>
        _types.FirstOrDefault(type => type.Code == text)
        ?? _types.FirstOrDefault(type => type.Name.Equals(text, StringComparison.OrdinalIgnoreCase))
        ?? throw Problem.UnusableSheet(row.Number, $"there is no location type {text}.").AsException();

    private string SiteCodeOf(string? id) => id is null ? "" : _byId.GetValueOrDefault(id)?.SiteCode ?? "";

    private static bool IsSame(Location before, Location after) =>
        before with { Data = after.Data, ModifiedAt = after.ModifiedAt } == after
        && before.Data.Count == after.Data.Count
        && before.Data.All(pair => after.Data.TryGetValue(pair.Key, out var value) && value == pair.Value);

    private sealed class Match(LocationSheetRow row, Location? before, string id)
    {
        public LocationSheetRow Row => row;

        public Location? Before => before;

        public string Id => id;

        /// <summary>Null when it stays.</summary>
        public string? SiteCode { get; set; }

        public string Made(int number) => LocationCodes.Of(row.Name ?? "", number);
    }
}
