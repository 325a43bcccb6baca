using System.Text;
using System.Text.Json;

namespace ServerlessRosa.Core.Storage;

/// <summary>
/// The values of one row after the other, in the JSON of a query's response (`{"value":[{"column":value}]}`). They are converted when they
/// are asked for.
/// </summary>
internal sealed class JsonValues : IRowValues
{
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly byte[][] _names;
    private readonly Range[] _values;

    // Most columns have few different texts, such as a version or a device.
    private readonly string?[] _lastTexts;
    private ReadOnlyMemory<byte> _json;

    public JsonValues(IReadOnlyList<string> columns)
    {
        foreach (var column in columns)
        {
            _places.TryAdd(column, _places.Count);
        }
        _names = [.. _places.OrderBy(pair => pair.Value).Select(pair => Encoding.UTF8.GetBytes(pair.Key))];
        _values = new Range[_names.Length];
        _lastTexts = new string?[_names.Length];
    }

    /// <summary>Calls <paramref name="read"/> for each row, with the values of that row.</summary>
    public void ReadAll(Stream response, Action<IRowValues> read)
    {
        _json = ReadWhole(response);
        var json = new Utf8JsonReader(_json.Span);
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName && !json.ValueTextEquals("value"u8))
        {
            json.Read();
            json.TrySkip();
        }
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.StartObject)
        {
            ReadRow(ref json);
            read(this);
        }
    }

    public string? GetString(string column)
    {
        if (!TryFind(column, out var json, out var place))
        {
            return null;
        }
        return _lastTexts[place] is { } last && json.ValueTextEquals(last) ? last : _lastTexts[place] = json.GetString();
    }

    public int? GetInt32(string column) => TryFind(column, out var json, out _) ? json.GetInt32() : null;

    public bool? GetBoolean(string column) => TryFind(column, out var json, out _) ? json.GetBoolean() : null;

    public DateTimeOffset? GetDateTimeOffset(string column) => TryFind(column, out var json, out _) ? json.GetDateTimeOffset() : null;

    public byte[]? GetBinary(string column) => TryFind(column, out var json, out _) ? json.GetBytesFromBase64() : null;

    private void ReadRow(ref Utf8JsonReader json)
    {
        Array.Clear(_values);
        var expected = 0;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var place = Find(ref json, expected);
            json.Read();
            var start = (int)json.TokenStartIndex;
            json.TrySkip();
            if (place >= 0 && json.TokenType != JsonTokenType.Null)
            {
                _values[place] = start..(int)json.BytesConsumed;
            }
            expected = place + 1;
        }
    }

    // Storage sends the columns of a row in much the same order each time.
    private int Find(ref Utf8JsonReader json, int expected)
    {
        for (var i = 0; i < _names.Length; i++)
        {
            var place = (expected + i) % _names.Length;
            if (json.ValueTextEquals(_names[place]))
            {
                return place;
            }
        }
        return -1;
    }

    private bool TryFind(string column, out Utf8JsonReader json, out int place)
    {
        if (!_places.TryGetValue(column, out place) || _values[place].Equals(default(Range)))
        {
            json = default;
            return false;
        }
        json = new Utf8JsonReader(_json.Span[_values[place]]);
        return json.Read();
    }

    private static ReadOnlyMemory<byte> ReadWhole(Stream response)
    {
        if (response is MemoryStream { Position: 0 } there && there.TryGetBuffer(out var buffer))
        {
            return buffer;
        }
        var copy = new MemoryStream();
        response.CopyTo(copy);
        return copy.GetBuffer().AsMemory(0, (int)copy.Length);
    }
}
