using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Maintenance;

/// <summary>Blobs that no row names: no fault, since blobs are written before rows. Named only when asked for, since there may be
/// many.</summary>
internal sealed class Orphans(string container)
{
    private readonly List<string> _names = [];
    private long _bytes;
    private int _count;

    public void Add(ListedBlob blob)
    {
        if (_count++ < MaxNames)
        {
            _names.Add(blob.Name);
        }
        _bytes += blob.Size;
    }

    private const int MaxNames = 100_000;

    public IEnumerable<Difference> Notes(VerifyOptions options, ProjectId project)
    {
        foreach (var name in options.ListsOrphans ? _names : [])
        {
            yield return new Difference("orphan", project, $"blob {container}/{name}", "no row names it") { IsNote = true };
        }
        if (_count > 0)
        {
            yield return new Difference(
                "orphans",
                project,
                $"container {container}",
                $"{_count} blobs with {_bytes} bytes are named by no row"
            )
            {
                IsNote = true,
            };
        }
    }
}
