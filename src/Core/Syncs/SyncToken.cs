using System.Security.Cryptography;

namespace ServerlessRosa.Core.Syncs;

/// <summary>Identifies one restore: `restore_id` in the answer, `since` in the next request (CC-030).</summary>
public readonly record struct SyncToken
{
    private const int Bytes = 16;
    private const int MaxLength = 64;

    private SyncToken(string value) => Value = value;

    public string Value { get; }

    public static SyncToken New() => new(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes)));

    /// <summary>The token derived from <paramref name="seed"/>: a repeated request gets the same token.</summary>
    internal static SyncToken From(string seed) => new(Storage.TableKey.Hash(seed)[..(2 * Bytes)]);

    /// <summary>False for text that is not a token.</summary>
    public static bool TryParse(string? text, out SyncToken token)
    {
        var possible = text is { Length: > 0 and <= MaxLength } && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
        token = possible ? new SyncToken(text!) : default;
        return possible;
    }

    public override string ToString() => Value;
}
