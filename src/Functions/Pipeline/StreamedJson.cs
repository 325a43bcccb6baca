using System.Text.Json;

namespace ServerlessRosa.Functions.Pipeline;

public sealed class StreamedJson : StreamedDocument
{
    // XML, from which values are written, may be nested more deeply than the library's limit for values.
    private const int MaxDepth = 2000;

    public StreamedJson(HttpResponse response)
        : base(response)
    {
        response.ContentType = "application/json; charset=utf-8";
        Writer = new Utf8JsonWriter(
            Buffer,
            new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = MaxDepth }
        );
    }

    public Utf8JsonWriter Writer { get; }

    protected override int Pending => Writer.BytesPending;

    protected override void Flush() => Writer.Flush();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Writer.Dispose();
        }
        base.Dispose(disposing);
    }
}
