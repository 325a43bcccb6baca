using System.Text.Json;

namespace ServerlessRosa.Core.Cases;

/// <summary>Texts that recur from one JSON document to the next in much the same order: a text is compared with the one that had its place
/// before a new string is made of it.</summary>
internal sealed class RecentTexts
{
    private const int Most = 100;
    private const int MaxBytes = 100;
    private readonly string?[] _texts = new string?[Most];
    private int _next;

    /// <summary>How many the last document had, up to the most that are remembered.</summary>
    public int Count { get; private set; }

    /// <summary>A document begins.</summary>
    public void Restart() => (Count, _next) = (_next, 0);

    /// <summary>The text at which the reader stands; null for a null.</summary>
    public string? Read(ref Utf8JsonReader json)
    {
        if (_next == Most || json.ValueSpan.Length > MaxBytes)
        {
            return json.GetString();
        }
        ref var last = ref _texts[_next++];
        if (last is null || json.TokenType == JsonTokenType.Null || !json.ValueTextEquals(last))
        {
            last = json.GetString();
        }
        return last;
    }
}
