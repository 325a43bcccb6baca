namespace ServerlessRosa.Core.Storage;

/// <summary>A sequence that fetches the next item while the current one is processed, if enabled.</summary>
internal sealed class ReadAhead<T>(IAsyncEnumerable<T> items, bool isWanted) : IAsyncDisposable
{
    private readonly IAsyncEnumerator<T> _items = items.GetAsyncEnumerator();
    private Task<bool>? _next;

    public T Current { get; private set; } = default!;

    /// <summary>Fetches the first item before it is asked for.</summary>
    public void Begin() => _next ??= _items.MoveNextAsync().AsTask();

    public async ValueTask<bool> MoveNextAsync()
    {
        if (!await (_next ?? _items.MoveNextAsync().AsTask()))
        {
            _next = null;
            return false;
        }
        Current = _items.Current;
        _next = isWanted ? _items.MoveNextAsync().AsTask() : null;
        return true;
    }

    /// <summary>Waits for a pending fetch, since an enumerator must not be disposed while it runs.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_next is not null)
        {
            await Task.WhenAny(_next);
        }
        await _items.DisposeAsync();
    }
}
