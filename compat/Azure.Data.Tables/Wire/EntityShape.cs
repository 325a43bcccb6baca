using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Serialization;
using System.Text.Json;

namespace Azure.Data.Tables.Wire;

/// <summary>The properties of an entity's class, found once per class.</summary>
internal sealed class EntityShape
{
    private static readonly ConcurrentDictionary<Type, EntityShape> s_shapes = new();

    // These four go by the interface, because a class may implement it explicitly.
    private static readonly EntityProperty[] s_keys =
    [
        new(nameof(ITableEntity.PartitionKey), static e => ((ITableEntity)e).PartitionKey,
            static (e, value) => ((ITableEntity)e).PartitionKey = (string)value, EdmValue.ReaderFor(typeof(string))),
        new(nameof(ITableEntity.RowKey), static e => ((ITableEntity)e).RowKey,
            static (e, value) => ((ITableEntity)e).RowKey = (string)value, EdmValue.ReaderFor(typeof(string))),
    ];

    private static readonly EntityProperty[] s_stamps =
    [
        new(TableEntity.ETagKey, null, static (e, value) => ((ITableEntity)e).ETag = new ETag((string)value), EdmValue.ReaderFor(typeof(string))),
        new(nameof(ITableEntity.Timestamp), null,
            static (e, value) => ((ITableEntity)e).Timestamp = (DateTimeOffset?)value, EdmValue.ReaderFor(typeof(DateTimeOffset))),
    ];

    private readonly EntityProperty[] _written;
    private readonly EntityProperty[] _read;

    private EntityShape(Type type)
    {
        var own = type.GetProperties(BindingFlags.Instance | BindingFlags.Public)
            .Where(property => property.GetIndexParameters().Length == 0 && !property.IsDefined(typeof(IgnoreDataMemberAttribute)))
            .Select(property => (Property: property, Name: property.GetCustomAttribute<DataMemberAttribute>()?.Name ?? property.Name))
            .Where(named => named.Name is not (nameof(ITableEntity.PartitionKey) or nameof(ITableEntity.RowKey)
                or nameof(ITableEntity.Timestamp) or nameof(ITableEntity.ETag)))
            .Select(named => (named.Property, Bound: Bind(named.Property, named.Name)))
            .ToArray();
        _written = [.. s_keys, .. own.Where(named => named.Property.CanRead).Select(named => named.Bound)];
        _read = [.. s_stamps, .. s_keys, .. own.Select(named => named.Bound)];
    }

    public static EntityShape Of(Type type) => s_shapes.GetOrAdd(type, static type => new EntityShape(type));

    public void Write(Utf8JsonWriter json, object entity)
    {
        foreach (var property in _written)
            property.Write(json, entity);
    }

    public void Read(ref Utf8JsonReader json, object entity)
    {
        var next = 0;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var property = Find(ref json, ref next);
            json.Read();
            if (property is null) json.Skip();
            else property.Read(ref json, entity);
        }
    }

    // Rows come with their properties in one order, so the property after the last one is the likely one.
    private EntityProperty Find(ref Utf8JsonReader json, ref int next)
    {
        for (var tried = 0; tried < _read.Length; tried++)
        {
            var index = (next + tried) % _read.Length;
            if (!_read[index].IsNamedBy(ref json)) continue;
            next = index + 1;
            return _read[index];
        }

        return null;
    }

    private static EntityProperty Bind(PropertyInfo property, string name)
    {
        var getter = property.GetMethod is { } get ? MethodInvoker.Create(get) : null;
        var setter = property.SetMethod is { } set ? MethodInvoker.Create(set) : null;
        return new EntityProperty(
            name,
            getter is null ? null : getter.Invoke,
            setter is null ? null : (entity, value) => setter.Invoke(entity, value),
            EdmValue.ReaderFor(property.PropertyType));
    }
}
