using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Forms;

/// <summary>The target of a form's web address.</summary>
public enum FormLinkKind
{
    Published,
    SingleSubmission,
    Draft,
}

/// <summary>
/// The id of a form in web addresses such as `/f/{id}?st=...` (ODK Central's `enketoId` and `enketoOnceId`). It is computed from the form's
/// number, so it never changes and finds the form without a lookup table. It is not a secret: reading the form needs rights.
/// </summary>
public readonly record struct FormLinkId(ProjectId Project, int Form, FormLinkKind Kind)
{
    private const int LocatorBytes = 8;

    // The web front end recognises links for a single submission by their length.
    private int DigestBytes => Kind == FormLinkKind.SingleSubmission ? 24 : 8;

    public static string Of(Form form, FormLinkKind kind) => new FormLinkId(form.Project, form.Number, kind).ToString();

    /// <summary>Null when no form can have this id.</summary>
    public static FormLinkId? TryParse(string text)
    {
        if (text.Length is not (32 or 64) || !text.All(char.IsAsciiHexDigitLower))
        {
            return null;
        }
        var bytes = Convert.FromHexString(text);
        var digest = bytes.AsSpan(..^LocatorBytes);
        var locator = bytes.AsSpan(^LocatorBytes..);
        for (var i = 0; i < LocatorBytes; i++)
        {
            locator[i] ^= digest[i];
        }
        var project = new ProjectId(BinaryPrimitives.ReadInt32BigEndian(locator));
        var form = BinaryPrimitives.ReadInt32BigEndian(locator[4..]);
        foreach (var kind in Enum.GetValues<FormLinkKind>())
        {
            var id = new FormLinkId(project, form, kind);
            if (id.ToString() == text)
            {
                return id;
            }
        }
        return null;
    }

    /// <summary>Letters and digits only: 32, or 64 for links that accept a single submission.</summary>
    public override string ToString()
    {
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{Kind} {Project} {Form}")).AsSpan(..DigestBytes);
        Span<byte> bytes = stackalloc byte[digest.Length + LocatorBytes];
        digest.CopyTo(bytes);
        BinaryPrimitives.WriteInt32BigEndian(bytes[digest.Length..], Project.Value);
        BinaryPrimitives.WriteInt32BigEndian(bytes[(digest.Length + 4)..], Form);
        for (var i = 0; i < LocatorBytes; i++)
        {
            bytes[digest.Length + i] ^= digest[i];
        }
        return Convert.ToHexStringLower(bytes);
    }
}
