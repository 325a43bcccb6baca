using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.OpenRosa;

/// <summary>
/// A submission's multipart body (OR-182 to OR-192), read as a stream: only the XML is held in memory. Files are passed on while they are
/// received; files before the XML wait in temporary files, since their form is not known yet.
/// </summary>
public sealed class SubmissionBody : IAsyncDisposable
{
    public const string XmlPart = "xml_submission_file";
    private const string CsrfField = "__csrf";
    private const int MaxParts = 1000;
    private const int MaxFieldBytes = 16 * 1024;
    private const int MaxHeaderBytes = 16 * 1024;

    // RFC 2046 allows 70; clients in the field stay under it.
    private const int MaxBoundary = 200;

    private readonly MultipartReader _reader;
    private readonly string? _expectedCsrf;
    private readonly Action<string, ContentDispositionHeaderValue, string?>? _checkPart;
    private readonly List<IncomingFile> _early = [];
    private string? _csrf;
    private int _parts;

    private SubmissionBody(MultipartReader reader, string? expectedCsrf, Action<string, ContentDispositionHeaderValue, string?>? checkPart)
    {
        _reader = reader;
        _expectedCsrf = expectedCsrf;
        _checkPart = checkPart;
    }

    public ReadOnlyMemory<byte> Xml { get; private set; }

    /// <summary>
    /// Reads up to the XML part. Refuses what isn't multipart or has no such part (400.7), is truncated or malformed (400.39), or is
    /// too large (413.1).
    /// <paramref name="checkPart"/> may refuse a part by its name, disposition and content type, before any of its bytes are read.
    /// </summary>
    public static async Task<SubmissionBody> OpenAsync(
        HttpRequest request,
        Caller caller,
        RosaOptions limits,
        CancellationToken cancellationToken,
        Action<string, ContentDispositionHeaderValue, string?>? checkPart = null
    )
    {
        if (
            !MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 and <= MaxBoundary } boundary
        )
        {
            throw Problem.MissingMultipartField(XmlPart).AsException();
        }
        var body = new SubmissionBody(
            new MultipartReader(boundary, request.Body) { HeadersLengthLimit = MaxHeaderBytes, BodyLengthLimit = null },
            caller.ExpectedCsrf,
            checkPart
        );
        try
        {
            await body.ReadToXmlAsync(limits, cancellationToken);
            return body;
        }
        catch
        {
            await body.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// The files, in the order of the body. Ends only after a whole, valid body. A body authenticated by cookie but without its `__csrf` is
    /// refused (401.2) before the first file is returned, so that none is stored: files before that field wait in temporary files. Each
    /// `__csrf` field must have the right value.
    /// </summary>
    public async IAsyncEnumerable<IncomingFile> FilesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (_expectedCsrf is not null)
        {
            await RequireCsrfAsync(cancellationToken);
        }
        foreach (var file in _early)
        {
            file.Content.Position = 0;
            yield return file;
        }
        while (await NextAsync(cancellationToken) is { } part)
        {
            if (part.IsFile)
            {
                yield return part.ToFile(new PartStream(part.Section.Body));
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var file in _early)
        {
            await file.Content.DisposeAsync();
        }
    }

    private async Task ReadToXmlAsync(RosaOptions limits, CancellationToken cancellationToken)
    {
        while (await NextAsync(cancellationToken) is { } part)
        {
            if (part.Name == XmlPart)
            {
                Xml = await BoundedBody.ReadAsync(
                    new PartStream(part.Section.Body),
                    null,
                    limits.MaxXmlBytes,
                    Problem.BodyTooLarge(limits.MaxXmlBytes),
                    cancellationToken
                );
                return;
            }
            if (part.IsFile)
            {
                await SpoolAsync(part, cancellationToken);
            }
        }
        throw Problem.MissingMultipartField(XmlPart).AsException();
    }

    private async Task RequireCsrfAsync(CancellationToken cancellationToken)
    {
        while (_csrf is null && await NextAsync(cancellationToken) is { } part)
        {
            if (part.IsFile)
            {
                await SpoolAsync(part, cancellationToken);
            }
        }
        if (_csrf is null)
        {
            throw Problem.NotAuthenticated().AsException();
        }
    }

    private async Task SpoolAsync(Part part, CancellationToken cancellationToken)
    {
        var file = TempFile.Create(buffer: 4096);
        _early.Add(part.ToFile(file));
        await new PartStream(part.Section.Body).CopyToAsync(file, cancellationToken);
    }

    // Skips parts without a name, unknown fields, and a second XML part (OR-186, OR-191).
    private async Task<Part?> NextAsync(CancellationToken cancellationToken)
    {
        while (await NextSectionAsync(cancellationToken) is { } section)
        {
            if (++_parts > MaxParts)
            {
                throw Problem.BrokenMultipart($"it has more than {MaxParts} parts.").AsException();
            }
            if (
                !ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)
                || PartName(disposition) is not { Length: > 0 } name
            )
            {
                continue;
            }
            _checkPart?.Invoke(name, disposition, section.ContentType);
            var isFile = disposition.FileName.HasValue || disposition.FileNameStar.HasValue;
            if (name == XmlPart)
            {
                if (Xml.IsEmpty)
                {
                    return new Part(name, name, false, section);
                }
            }
            else if (isFile)
            {
                return new Part(name, HeaderUtilities.RemoveQuotes(disposition.Name).Value!, true, section);
            }
            else if (name == CsrfField)
            {
                var value = await BoundedBody.ReadAsync(
                    new PartStream(section.Body),
                    null,
                    MaxFieldBytes,
                    Problem.BodyTooLarge(MaxFieldBytes),
                    cancellationToken
                );
                _csrf = Encoding.UTF8.GetString(value.Span);
                if (_expectedCsrf is not null && Uri.UnescapeDataString(_csrf) != _expectedCsrf)
                {
                    throw Problem.NotAuthenticated().AsException();
                }
            }
        }
        return null;
    }

    private async Task<MultipartSection?> NextSectionAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _reader.ReadNextSectionAsync(cancellationToken);
        }
        catch (Exception e) when (Broken.IsSenders(e))
        {
            throw Broken.Refusal(e);
        }
    }

    private static string? PartName(ContentDispositionHeaderValue disposition) =>
        HeaderUtilities.UnescapeAsQuotedString(disposition.Name).Value;

    private sealed record Part(string Name, string Verbatim, bool IsFile, MultipartSection Section)
    {
        public IncomingFile ToFile(Stream content) => new(Name, Section.ContentType, content) { Verbatim = Verbatim };
    }

    /// <summary>A part's bytes; what breaks while they are read is the sender's doing.</summary>
    private sealed class PartStream(Stream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                return await inner.ReadAsync(buffer, cancellationToken);
            }
            catch (Exception e) when (Broken.IsSenders(e))
            {
                throw Broken.Refusal(e);
            }
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) =>
            throw new NotSupportedException("Only asynchronous reading is used.");

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }

    /// <summary>Translates the framework's exceptions for a malformed body (OR-183).</summary>
    private static class Broken
    {
        public static bool IsSenders(Exception e) => e is InvalidDataException or (IOException and not BadHttpRequestException);

        public static ProblemException Refusal(Exception e) => Problem.BrokenMultipart(e.Message).AsException(e);
    }
}
