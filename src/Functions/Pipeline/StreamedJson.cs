using System.Text.Json;

namespace ServerlessRosa.Functions.Pipeline;

/// <summary>A JSON document of any length on its way out: written into a little memory, from which it goes to the client piece by
/// piece.</summary>
public sealed class StreamedJson : IDisposable
{
    private const int Full = 32 * 1024;

    // XML, from which values are written, may be nested more deeply than the library's limit for values.
    private const int MaxDepth = 2000;

    private readonly MemoryStream _buffer = new();
    private readonly HttpResponse _response;

    public StreamedJson(HttpResponse response)
    {
        _response = response;
        response.ContentType = "application/json; charset=utf-8";
        Writer = new Utf8JsonWriter(
            _buffer,
            new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = MaxDepth }
        );
    }

    public Utf8JsonWriter Writer { get; }

    /// <summary>To be called between values: sends what there is, once it is worth it.</summary>
    public ValueTask SendIfFullAsync(CancellationToken cancellationToken) =>
        _buffer.Length + Writer.BytesPending < Full ? ValueTask.CompletedTask : SendAsync(cancellationToken);

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

    private async ValueTask SendAsync(CancellationToken cancellationToken)
    {
        Writer.Flush();
        await _response.Body.WriteAsync(_buffer.GetBuffer().AsMemory(0, (int)_buffer.Length), cancellationToken);
        await _response.Body.FlushAsync(cancellationToken);
        _buffer.SetLength(0);
    }
}
