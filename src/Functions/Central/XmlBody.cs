using Microsoft.Extensions.Options;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>An XML document that is the whole body of a request. It is held in memory, so its size is bounded.</summary>
public sealed class XmlBody(IOptions<RosaOptions> options)
{
    /// <summary>Refuses more than `Rosa:MaxXmlBytes` (413.1).</summary>
    public Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, CancellationToken cancellationToken) =>
        BoundedBody.ReadAsync(request, options.Value.MaxXmlBytes, Problem.BodyTooLarge(options.Value.MaxXmlBytes), cancellationToken);
}
