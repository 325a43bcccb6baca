using System.Xml;

namespace ServerlessRosa.Functions.Pipeline;

/// <summary>An XML document of any length on its way out: written into a little memory, from which it goes to the client piece by
/// piece.</summary>
public sealed class StreamedXml : IDisposable
{
    private const int Full = 32 * 1024;
    private readonly MemoryStream _buffer = new();
    private readonly HttpResponse _response;

    public StreamedXml(HttpResponse response)
    {
        _response = response;
        Writer = XmlOut.To(_buffer);
    }

    public XmlWriter Writer { get; }

    /// <summary>To be called between elements: sends what there is, once it is worth it.</summary>
    public ValueTask SendIfFullAsync(CancellationToken cancellationToken) =>
        _buffer.Length < Full ? ValueTask.CompletedTask : SendAsync(cancellationToken);

    public async ValueTask SendAsync(CancellationToken cancellationToken)
    {
        Writer.Flush();
        await _response.Body.WriteAsync(_buffer.GetBuffer().AsMemory(0, (int)_buffer.Length), cancellationToken);
        await _response.Body.FlushAsync(cancellationToken);
        _buffer.SetLength(0);
    }

    /// <summary>Sends the rest; if that is all there is, its length goes ahead of it.</summary>
    public ValueTask EndAsync(CancellationToken cancellationToken)
    {
        Writer.Flush();
        if (!_response.HasStarted)
        {
            _response.ContentLength = _buffer.Length;
        }
        return SendAsync(cancellationToken);
    }

    public void Dispose()
    {
        Writer.Dispose();
        _buffer.Dispose();
    }
}
