using System.Xml;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Xml;

namespace ServerlessRosa.Core.Submissions;

/// <summary>All that receiving a submission needs of its XML.</summary>
internal sealed record ReadSubmission(SubmissionHead Head, SubmissionContent Content, CaseBlocks Blocks);

/// <summary>
/// Reads a submission's XML once. The root element names the form and its version; when they are found, the rest is read according to the
/// version.
/// </summary>
internal sealed class SubmissionReader : IDisposable
{
    private readonly ReadOnlyMemory<byte> _document;
    private readonly BoundedNames _names;
    private readonly XmlReader _xml;
    private readonly SubmissionHeadReader _head;

    private SubmissionReader(ReadOnlyMemory<byte> document, BoundedNames names, XmlReader xml) =>
        (_document, _names, _xml, _head) = (document, names, xml, new SubmissionHeadReader(xml));

    /// <summary>As found: it may be blank.</summary>
    public string? FormId => _head.FormId;

    /// <summary>Blank when absent.</summary>
    public string Version => _head.Version;

    /// <summary>Reads the root element's tag. Refuses what is not XML with 400.1.</summary>
    public static SubmissionReader Open(ReadOnlyMemory<byte> document)
    {
        var names = BoundedNames.Take();
        var xml = SafeXml.Open(document, names);
        try
        {
            return new SubmissionReader(document, names, xml);
        }
        catch (XmlException e)
        {
            xml.Dispose();
            throw SafeXml.Malformed(document, e);
        }
    }

    /// <summary>
    /// Reads the rest, with the files and entities that the version declares; null: with neither. Refuses what
    /// <see cref="SubmissionHeadReader.Read"/> does.
    /// </summary>
    public ReadSubmission ReadAll(FormDefinition? definition)
    {
        try
        {
            var content = new SubmissionContentReader(SubmissionOutline.Of(definition));
            content.Start(_xml);
            using var watched = new WatchedXml(
                _xml,
                xml =>
                {
                    _head.Add(xml);
                    content.Add(xml);
                }
            );
            var blocks = CaseBlockReader.Read(watched, knowsVersion1: false);
            var head = _head.Finish();
            return new ReadSubmission(
                head,
                head.Encrypted is { } encrypted ? new SubmissionContent(encrypted.ExpectedFiles, []) : content.Finish(),
                head.CaseBlocks > 0 ? blocks : CaseBlocks.None
            );
        }
        catch (XmlException e)
        {
            throw SafeXml.Malformed(_document, e);
        }
    }

    public void Dispose()
    {
        _xml.Dispose();
        _names.Keep();
    }
}
