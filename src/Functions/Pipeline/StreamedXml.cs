using System.Xml;

namespace ServerlessRosa.Functions.Pipeline;

public sealed class StreamedXml : StreamedDocument
{
    public StreamedXml(HttpResponse response)
        : base(response) => Writer = XmlOut.To(Buffer);

    public XmlWriter Writer { get; }

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
