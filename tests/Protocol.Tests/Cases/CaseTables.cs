using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Data.Tables;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Cases;

/// <summary>
/// Reads the tables of a project's cases without the server: `caseOwners` and `caseIndices` must agree with `cases`. It depends only on
/// the shape of the rows.
/// </summary>
internal sealed class CaseTables
{
    private readonly Dictionary<string, JsonObject> _cases = [];
    private readonly Dictionary<(string Owner, string Case), (int Revision, TableEntity Row)> _newest = [];
    private readonly HashSet<(string Source, string Target, string Relationship)> _references = [];

    private CaseTables() { }

    /// <summary>The ids of all cases of the project, deleted ones too.</summary>
    public IReadOnlyCollection<string> Cases => _cases.Keys;

    public JsonObject this[string id] => _cases[id];

    public static async Task<CaseTables> ReadAsync(int project, string? storage = null)
    {
        var service = new TableServiceClient(storage ?? await Server.StorageAsync());
        var prefix = string.Create(CultureInfo.InvariantCulture, $"{project:D10}|");
        var ofProject = $"PartitionKey ge '{prefix}' and PartitionKey lt '{prefix[..^1]}}}'";
        var tables = new CaseTables();
        await foreach (
            var row in service.GetTableClient("cases").QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"Project eq {project}"))
        )
        {
            var value = BodyOf(row);
            tables._cases.Add(value["Id"]!.GetValue<string>(), value);
        }
        await foreach (var row in service.GetTableClient("caseOwners").QueryAsync<TableEntity>(ofProject))
        {
            var (key, revision) = (
                (row.PartitionKey, row.GetString("Id")),
                int.Parse(row.RowKey.Split('|')[1], CultureInfo.InvariantCulture)
            );
            if (!tables._newest.TryGetValue(key, out var other) || other.Revision < revision)
            {
                tables._newest[key] = (revision, row);
            }
        }
        await foreach (var row in service.GetTableClient("caseIndices").QueryAsync<TableEntity>(ofProject))
        {
            tables._references.Add((row.GetString("Source"), row.GetString("Target"), row.GetString("Relationship")));
        }
        return tables;
    }

    /// <summary>Every form stands once in every case that it made, and the tables agree.</summary>
    public CaseTables ShouldAgree()
    {
        var complaints = _cases.SelectMany(one => Complaints(one.Key, one.Value)).ToList();
        complaints.AddRange(
            _newest
                .Where(row => !_cases.ContainsKey(row.Key.Case))
                .Select(row => $"{row.Key.Case} is among an owner's rows, but is not there.")
        );
        Assert.True(complaints.Count == 0, string.Join('\n', complaints));
        return this;
    }

    private IEnumerable<string> Complaints(string id, JsonObject source) =>
        [.. ComplaintsAboutForms(id, source), .. ComplaintsAboutOwners(id, source), .. ComplaintsAboutIndices(id, source)];

    private static IEnumerable<string> ComplaintsAboutForms(string id, JsonObject source)
    {
        var versions = source["Transactions"]!.AsArray().Select(transaction => transaction!["Version"]!.GetValue<int>()).ToList();
        var forms = source["Transactions"]!
            .AsArray()
            .Select(transaction => $"{transaction!["Form"]!["Form"]} {transaction["Form"]!["Root"]}")
            .ToList();
        if (forms.Distinct().Count() != forms.Count)
        {
            yield return $"{id} has taken a form twice: {string.Join(", ", forms)}.";
        }
        if (versions.Distinct().Count() != versions.Count || versions.Any(version => version > source["Version"]!.GetValue<int>()))
        {
            yield return $"{id} of version {source["Version"]} counts {string.Join(", ", versions)}.";
        }
    }

    private IEnumerable<string> ComplaintsAboutOwners(string id, JsonObject source)
    {
        var former = source["FormerOwners"]!.AsArray().ToDictionary(one => Hash(one!["Owner"]), one => one!["Revision"]!.GetValue<int>());
        var owner = Hash(source["Owner"]);
        var rows = _newest.Where(row => row.Key.Case == id).ToDictionary(row => row.Key.Owner.Split('|')[1], row => row.Value);
        if (!rows.TryGetValue(owner, out var copy) || copy.Row.ContainsKey("Moved"))
        {
            yield return $"{id} has no copy among its owner's rows.";
        }
        else if (
            !JsonNode.DeepEquals(Copied(source), Copied(BodyOf(copy.Row)))
            || copy.Row.GetBoolean("Closed") != source["Closed"]!.GetValue<bool>()
            || copy.Row.GetBoolean("Deleted") != source["Deleted"]!.GetValue<bool>()
            || copy.Row.GetInt32("Version") != source["Version"]!.GetValue<int>()
            || copy.Row.GetInt32("Extensions") != source["Extensions"]!.GetValue<int>()
            || !JsonNode.DeepEquals(
                source["Indices"],
                JsonNode.Parse(copy.Row.GetString("Indices") is { Length: > 0 } indices ? indices : "[]")
            )
        )
        {
            yield return $"{id} is {source}, but its owner's copy is {BodyOf(copy.Row)}.";
        }
        foreach (var (other, row) in rows.Where(row => row.Key != owner))
        {
            if (!row.Row.ContainsKey("Moved") || !former.TryGetValue(other, out var revision) || revision != row.Revision)
            {
                yield return $"{id} is still among the rows of an owner who has it no more.";
            }
        }
        foreach (var gone in former.Keys.Except(rows.Keys))
        {
            yield return $"{id} left an owner who is not told.";
        }
    }

    private IEnumerable<string> ComplaintsAboutIndices(string id, JsonObject source)
    {
        foreach (var index in source["Indices"]!.AsArray().Where(index => index!["Target"] is not null))
        {
            var (target, relationship) = (
                index!["Target"]!.GetValue<string>(),
                index["Relationship"]!.GetValue<int>() == 0 ? "Child" : "Extension"
            );
            if (!_references.Contains((id, target, relationship)))
            {
                yield return $"Nothing says that {id} points at {target}.";
            }
            if (relationship == "Extension" && _cases.TryGetValue(target, out var host) && host["Extensions"]!.GetValue<int>() == 0)
            {
                yield return $"{target} does not know that it has extensions, such as {id}.";
            }
        }
    }

    private static JsonObject Copied(JsonObject value)
    {
        var copy = value.DeepClone().AsObject();
        copy["Transactions"] = new JsonArray();
        copy["FormerOwners"] = new JsonArray();
        return copy;
    }

    private static JsonObject BodyOf(TableEntity row)
    {
        using var packed = new MemoryStream();
        for (var i = 0; row.GetBinary(i == 0 ? "Body" : string.Create(CultureInfo.InvariantCulture, $"Body{i}")) is { } part; i++)
        {
            packed.Write(part);
        }
        packed.Position = 0;
        using var text = new StreamReader(new DeflateStream(packed, CompressionMode.Decompress), Encoding.UTF8);
        return JsonNode.Parse(text.ReadToEnd())!.AsObject();
    }

    private static string Hash(JsonNode? owner) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(owner!.GetValue<string>())));
}
