using Microsoft.Extensions.Options;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>An XML document that is the whole body of a request. It is held in memory, so its size is bounded.</summary>
public sealed class XmlBody(IOptions<RosaOptions> options)
{
    private static readonly string[] WorkbookTypes =
    [
        "application/vnd.ms-excel",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ];

    /// <summary>Refuses a workbook (501.3, OR-163) and more than `Rosa:MaxXmlBytes` (413.1). Any other content type is read as
    /// XML.</summary>
    public Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, CancellationToken cancellationToken) =>
        WorkbookTypes.Any(type => request.ContentType?.StartsWith(type, StringComparison.OrdinalIgnoreCase) == true)
            ? throw Problem.NoXlsFormConversion().AsException()
            : BoundedBody.ReadAsync(request, options.Value.MaxXmlBytes, Problem.BodyTooLarge(options.Value.MaxXmlBytes), cancellationToken);
}
