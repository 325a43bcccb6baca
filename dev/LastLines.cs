using System.Collections.Concurrent;

namespace ServerlessRosa.Dev;

/// <summary>The last 200 lines of a program's output.</summary>
internal sealed class LastLines
{
    private const int Kept = 200;

    private readonly ConcurrentQueue<string> _lines = [];

    public IReadOnlyList<string> All => [.. _lines];

    /// <summary>The last of them, indented, for an error message.</summary>
    public string Words
    {
        get
        {
            var last = _lines.Where(line => line.Length > 0).TakeLast(20).ToList();
            return last.Count == 0
                ? " It wrote nothing."
                : $" Its last output:{Environment.NewLine}  " + string.Join($"{Environment.NewLine}  ", last);
        }
    }

    public void Keep(string line)
    {
        _lines.Enqueue(line);
        while (_lines.Count > Kept)
            _lines.TryDequeue(out _);
    }
}
