using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Functions.Pipeline;

/// <summary>Reads a body into memory, up to a limit.</summary>
public static class BoundedBody
{
    public static Task<ReadOnlyMemory<byte>> ReadAsync(
        HttpRequest request,
        int maximum,
        Problem tooLarge,
        CancellationToken cancellationToken
    ) =>
        request.ContentLength > maximum
            ? throw tooLarge.AsException()
            : ReadAsync(request.Body, (int?)request.ContentLength, maximum, tooLarge, cancellationToken);

    public static async Task<ReadOnlyMemory<byte>> ReadAsync(
        Stream body,
        int? length,
        int maximum,
        Problem tooLarge,
        CancellationToken cancellationToken
    )
    {
        var bytes = new byte[length is > 0 ? length.Value + 1 : 4096];
        var count = 0;
        while (true)
        {
            var read = await body.ReadAsync(bytes.AsMemory(count), cancellationToken);
            if (read == 0)
            {
                return bytes.AsMemory(0, count);
            }
            count += read;
            if (count > maximum)
            {
                throw tooLarge.AsException();
            }
            if (count == bytes.Length)
            {
                Array.Resize(ref bytes, bytes.Length * 2);
            }
        }
    }
}
