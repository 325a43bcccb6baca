using System.Text;
using Microsoft.Net.Http.Headers;

namespace ServerlessRosa.Functions.Pipeline;

/// <summary>Reads the schemes `Basic` (RFC 7617), `Bearer` (RFC 6750) and CommCare HQ's `ApiKey` of a request's `Authorization`
/// header.</summary>
internal static class AuthorizationHeader
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text after the scheme's name, or null when the header is absent or has another scheme.</summary>
    public static string? Parameter(HttpRequest request, string scheme)
    {
        var header = request.Headers[HeaderNames.Authorization].ToString();
        return header.StartsWith(scheme + " ", StringComparison.OrdinalIgnoreCase) ? header[(scheme.Length + 1)..].Trim() : null;
    }

    /// <summary>User name and password of a `Basic` parameter; null when it is not Base64 or has no colon. Bytes that are not UTF-8 are
    /// read as Latin-1 if <paramref name="allowLatin1"/> is set, and else become replacement characters.</summary>
    public static (string Name, string Password)? Credentials(string parameter, bool allowLatin1 = false)
    {
        var bytes = new byte[parameter.Length];
        if (!Convert.TryFromBase64String(parameter, bytes, out var length))
        {
            return null;
        }
        var text = Decode(bytes.AsSpan(0, length), allowLatin1);
        return text.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon ? (text[..colon], text[(colon + 1)..]) : null;
    }

    private static string Decode(ReadOnlySpan<byte> bytes, bool allowLatin1)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return (allowLatin1 ? Encoding.Latin1 : Encoding.UTF8).GetString(bytes);
        }
    }
}
