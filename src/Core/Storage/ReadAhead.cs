namespace ServerlessRosa.Core.Storage;

/// <summary>A sequence whose next item is on its way while the current one is worked on, unless that is not wanted.</summary>
internal sealed class ReadAhead<T>(IAsyncEnumerable<T> items, bool isWanted) : IAsyncDisposable
{
    private readonly IAsyncEnumerator<T> _items = items.GetAsyncEnumerator();
    private Task<bool>? _next;

    public T Current { get; private set; } = default!;

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

    /// <summary>What is still on its way is waited for: nobody may leave an enumerator while it moves.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_next is not null)
        {
            await Task.WhenAny(_next);
        }
        await _items.DisposeAsync();
    }
}
