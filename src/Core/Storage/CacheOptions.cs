using System.ComponentModel.DataAnnotations;

namespace ServerlessRosa.Core.Storage;

public sealed class CacheOptions
{
    public const string Section = "Rosa";

    /// <summary>
    /// Setting `Rosa:CacheSeconds`: how long an instance may use a cached account or form. A revoked key or a closed form takes effect
    /// within this time.
    /// </summary>
    [Range(0, 300)]
    public int CacheSeconds { get; set; } = 15;

    internal TimeSpan Lifetime => TimeSpan.FromSeconds(CacheSeconds);
}
