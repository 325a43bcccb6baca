using System.Xml;

namespace ServerlessRosa.Functions.Pipeline;

/// <summary>XML that is written by an <see cref="XmlWriter"/>, and in parts as bytes.</summary>
public sealed class StreamedXml : StreamedDocument
{
    private readonly XmlWriter _writer;
    private readonly XmlBytes _bytes = new();
    private bool _writesBytes;

    public StreamedXml(HttpResponse response)
        : base(response) => _writer = XmlOut.To(Buffer);

    /// <summary>To be asked for again after <see cref="Bytes"/> was used.</summary>
    public XmlWriter Writer
    {
        get
        {
            if (_writesBytes)
            {
                _bytes.MoveTo(Buffer);
                _writesBytes = false;
            }
            return _writer;
        }
    }

    /// <summary>For children of the element in which the writer is, after others of its children.</summary>
    public XmlBytes Bytes
    {
        get
        {
            if (!_writesBytes)
            {
                _writer.Flush();
                _writesBytes = true;
            }
            return _bytes;
        }
    }

    protected override int Pending => _bytes.Length;

    protected override void Flush() => Writer.Flush();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _writer.Dispose();
        }
        base.Dispose(disposing);
    }
}
