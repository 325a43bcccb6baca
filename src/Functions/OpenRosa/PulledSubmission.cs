using System.Xml;
using ServerlessRosa.Core;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Core.Xml;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.OpenRosa;

/// <summary>
/// A submission in the format of Aggregate's pull API (OR-288): the current XML with the submission's id and time on its root, and the
/// addresses of its files.
/// </summary>
internal static class PulledSubmission
{
    private const string Namespace = "http://opendatakit.org/submissions";
    private static readonly string[] Added = ["instanceID", "submissionDate", "isComplete", "markedAsCompleteDate"];

    public static ReadOnlyMemory<byte> Write(
        ReadOnlyMemory<byte> xml,
        Submission submission,
        IEnumerable<(SubmissionMedia File, string Url)> files
    ) =>
        XmlOut.ToBytes(
            writer =>
            {
                writer.WriteStartElement("submission", Namespace);
                writer.WriteStartElement("data", Namespace);
                WriteRoot(writer, xml, submission);
                writer.WriteEndElement();
                foreach (var (file, url) in files)
                {
                    writer.WriteStartElement("mediaFile", Namespace);
                    writer.WriteElementString("filename", Namespace, file.Name);
                    writer.WriteElementString("hash", Namespace, $"md5:{file.Md5}");
                    writer.WriteElementString("downloadUrl", Namespace, url);
                    writer.WriteEndElement();
                }
                writer.WriteEndElement();
            },
            declaration: true
        );

    private static void WriteRoot(XmlWriter writer, ReadOnlyMemory<byte> xml, Submission submission)
    {
        using var reader = SafeXml.Open(xml);
        reader.MoveToContent();
        var isEmpty = reader.IsEmptyElement;
        writer.WriteStartElement(reader.Prefix, reader.LocalName, reader.NamespaceURI);
        while (reader.MoveToNextAttribute())
        {
            if (reader.NamespaceURI.Length > 0 || !Added.Contains(reader.LocalName))
            {
                writer.WriteAttributeString(reader.Prefix, reader.LocalName, reader.NamespaceURI, reader.Value);
            }
        }
        var received = Timestamps.Format(submission.CreatedAt);
        string[] values =
        [
            submission.RootId.Value,
            received,
            submission.MediaPresent == submission.MediaExpected ? "true" : "false",
            received,
        ];
        foreach (var (name, value) in Added.Zip(values))
        {
            writer.WriteAttributeString(name, value);
        }
        if (!isEmpty)
        {
            reader.Read();
            while (reader.NodeType is not (XmlNodeType.EndElement or XmlNodeType.None))
            {
                writer.WriteNode(reader, defattr: true); // moves on to what follows
            }
        }
        writer.WriteEndElement();
    }
}
