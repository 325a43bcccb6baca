using System.Security.Cryptography;
using System.Text;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Restore;

/// <summary>The hash over the ids of the cases on a phone, in any order; phones send it as `state`, after `ccsh:` (CC-128).</summary>
public readonly record struct StateHash
{
    private const string Prefix = "ccsh:";
    private const int Digits = 2 * MD5.HashSizeInBytes;

    private StateHash(string value) => Value = value;

    /// <summary>Lower-case hexadecimal; empty for no cases.</summary>
    public string Value { get; }

    public static StateHash Of(IReadOnlySet<CaseId> cases)
    {
        Span<byte> sum = stackalloc byte[MD5.HashSizeInBytes];
        Span<byte> hash = stackalloc byte[MD5.HashSizeInBytes];
        sum.Clear();
        foreach (var id in cases)
        {
            MD5.HashData(Encoding.UTF8.GetBytes(id.Value), hash);
            for (var i = 0; i < sum.Length; i++)
            {
                sum[i] ^= hash[i];
            }
        }
        return new StateHash(cases.Count == 0 ? "" : Convert.ToHexStringLower(sum));
    }

    public static bool TryParse(string text, out StateHash state)
    {
        var possible =
            text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
            && text[Prefix.Length..] is var value
            && (value.Length == 0 || (value.Length == Digits && value.All(char.IsAsciiHexDigit)));
#pragma warning disable CA1308 // The protocol's hash is lower case.
        state = possible ? new StateHash(text[Prefix.Length..].ToLowerInvariant()) : default;
#pragma warning restore CA1308
        return possible;
    }

    /// <summary>As on the wire: `ccsh:` and the hash.</summary>
    public override string ToString() => Prefix + Value;
}
