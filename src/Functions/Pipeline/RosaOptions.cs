using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;

namespace ServerlessRosa.Functions.Pipeline;

/// <summary>How this server is reached, and how much it takes.</summary>
public sealed partial class RosaOptions : IValidatableObject
{
    public const string Section = "Rosa";

    /// <summary>Setting `Rosa:PublicUrl`: the origin in every address that this server gives out, such as `https://forms.example.org`.
    /// Without it, that of the request.</summary>
    public string? PublicUrl { get; set; }

    /// <summary>Setting `Rosa:MaxSubmissionBytes`: the largest POST that the server announces to phones
    /// (`X-OpenRosa-Accept-Content-Length`).</summary>
    [Range(1_000_000, 2_000_000_000)]
    public long MaxSubmissionBytes { get; set; } = 100_000_000;

    /// <summary>Setting `Rosa:MaxXmlBytes`: the largest form definition or submission XML, which are the only things held in
    /// memory.</summary>
    [Range(10_000, 100_000_000)]
    public int MaxXmlBytes { get; set; } = 10 << 20;

    /// <summary>Setting `Rosa:AllowBasicOverHttp`, for development: passwords and cookies over plain HTTP, when both the peer and the
    /// `Host` header are loopback.</summary>
    public bool AllowBasicOverHttp { get; set; }

    /// <summary>
    /// Setting `Rosa:ReportStorageOperations`, for tests and benchmarks: every answer reports its storage operations in `Server-Timing`.
    /// </summary>
    public bool ReportStorageOperations { get; set; }

    /// <summary>
    /// Setting `Rosa:DomainSuffix`: the suffix of domains in the full names of mobile workers, such as `jason@demo.commcarehq.org`. Phones
    /// may sign in with any.
    /// </summary>
    [RegularExpression("[a-z0-9.-]+", ErrorMessage = "Rosa:DomainSuffix must be a host name such as commcarehq.org.")]
    public string DomainSuffix { get; set; } = "commcarehq.org";

    /// <summary>Setting `Rosa:MapTiles`: where the console's maps get their base map, such as
    /// `https://tile.openstreetmap.org/{z}/{x}/{y}.png`. Empty: maps without one.</summary>
    public string? MapTiles { get; set; }

    /// <summary>Setting `Rosa:MapAttribution`: whom the base map is by, as its terms ask to be said.</summary>
    public string? MapAttribution { get; set; }

    /// <summary>The origin of <see cref="MapTiles"/>; null without.</summary>
    public string? MapTilesOrigin =>
        MapTiles is { Length: > 0 }
        && Uri.TryCreate(TileAddress().Replace(MapTiles, "0"), UriKind.Absolute, out var url)
        && url.Scheme is "http" or "https"
            ? url.GetLeftPart(UriPartial.Authority)
            : null;

    /// <summary>The limit of a request body: the announced size, and the XML beside it.</summary>
    public long MaxBodyBytes => MaxSubmissionBytes + MaxXmlBytes;

    /// <summary>
    /// The limit at which the web server, like the host before it, ends the connection. Between the two limits the app reads a refused body
    /// to its end, since the host has no answer for a client whose body was not read.
    /// </summary>
    public long MaxReadBytes => MaxBodyBytes + (1 << 20);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (
            PublicUrl is { Length: > 0 }
            && (!Uri.TryCreate(PublicUrl, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        )
        {
            yield return new ValidationResult("Rosa:PublicUrl must be an absolute http or https address.");
        }
        if (MapTiles is { Length: > 0 } && (MapTilesOrigin is null || TileAddress().Count(MapTiles) != 3))
        {
            yield return new ValidationResult("Rosa:MapTiles must be an http or https address with {z}, {x} and {y}.");
        }
    }

    [GeneratedRegex("{[xyz]}")]
    private static partial Regex TileAddress();
}
