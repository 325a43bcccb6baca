using System.ComponentModel.DataAnnotations;

namespace ServerlessRosa.Core.Storage;

public sealed class CacheOptions
{
    public const string Section = "Rosa";

    /// <summary>Setting `Rosa:CacheSeconds`: how long an instance may act on an account or form that it has read. A revoked key or
    /// closed form takes effect within it.</summary>
    [Range(0, 300)]
    public int CacheSeconds { get; set; } = 15;

    internal TimeSpan Lifetime => TimeSpan.FromSeconds(CacheSeconds);
}
