using ServerlessRosa.Core.Exports;

namespace ServerlessRosa.Functions.Pipeline;

/// <summary>
/// A file that is generated while it is sent. The stream passed to <paramref name="Write"/> buffers what is written until it is flushed, so
/// that archives, which only write synchronously, can be written to it.
/// </summary>
public sealed record StreamedFile(string Name, string ContentType, Func<Stream, CancellationToken, Task> Write) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = ContentType;
        response.Headers.ContentDisposition = FileResult.Disposition("attachment", FileNames.Safe(Name));
        if (HttpMethods.IsHead(httpContext.Request.Method))
        {
            return;
        }
        await using var output = response.BodyWriter.AsStream(leaveOpen: true);
        await Write(output, httpContext.RequestAborted);
        await output.FlushAsync(httpContext.RequestAborted);
    }
}
