namespace ServerlessRosa.Functions.Pipeline;

/// <summary>A document of any length on its way out: written into a little memory, from which it goes to the client piece by
/// piece.</summary>
public abstract class StreamedDocument(HttpResponse response) : IDisposable
{
    private const int Full = 32 * 1024;
    private readonly MemoryStream _buffer = new();

    /// <summary>Where the writer writes to.</summary>
    protected Stream Buffer => _buffer;

    /// <summary>To be called between elements or values: sends what there is, once it is worth it.</summary>
    public ValueTask SendIfFullAsync(CancellationToken cancellationToken) =>
        _buffer.Length + Pending < Full ? ValueTask.CompletedTask : SendAsync(cancellationToken);

    public async ValueTask SendAsync(CancellationToken cancellationToken)
    {
        Flush();
        await response.Body.WriteAsync(_buffer.GetBuffer().AsMemory(0, (int)_buffer.Length), cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
        _buffer.SetLength(0);
    }

    /// <summary>Sends the rest; if that is all there is, its length goes ahead of it.</summary>
    public ValueTask EndAsync(CancellationToken cancellationToken)
    {
        Flush();
        if (!response.HasStarted)
        {
            response.ContentLength = _buffer.Length;
        }
        return SendAsync(cancellationToken);
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>The bytes that the writer still holds.</summary>
    protected virtual int Pending => 0;

    /// <summary>Moves what the writer holds into <see cref="Buffer"/>.</summary>
    protected abstract void Flush();

    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _buffer.Dispose();
        }
    }
}
