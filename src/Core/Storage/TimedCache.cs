using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace ServerlessRosa.Core.Storage;

/// <summary>
/// Caches what this instance has read, for <see cref="CacheOptions.CacheSeconds"/> by default. Bounded by size; the oldest entries are
/// evicted first.
/// </summary>
public sealed class TimedCache(IOptions<CacheOptions> options) : IDisposable
{
    private const long MaxSize = 64L << 20;
    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = MaxSize });

    public bool TryGet<T>(object key, out T? value) => _cache.TryGetValue(key, out value);

    /// <summary><paramref name="size"/> is an estimate in bytes.</summary>
    public void Set<T>(object key, T value, long size = 2048, TimeSpan? lifetime = null)
    {
        var until = lifetime ?? options.Value.Lifetime;
        if (until > TimeSpan.Zero)
        {
            _cache.Set(key, value, new MemoryCacheEntryOptions { Size = size, AbsoluteExpirationRelativeToNow = until });
        }
    }

    public void Remove(object key) => _cache.Remove(key);

    public void Dispose() => _cache.Dispose();
}
