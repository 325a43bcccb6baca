using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Azure.Data.Tables.Wire;

/// <summary>
/// A buffer per thread in which bodies are put together. What goes to the network is a copy of exact size: a transport may still be
/// sending a body after its request has been answered or given up, so the buffer itself never leaves the thread.
/// </summary>
internal sealed class JsonScratch
{
    private const int KeptBytes = 256 * 1024;

    // Bodies are only ever read as JSON, so text need not be safe inside HTML, and stays at its UTF-8 size.
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static JsonScratch s_scratch;

    private JsonScratch() => Json = new Utf8JsonWriter(Buffer, s_options);

    public ArrayBufferWriter<byte> Buffer { get; } = new(4096);

    public Utf8JsonWriter Json { get; }

    /// <summary>Takes the thread's buffer away until <see cref="Finish"/>, so that nothing that runs in between can write into it.</summary>
    public static JsonScratch Take()
    {
        var scratch = s_scratch ?? new JsonScratch();
        s_scratch = null;
        return scratch;
    }

    /// <summary>The bytes written. The buffer goes back to the thread, unless it has grown large.</summary>
    public byte[] Finish()
    {
        var bytes = Buffer.WrittenSpan.ToArray();
        if (Buffer.Capacity > KeptBytes) return bytes;
        Buffer.ResetWrittenCount();
        s_scratch = this;
        return bytes;
    }

    public void Append(ITableEntity entity)
    {
        EntityJson.Write(Json, entity);
        Json.Flush();
        Json.Reset();
    }

    public static byte[] Entity(ITableEntity entity)
    {
        var scratch = Take();
        scratch.Append(entity);
        return scratch.Finish();
    }
}
