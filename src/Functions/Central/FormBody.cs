using System.Text;
using Microsoft.Extensions.Options;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Functions.Pipeline;
using ServerlessRosa.XlsForms;

namespace ServerlessRosa.Functions.Central;

/// <summary>A form definition that is the whole body of a request: XML, or a workbook that is converted here (XF-001 to
/// XF-007).</summary>
public sealed class FormBody(XmlBody xmlBody, IOptions<RosaOptions> options) : IDisposable
{
    private const string FallbackHeader = "X-XlsForm-FormId-Fallback";

    // A conversion may take up to 256 MiB, whatever its workbook holds: an instance has memory for one at a time.
    private readonly SemaphoreSlim _oneAtATime = new(1);

    /// <summary>
    /// Refuses XML over `Rosa:MaxXmlBytes` and a workbook over 32 MiB with 413.1, and a workbook that cannot be converted with 400.15. The
    /// workbook is spooled to a temporary file, which lives as long as the request.
    /// </summary>
    public async Task<UploadedForm> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (WorkbookType.Of(request.ContentType) is not { } type)
        {
            return new UploadedForm(await xmlBody.ReadAsync(request, cancellationToken));
        }
        var limits = new XlsFormOptions { FormIdFallback = FallbackOf(request), MaxXFormCharacters = options.Value.MaxXmlBytes };
        var file = TempFile.Create();
        request.HttpContext.Response.RegisterForDispose(file);
        await SpoolAsync(request, file, limits.MaxFileBytes, cancellationToken);
        file.Position = 0;
        var (result, xml) = await ConvertAsync(file, limits, cancellationToken);
        file.Position = 0;
        return new UploadedForm(xml)
        {
            Workbook = new UploadedWorkbook(
                file,
                type,
                result.Form!.Itemsets,
                TextsOf(result, XlsFormMessageKind.Warning),
                TextsOf(result, XlsFormMessageKind.Check)
            ),
        };
    }

    /// <summary>
    /// The findings of the converter's checks, for the answer to an accepted upload; null without any. Central's converter refuses such
    /// forms (XF-011); here a designer reads them in `xlsFormChecks`.
    /// </summary>
    public static IReadOnlyList<string>? ChecksOf(UploadedForm uploaded) =>
        uploaded.Workbook is { Checks.Count: > 0 } workbook ? workbook.Checks : null;

    public void Dispose() => _oneAtATime.Dispose();

    private async Task<(XlsFormResult Result, byte[] Xml)> ConvertAsync(
        FileStream file,
        XlsFormOptions limits,
        CancellationToken cancellationToken
    )
    {
        await _oneAtATime.WaitAsync(cancellationToken);
        try
        {
            var result = XlsFormConverter.Convert(file, limits, cancellationToken);
            if (result.Form is not { } form)
            {
                throw Problem.InvalidWorkbook(string.Join('\n', result.Errors)).AsException();
            }
            var xml = Encoding.UTF8.GetBytes(form.Xml);
            return xml.Length <= options.Value.MaxXmlBytes
                ? (result, xml)
                : throw Problem.InvalidWorkbook($"The form is larger than {options.Value.MaxXmlBytes} bytes.").AsException();
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    private static async Task SpoolAsync(HttpRequest request, FileStream file, long maximum, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 << 10];
        for (int read; (read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (file.Length + read > maximum)
            {
                throw Problem.BodyTooLarge(maximum).AsException();
            }
            await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }
    }

    // Central's converter escapes the name for HTML and takes the part after the last slash (XF-003). Without the header the id is random,
    // so that two such workbooks do not collide.
    private static string FallbackOf(HttpRequest request)
    {
        if (!request.Headers.TryGetValue(FallbackHeader, out var header))
        {
            return Guid.NewGuid().ToString();
        }
        var name = Uri.UnescapeDataString(header.ToString())
            .Replace("&", "&amp;", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal)
            .Replace("\"", "&#34;", StringComparison.Ordinal)
            .Replace("'", "&#39;", StringComparison.Ordinal);
        return name[(name.LastIndexOf('/') + 1)..];
    }

    private static IReadOnlyList<string> TextsOf(XlsFormResult result, XlsFormMessageKind kind) =>
        [.. result.Warnings.Where(message => message.Kind == kind).Select(message => message.ToString())];
}
