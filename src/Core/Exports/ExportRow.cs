using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ServerlessRosa.Core.Exports;

/// <summary>A submission's row, or that of one instance of a repeat in it.</summary>
/// <param name="parent">Null for a submission's own row.</param>
/// <param name="index">Its position among the instances of the same parent, from 0.</param>
public sealed class ExportRow(ExportTable table, ExportRow? parent, int index)
{
    private Dictionary<ExportTable, int>? _instances;
    private string?[]? _values;
    private string? _odataId;

    public ExportTable Table { get; } = table;

    public ExportRow? Parent { get; } = parent;

    /// <summary>The answer in a column; null if there is none.</summary>
    public string? this[int column]
    {
        get => _values?[column];
        internal set => (_values ??= new string?[Table.Columns.Count])[column] = value;
    }

    /// <summary>The row of an encrypted submission, whose answers cannot be read.</summary>
    public bool IsEncrypted { get; private set; }

    internal ExportRow NextInstance(ExportTable table)
    {
        _instances ??= [];
        _instances[table] = _instances.TryGetValue(table, out var count) ? count + 1 : 0;
        return new ExportRow(table, this, _instances[table]);
    }

    internal void Encrypt()
    {
        IsEncrypted = true;
        _values = null;
    }

    /// <summary>`uuid:1/plots/plot[2]/leaf[1]`, as CSV files name a row.</summary>
    public string CsvKey(string instanceId)
    {
        if (Parent is null)
        {
            return instanceId;
        }
        var key = new StringBuilder(Parent.CsvKey(instanceId));
        foreach (var name in Table.Path.Skip(Parent.Table.Path.Count))
        {
            key.Append('/').Append(name);
        }
        return key.Append(CultureInfo.InvariantCulture, $"[{index + 1}]").ToString();
    }

    /// <summary>The id of a row in OData: the instance id of a submission, a hash of the position of a repeat instance (OR-277).</summary>
    public string ODataId(string instanceId) =>
        Parent is null ? instanceId : _odataId ??= Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(Place(instanceId))));

    private string Place(string instanceId)
    {
        if (Parent is null)
        {
            return $"Submissions#{instanceId}";
        }
        var place = new StringBuilder(Parent.Place(instanceId));
        foreach (var name in Table.Path.Skip(Parent.Table.Path.Count))
        {
            place.Append(CultureInfo.InvariantCulture, $"%%{name}#");
        }
        return place.Append(CultureInfo.InvariantCulture, $"{index}").ToString();
    }
}
