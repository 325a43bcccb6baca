using System.Buffers;
using System.Text;
using System.Text.Json;

namespace ServerlessRosa.Core.Storage;

/// <summary>
/// The values of one row after the other, in the JSON of a query's response (`{"value":[{"column":value}]}`). Rows are read while the
/// response arrives, and values are converted when they are asked for.
/// </summary>
internal sealed class JsonValues : IRowValues
{
    private const int NotThere = -1;
    private const int Window = 128 * 1024;
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly byte[][] _names;

    // The bytes of each value in the window; an empty range for none.
    private readonly Range[] _values;

    // Storage sends the columns of a row in much the same order each time, and they are asked for in the same order.
    private readonly int[] _follower;
    private readonly List<(string Column, int Place)> _asked = [];
    private int _nextAsked;

    // Most columns have few different texts, such as a version or a device.
    private readonly (Range Bytes, string? Text)[] _lastTexts;
    private ReadOnlyMemory<byte> _window;

    public JsonValues(IReadOnlyList<string> columns)
    {
        foreach (var column in columns)
        {
            _places.TryAdd(column, _places.Count);
        }
        _names = [.. _places.OrderBy(pair => pair.Value).Select(pair => Encoding.UTF8.GetBytes(pair.Key))];
        _values = new Range[_names.Length];
        _follower = [.. _names.Select((_, i) => i + 1)];
        _lastTexts = new (Range, string?)[_names.Length];
    }

    /// <summary>Calls <paramref name="read"/> for each row, with the values of that row. Reads the response to its end.</summary>
    /// <exception cref="JsonException">The response is cut off.</exception>
    public async Task ReadAllAsync(Stream response, Action<IRowValues> read, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Window);
        try
        {
            var (length, at, isWhole) = (0, new Position(default, Part.Start), false);
            while (!isWhole)
            {
                var more = await response.ReadAsync(buffer.AsMemory(length), cancellationToken);
                isWhole = more == 0;
                length += more;
                if (at.Part == Part.End)
                {
                    length = 0;
                    continue;
                }
                var done = ReadRows(buffer.AsMemory(0, length), isWhole, ref at, read);
                buffer.AsSpan(done..length).CopyTo(buffer);
                length -= done;
                if (length == buffer.Length)
                {
                    buffer = Longer(buffer);
                }
            }
        }
        finally
        {
            _window = default;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public string? GetString(string column)
    {
        if (!TryFind(column, out var value, out var place))
        {
            return null;
        }
        ref var last = ref _lastTexts[place];
        if (last.Text is null || !value.SequenceEqual(_window.Span[last.Bytes]))
        {
            last = (_values[place], ToText(value));
        }
        return last.Text;
    }

    public int? GetInt32(string column) => TryFind(column, out var value, out _) ? Reader(value).GetInt32() : null;

    public bool? GetBoolean(string column) => TryFind(column, out var value, out _) ? Reader(value).GetBoolean() : null;

    public DateTimeOffset? GetDateTimeOffset(string column) =>
        TryFind(column, out var value, out _) ? Reader(value).GetDateTimeOffset() : null;

    public byte[]? GetBinary(string column) => TryFind(column, out var value, out _) ? Reader(value).GetBytesFromBase64() : null;

    /// <summary>Reads the rows that are there in full.</summary>
    /// <returns>How many bytes are done with.</returns>
    private int ReadRows(ReadOnlyMemory<byte> window, bool isWhole, ref Position at, Action<IRowValues> read)
    {
        _window = window;
        Array.Clear(_lastTexts);
        var json = new Utf8JsonReader(window.Span, isWhole, at.State);
        if (at.Part == Part.Start)
        {
            if (!TryReadStart(ref json))
            {
                return 0;
            }
            at = new Position(json.CurrentState, Part.Rows);
        }
        var done = (int)json.BytesConsumed;
        while (json.Read())
        {
            if (json.TokenType != JsonTokenType.StartObject)
            {
                at = new Position(json.CurrentState, Part.End);
                return window.Length;
            }
            if (!TryReadRow(ref json))
            {
                break;
            }
            read(this);
            (at, done) = (new Position(json.CurrentState, Part.Rows), (int)json.BytesConsumed);
        }
        return done;
    }

    private static bool TryReadStart(ref Utf8JsonReader json)
    {
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("value"u8))
            {
                return json.Read();
            }
            if (!json.TrySkip())
            {
                return false;
            }
        }
        return false;
    }

    private bool TryReadRow(ref Utf8JsonReader json)
    {
        Array.Clear(_values);
        _nextAsked = 0;
        var (expected, before) = (0, NotThere);
        while (json.Read())
        {
            if (json.TokenType == JsonTokenType.EndObject)
            {
                return true;
            }
            var place = Find(ref json, expected);
            if (!json.Read())
            {
                return false;
            }
            var start = (int)json.TokenStartIndex;
            if (!json.TrySkip())
            {
                return false;
            }
            if (place == NotThere)
            {
                continue;
            }
            if (json.TokenType != JsonTokenType.Null)
            {
                _values[place] = start..(int)json.BytesConsumed;
            }
            if (before != NotThere)
            {
                _follower[before] = place;
            }
            (before, expected) = (place, _follower[place]);
        }
        return false;
    }

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
        return NotThere;
    }

    private bool TryFind(string column, out ReadOnlySpan<byte> value, out int place)
    {
        place = PlaceOf(column);
        value = place == NotThere ? default : _window.Span[_values[place]];
        return value.Length > 0;
    }

    private int PlaceOf(string column)
    {
        var next = _nextAsked++;
        if (next < _asked.Count && ReferenceEquals(_asked[next].Column, column))
        {
            return _asked[next].Place;
        }
        var place = _places.GetValueOrDefault(column, NotThere);
        if (next < _asked.Count)
        {
            _asked[next] = (column, place);
        }
        else if (next < 2 * _names.Length)
        {
            _asked.Add((column, place));
        }
        return place;
    }

    private static Utf8JsonReader Reader(ReadOnlySpan<byte> value)
    {
        var json = new Utf8JsonReader(value);
        json.Read();
        return json;
    }

    private static string? ToText(ReadOnlySpan<byte> value) =>
        value[0] == '"' && !value.Contains((byte)'\\') ? Encoding.UTF8.GetString(value[1..^1]) : Reader(value).GetString();

    private static byte[] Longer(byte[] buffer)
    {
        var longer = ArrayPool<byte>.Shared.Rent(2 * buffer.Length);
        buffer.CopyTo(longer, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return longer;
    }

    private enum Part
    {
        Start,
        Rows,
        End,
    }

    /// <summary>Where reading goes on with what arrives next.</summary>
    private readonly record struct Position(JsonReaderState State, Part Part);
}
