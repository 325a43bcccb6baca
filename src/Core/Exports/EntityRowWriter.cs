using System.Globalization;
using System.Text.Json;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Entities;

namespace ServerlessRosa.Core.Exports;

/// <summary>Writes entities as OData has them: id, label, what the server knows, and every property of the dataset.</summary>
public sealed class EntityRowWriter(Utf8JsonWriter json, Dataset dataset, IReadOnlyList<string>? select)
{
    private const string System = "__system";

    private readonly IReadOnlyList<(string Name, string Property)> _properties = NamesOf(dataset);

    internal static IReadOnlySet<string> SystemNames { get; } =
        new HashSet<string>(
            new[] { "createdAt", "creatorId", "creatorName", "updates", "updatedAt", "deletedAt", "version", "conflict" }.Select(name =>
                $"{System}/{name}"
            )
        );

    /// <summary>The OData name of each property: Central's, with a number where two would be the same.</summary>
    public static IReadOnlyList<(string Name, string Property)> NamesOf(Dataset dataset)
    {
        var taken = new HashSet<string> { "__id", "label", System };
        var names = new List<(string Name, string Property)>();
        foreach (var property in dataset.Properties)
        {
            var name = ODataName.Of(property.Name);
            for (var number = 2; !taken.Add(name); number++)
            {
                name = string.Create(CultureInfo.InvariantCulture, $"{ODataName.Of(property.Name)}_{number}");
            }
            names.Add((name, property.Name));
        }
        return names;
    }

    public void Write(DatasetEntity entity, string? creatorName)
    {
        json.WriteStartObject();
        if (Shows("__id"))
        {
            json.WriteString("__id", entity.Id.Value);
        }
        if (Shows("label"))
        {
            json.WriteString("label", entity.Current.Label);
        }
        if (select is null || select.Any(name => name.StartsWith(System, StringComparison.Ordinal)))
        {
            WriteSystem(entity, creatorName);
        }
        foreach (var (name, property) in _properties)
        {
            if (Shows(name) || Shows(property))
            {
                json.WriteString(name, entity.Current.Data.GetValueOrDefault(property, ""));
            }
        }
        json.WriteEndObject();
    }

    private bool Shows(string name) => select?.Contains(name) != false;

    private void WriteSystem(DatasetEntity entity, string? creatorName)
    {
        json.WriteStartObject(System);
        Text("createdAt", Timestamps.Format(entity.CreatedAt));
        Text("creatorId", entity.Creator?.ToString());
        Text("creatorName", creatorName);
        Number("updates", entity.Current.Number - 1);
        Text("updatedAt", entity.UpdatedAt is { } updated ? Timestamps.Format(updated) : null);
        Text("deletedAt", entity.DeletedAt is { } deleted ? Timestamps.Format(deleted) : null);
        Number("version", entity.Current.Number);
        Text("conflict", entity.Conflict);
        json.WriteEndObject();
    }

    private void Text(string name, string? value)
    {
        if (Shows(System) || Shows($"{System}/{name}"))
        {
            json.WriteString(name, value);
        }
    }

    private void Number(string name, int value)
    {
        if (Shows(System) || Shows($"{System}/{name}"))
        {
            json.WriteNumber(name, value);
        }
    }
}
