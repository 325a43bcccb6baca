using System.Globalization;
using System.Text.Json;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Core.Workers;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>
/// Reads what scripts want of cases (CC-146): one case, or a list whose items refer to each other. Cases that are named by external id are
/// found in one pass over the cases of the project.
/// </summary>
internal sealed class CaseRequestReader(CaseDirectory cases, DomainUser user, CancellationToken cancellationToken)
{
    private const int MaxBulk = 100;
    private const int MaxText = 255;
    private const string ById = "case_id";
    private const string ByExternalId = "external_id";
    private const string ByTemporaryId = "temporary_id";
    private const string Creates = "create";
    private const string Indices = "indices";

    private static readonly string[] Required = ["case_type", "case_name", "owner_id"];
    private static readonly string[] Values = [.. Required, ByExternalId];
    private static readonly string[] Members = [.. Values, "properties", Indices, "close"];
    private static readonly string[] IndexMembers = [ById, ByExternalId, ByTemporaryId, "case_type", "relationship"];

    // Of the request's own new cases.
    private readonly Dictionary<string, CaseId> _temporary = [];
    private readonly Dictionary<string, CaseId> _external = [];

    private IReadOnlyDictionary<string, CaseId> _found = new Dictionary<string, CaseId>();

    /// <summary>A new case; its external id may come from the address.</summary>
    public async Task<CaseRequest> ReadNewAsync(JsonElement body, string? externalId = null)
    {
        await FindAsync([body], []);
        return Read(body, NewId(), creates: true, Members, externalId);
    }

    public async Task<CaseRequest> ReadChangeAsync(JsonElement body, CaseId id, string? externalId = null)
    {
        await FindAsync([body], []);
        if (Json.Text(body, ById) is { } given && given != id.Value)
        {
            throw Problem.UnexpectedValue(ById, given, "the address names another case.").AsException();
        }
        return Read(body, id, creates: false, [.. Members, ById], externalId);
    }

    /// <summary>A change of the case that the body names. Refuses one that isn't there with 400.8.</summary>
    public async Task<CaseRequest> ReadChangeAsync(JsonElement body)
    {
        var id = await IdOfAsync(body);
        await FindAsync([body], id is null ? [Json.Text(body, ByExternalId)!] : []);
        return Read(body, id ?? IdBy(ByExternalId, Json.Text(body, ByExternalId)!), creates: false, [.. Members, ById], null);
    }

    /// <summary>
    /// An item without `create` that has an external id and no case id changes the case with that external id, or creates it. Refuses an
    /// empty list and one of more than a hundred with 400.8, and other items without `create` with 400.2.
    /// </summary>
    public async Task<IReadOnlyList<CaseRequest>> ReadManyAsync(IReadOnlyList<JsonElement> bodies)
    {
        if (bodies.Count is 0 or > MaxBulk)
        {
            throw Problem
                .UnexpectedValue("list", bodies.Count.ToString(CultureInfo.InvariantCulture), $"it may have 1 to {MaxBulk} cases.")
                .AsException();
        }
        var kinds = bodies.Select(KindOf).ToList();
        var news = new CaseId?[bodies.Count];
        foreach (var (number, body) in bodies.Index().Where(item => kinds[item.Index] == true))
        {
            var id = NewId();
            news[number] = id;
            if (Json.Text(body, ByTemporaryId) is { Length: > 0 } temporary && !_temporary.TryAdd(temporary, id))
            {
                throw Problem.UnexpectedValue(ByTemporaryId, temporary, "another case of the list has it.").AsException();
            }
            if (Json.Text(body, ByExternalId) is { Length: > 0 } external)
            {
                _external[external] = id;
            }
        }
        await FindAsync(
            bodies,
            bodies
                .Where((body, number) => kinds[number] != true && !Json.Has(body, ById))
                .Select(body => Json.Text(body, ByExternalId))
                .OfType<string>()
        );
        var requests = new List<CaseRequest>();
        foreach (var (number, body) in bodies.Index())
        {
            requests.Add(
                kinds[number] switch
                {
                    true => Read(body, news[number]!.Value, creates: true, [.. Members, Creates, ByTemporaryId], null),
                    false => Read(
                        body,
                        await IdOfAsync(body) ?? IdBy(ByExternalId, Json.Text(body, ByExternalId)!),
                        creates: false,
                        [.. Members, Creates, ById],
                        null
                    ),
                    null => Upsert(body),
                }
            );
        }
        return requests;
    }

    // Null for an item that changes or creates a case by its external id.
    private static bool? KindOf(JsonElement body) =>
        Json.Flag(body, Creates) is { } creates ? creates
        : Json.Text(body, ByExternalId) is { Length: > 0 } && !Json.Has(body, ById) ? null
        : throw Problem.MissingParameter(Creates).AsException();

    private CaseRequest Upsert(JsonElement body)
    {
        var external = Json.Text(body, ByExternalId)!;
        if (_external.ContainsKey(external))
        {
            throw Problem.UnexpectedValue(ByExternalId, external, "another case of the list has it.").AsException();
        }
        if (_found.TryGetValue(external, out var id))
        {
            return Read(body, id, creates: false, Members, null);
        }
        var created = Read(body, NewId(), creates: true, [.. Members, ByTemporaryId], null);
        _external.Add(external, created.Id);
        return created;
    }

    // Null when the body names the case by its external id. One bad item refuses the whole list, so an unknown id is no 404.
    private async Task<CaseId?> IdOfAsync(JsonElement body)
    {
        if (!Json.Has(body, ById) && Json.Text(body, ByExternalId) is { Length: > 0 })
        {
            return null;
        }
        var text = DomainApi.Required(body, ById);
        return CaseId.TryParse(text, out var id) && await cases.FindAsync(user.Project.Id, id, cancellationToken) is not null
            ? id
            : throw Problem.UnexpectedValue(ById, text, "there is no such case.").AsException();
    }

    // Looks up at once the external ids by which items name their own cases, and those in their indices.
    private async Task FindAsync(IReadOnlyList<JsonElement> bodies, IEnumerable<string> own)
    {
        var targets = bodies
            .SelectMany(body => Objects(body, Indices))
            .Where(index => index.Value.ValueKind == JsonValueKind.Object)
            .Select(index => Json.Text(index.Value, ByExternalId))
            .OfType<string>();
        var wanted = own.Concat(targets).Where(id => id.Length > 0).ToHashSet();
        wanted.ExceptWith(_external.Keys);
        if (wanted.Count > 0)
        {
            _found = await cases.FindByExternalIdsAsync(user.Project.Id, wanted, requiresOne: true, cancellationToken);
        }
    }

    private CaseId IdBy(string by, string text) =>
        by == ByTemporaryId && _temporary.TryGetValue(text, out var temporary) ? temporary
        : by == ByExternalId && (_external.TryGetValue(text, out var id) || _found.TryGetValue(text, out id)) ? id
        : throw Problem.UnexpectedValue(by, text, "there is no such case.").AsException();

    private CaseRequest Read(JsonElement body, CaseId id, bool creates, IReadOnlyList<string> members, string? externalId)
    {
        RequireMembers(body, members);
        if (creates && Required.FirstOrDefault(name => string.IsNullOrEmpty(Json.Text(body, name))) is { } missing)
        {
            throw Problem.MissingParameter(missing).AsException();
        }
        if (Values.FirstOrDefault(name => Json.Text(body, name)?.Length > MaxText) is { } tooLong)
        {
            throw Problem.ValueTooLong(tooLong, MaxText).AsException();
        }
        if (externalId is not null && Json.Text(body, ByExternalId) is { } other && other != externalId)
        {
            throw Problem.UnexpectedValue(ByExternalId, other, "the address names another one.").AsException();
        }
        return new CaseRequest(id, creates)
        {
            Type = Json.Text(body, "case_type"),
            Name = Json.Text(body, "case_name"),
            Owner = Json.Text(body, "owner_id"),
            ExternalId = Json.Text(body, ByExternalId) ?? (creates ? externalId : null),
            Properties = PropertiesIn(body),
            Indices = [.. Objects(body, Indices).Select(Index)],
            Closes = Json.Flag(body, "close") ?? false,
        };
    }

    private static void RequireMembers(JsonElement body, IReadOnlyList<string> members)
    {
        var names = body.EnumerateObject().Select(member => member.Name).ToList();
        if (names.Exists(name => !members.Contains(name)))
        {
            throw Problem.UnexpectedProperties(members, names).AsException();
        }
    }

    private static Dictionary<string, string> PropertiesIn(JsonElement body)
    {
        var properties = new Dictionary<string, string>();
        foreach (var property in Objects(body, "properties"))
        {
            RequireName(property.Name);
            properties[property.Name] =
                property.Value.ValueKind == JsonValueKind.String
                    ? property.Value.GetString()!
                    : throw Problem.InvalidDataType($"properties.{property.Name}", "string").AsException();
        }
        return properties;
    }

    private static void RequireName(string name)
    {
        if (!XmlOut.IsName(name) || name.StartsWith("xml", StringComparison.OrdinalIgnoreCase))
        {
            throw Problem.UnexpectedValue("name", name, "it is no name in XML.").AsException();
        }
    }

    private static JsonElement.ObjectEnumerator Objects(JsonElement body, string name) =>
        !body.TryGetProperty(name, out var members) ? default
        : members.ValueKind == JsonValueKind.Object ? members.EnumerateObject()
        : throw Problem.InvalidDataType(name, "object").AsException();

    // A blank id removes the index.
    private CaseIndex Index(JsonProperty index)
    {
        var (name, value) = ($"indices.{index.Name}", index.Value);
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw Problem.InvalidDataType(name, "object").AsException();
        }
        RequireName(index.Name);
        RequireMembers(value, IndexMembers);
        var named = new[] { ById, ByExternalId, ByTemporaryId }.Where(by => Json.Text(value, by) is { Length: > 0 }).ToList();
        if (named.Count == 0)
        {
            return Json.Has(value, ById)
                ? new CaseIndex(index.Name, null, "", CaseRelationship.Child)
                : throw Problem.MissingParameter($"{name}.{ById}").AsException();
        }
        if (named.Count > 1)
        {
            throw Problem.UnexpectedValue(name, null, "it names its case twice.").AsException();
        }
        var (type, relationship) = (DomainApi.Required(value, "case_type"), DomainApi.Required(value, "relationship"));
        if (relationship is not ("child" or "extension"))
        {
            throw Problem.UnexpectedValue("relationship", relationship, "it is neither child nor extension.").AsException();
        }
        var text = Json.Text(value, named[0])!;
        return new CaseIndex(
            index.Name,
            named[0] != ById ? IdBy(named[0], text)
                : CaseId.TryParse(text, out var id) ? id
                : throw Problem.ValueTooLong(ById, CaseId.MaxLength).AsException(),
            type,
            relationship == "extension" ? CaseRelationship.Extension : CaseRelationship.Child
        );
    }

    private static CaseId NewId() =>
        CaseId.TryParse(Guid.NewGuid().ToString(), out var id) ? id : throw new InvalidOperationException("A new id is no case id.");
}
